#include "image/render.h"

#include <string.h>

#include "image/decode.h"

#define QUALITY 85

static bool
save(VipsImage *image, struct image_bytes *out)
{
	return vips_jpegsave_buffer(image, &out->bytes, &out->size, "Q", QUALITY,
		       "strip", TRUE, "optimize_coding", TRUE, NULL) == 0;
}

/* One output; *image becomes the smaller picture that it shows. */
static bool
output(VipsImage **image, int side, struct image_bytes *out)
{
	VipsImage *made = NULL;
	int failed = vips_thumbnail_image(
		*image, &made, side, "height", side, "size", VIPS_SIZE_DOWN, NULL);

	return decode_becomes(image, failed, made) && save(*image, out);
}

enum image_verdict
render_jpegs(const void *bytes, size_t size, const int *sides, size_t count,
	struct image_bytes *out)
{
	struct image_header header;
	enum image_verdict verdict = image_inspect(bytes, size, &header);
	VipsImage *image;
	size_t made = 0;

	memset(out, 0, count * sizeof(*out));
	if (verdict != IMAGE_OK)
		return verdict;
	const struct decode_wish wish = {.side = sides[0], .how = VIPS_SIZE_DOWN};
	image = decode(bytes, size, &wish, &header);
	while (image != NULL && made < count && output(&image, sides[made], &out[made]))
		made++;
	if (image != NULL)
		g_object_unref(image);
	vips_error_clear();
	if (made == count)
		return IMAGE_OK;
	for (size_t i = 0; i < count; i++)
		render_free(&out[i]);
	return IMAGE_DAMAGED;
}

static bool
grey(VipsImage *image, int side, unsigned char *out)
{
	VipsImage *made = NULL;
	size_t size = 0;
	void *pixels = NULL;

	if (vips_colourspace(image, &made, VIPS_INTERPRETATION_B_W, NULL) == 0) {
		pixels = vips_image_write_to_memory(made, &size);
		g_object_unref(made);
	}
	bool good = pixels != NULL && size == (size_t)side * (size_t)side;
	if (good)
		memcpy(out, pixels, size);
	g_free(pixels);
	return good;
}

enum image_verdict
render_grey(const void *bytes, size_t size, int side, unsigned char *out, double *wide)
{
	struct image_header header;
	enum image_verdict verdict = image_inspect(bytes, size, &header);
	VipsImage *image;

	if (verdict != IMAGE_OK)
		return verdict;
	*wide = (double)header.width / (double)header.height;
	const struct decode_wish wish = {.side = side, .how = VIPS_SIZE_FORCE};
	image = decode(bytes, size, &wish, &header);
	bool good = image != NULL && grey(image, side, out);
	if (image != NULL)
		g_object_unref(image);
	vips_error_clear();
	return good ? IMAGE_OK : IMAGE_DAMAGED;
}

enum image_verdict
render_pixels(const void *bytes, size_t size, int most, struct image_bytes *out,
	int32_t *width, int32_t *height)
{
	struct image_header header;
	enum image_verdict verdict = image_inspect(bytes, size, &header);

	*out = (struct image_bytes){0};
	if (verdict != IMAGE_OK)
		return verdict;
	if (header.width > most || header.height > most)
		return IMAGE_TOO_LARGE;
	VipsImage *image = decode(bytes, size,
		&(struct decode_wish){.side = most, .how = VIPS_SIZE_DOWN}, &header);
	if (image != NULL && vips_image_get_bands(image) == 3) {
		*width = vips_image_get_width(image);
		*height = vips_image_get_height(image);
		out->bytes = vips_image_write_to_memory(image, &out->size);
	}
	g_clear_object(&image);
	vips_error_clear();
	return out->bytes != NULL ? IMAGE_OK : IMAGE_DAMAGED;
}

void
render_free(struct image_bytes *out)
{
	g_free(out->bytes);
	*out = (struct image_bytes){0};
}
