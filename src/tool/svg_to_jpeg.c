/*
 * svg-to-jpeg FILE [QUALITY]: an SVG from standard input becomes FILE, a JPEG, or a
 * PNG if its name ends with .png. With "-" for FILE many: each is "FILE BYTES" on a
 * line of its own, then so many bytes of SVG. The build draws the pictures of the
 * first tasks, the demo's photos and the cards' backgrounds with it
 * (scripts/draw-tasks, draw-photos, draw-cards), bench and tests theirs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vips/vips.h>

#define LARGEST (16 * 1024 * 1024)
#define QUALITY 88

static int
save(VipsImage *image, const char *file, int quality)
{
	size_t n = strlen(file);

	if (n > 4 && strcmp(file + n - 4, ".png") == 0)
		return vips_pngsave(image, file, "compression", 9, "strip", TRUE, NULL);
	return vips_jpegsave(image, file, "Q", quality, "strip", TRUE,
		"optimize_coding", TRUE, NULL);
}

static void
draw(const char *svg, size_t size, const char *file, int quality)
{
	double white = 255;
	VipsArrayDouble *background = vips_array_double_new(&white, 1);
	VipsImage *image, *flat;

	if (vips_svgload_buffer((void *)svg, size, &image, NULL) != 0 ||
		vips_flatten(image, &flat, "background", background, NULL) != 0 ||
		save(flat, file, quality) != 0)
		vips_error_exit("%s", file);
	vips_area_unref(VIPS_AREA(background));
	g_object_unref(flat);
	g_object_unref(image);
}

static int
draw_many(char *svg, int quality)
{
	char line[4096], *blank;

	while (fgets(line, sizeof(line), stdin) != NULL) {
		if ((blank = strrchr(line, ' ')) == NULL)
			return 2;
		*blank = '\0';
		size_t size = strtoul(blank + 1, NULL, 10);
		if (size > LARGEST || fread(svg, 1, size, stdin) != size)
			return 2;
		draw(svg, size, line, quality);
	}
	return 0;
}

int
main(int argc, char **argv)
{
	static char svg[LARGEST];
	int quality = argc > 2 ? atoi(argv[2]) : QUALITY, status = 0;

	if (argc < 2 || VIPS_INIT(argv[0]) != 0) {
		fputs("usage: svg-to-jpeg FILE [QUALITY] <SVG\n", stderr);
		return 2;
	}
	vips_cache_set_max(0);
	if (strcmp(argv[1], "-") == 0)
		status = draw_many(svg, quality);
	else
		draw(svg, fread(svg, 1, LARGEST, stdin), argv[1], quality);
	vips_shutdown();
	return status;
}
