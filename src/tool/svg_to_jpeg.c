/*
 * svg-to-jpeg FILE [QUALITY]: an SVG from standard input becomes FILE, a JPEG. The
 * build draws the pictures of the first tasks with it (scripts/draw-tasks), bench and
 * tests their photos.
 */
#include <stdio.h>
#include <stdlib.h>
#include <vips/vips.h>

#define LARGEST (16 * 1024 * 1024)
#define QUALITY 88

int
main(int argc, char **argv)
{
	VipsImage *image, *flat;
	double white = 255;
	VipsArrayDouble *background;
	static char svg[LARGEST];
	int quality = argc > 2 ? atoi(argv[2]) : QUALITY;
	size_t n;

	if (argc < 2 || VIPS_INIT(argv[0]) != 0) {
		fputs("usage: svg-to-jpeg FILE [QUALITY] <SVG\n", stderr);
		return 2;
	}
	n = fread(svg, 1, LARGEST, stdin);
	background = vips_array_double_new(&white, 1);
	if (vips_svgload_buffer(svg, n, &image, NULL) != 0 ||
		vips_flatten(image, &flat, "background", background, NULL) != 0 ||
		vips_jpegsave(flat, argv[1], "Q", quality, "strip", TRUE,
			"optimize_coding", TRUE, NULL) != 0)
		vips_error_exit("%s", argv[1]);
	vips_area_unref(VIPS_AREA(background));
	g_object_unref(flat);
	g_object_unref(image);
	vips_shutdown();
	return 0;
}
