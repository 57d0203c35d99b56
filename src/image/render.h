#ifndef IMAGE_RENDER_H
#define IMAGE_RENDER_H

#include "image/inspect.h"

/*
 * Decodes pictures of strangers with libvips and makes clean ones of them. Nothing here
 * knows files, settings or the database.
 *
 * Every output is upright (EXIF orientation applied), 8-bit sRGB (converted from the
 * embedded profile), opaque (white below transparent parts), of an animation the first
 * frame, and without metadata: no EXIF, GPS, XMP, comment or profile.
 */

struct image_bytes {
	void *bytes;
	size_t size;
};

/* Starts libvips with one thread a picture and no loader but the three; false if it
 * does not start. May be called again. */
bool render_start(const char *program);

/*
 * Makes `count` JPEGs of one picture: out[i] fits into a square of sides[i] pixels and
 * is never larger than the picture. sides must fall. The bytes are the caller's to
 * render_free(), all of them or none. IMAGE_UNKNOWN, IMAGE_DAMAGED, IMAGE_TOO_LARGE.
 */
enum image_verdict render_jpegs(const void *bytes, size_t size, const int *sides,
	size_t count, struct image_bytes *out);

/*
 * The picture squeezed into side x side shades of grey, and its width by its height
 * before that. The same verdicts.
 */
enum image_verdict render_grey(
	const void *bytes, size_t size, int side, unsigned char *out, double *wide);

/* All pixels, three bytes each, row by row; IMAGE_TOO_LARGE if a side is longer than
 * `most`. The same verdicts. */
enum image_verdict render_pixels(const void *bytes, size_t size, int most,
	struct image_bytes *out, int32_t *width, int32_t *height);

void render_free(struct image_bytes *out);

#endif
