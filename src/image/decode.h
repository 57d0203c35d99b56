#ifndef IMAGE_DECODE_H
#define IMAGE_DECODE_H

#include <vips/vips.h>

#include "image/inspect.h"

/* From bytes to pixels, for render.h and variants.h: only in samovar-image. */

/* A part of a picture, in pixels of the upright original; width 0: all of it. */
struct decode_part {
	int64_t x, y, width, height;
};

struct decode_wish {
	int side;     /* of the square that the whole picture must fit into */
	VipsSize how; /* VIPS_SIZE_DOWN: it is never enlarged; or VIPS_SIZE_FORCE */
	struct decode_part part;
	bool alpha; /* kept if there is any; else there is white below */
};

/*
 * The picture upright, in 8-bit sRGB, in memory; the caller's to g_object_unref(). NULL
 * if it cannot be decoded. bytes are what image_inspect() has taken.
 */
VipsImage *decode(const void *bytes, size_t size, const struct decode_wish *wish,
	const struct image_header *h);

/* Width and height of the upright picture; false if its head cannot be read. */
bool decode_size(const void *bytes, size_t size, int64_t *width, int64_t *height);

/* Replaces *image by what was made of it; false (and *image gone) if that failed. */
bool decode_becomes(VipsImage **image, int failed, VipsImage *made);

/* White below what is transparent. False (and *image gone) if that failed. */
bool decode_on_white(VipsImage **image);

#endif
