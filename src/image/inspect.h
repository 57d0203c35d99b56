#ifndef IMAGE_INSPECT_H
#define IMAGE_INSPECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What a picture says about itself, read from its bytes without decoding them: format,
 * size in pixels, whether the file is complete, and what decoding it will cost. Reads
 * each byte once at most; allocates nothing.
 *
 * Sources: ITU T.81 annex B (JPEG), W3C PNG 5 and 11, RFC 9649 (WebP), GIF89a.
 */

enum image_format { IMAGE_NO_FORMAT, IMAGE_JPEG, IMAGE_PNG, IMAGE_WEBP, IMAGE_GIF };

enum image_verdict {
	IMAGE_OK,
	IMAGE_UNKNOWN,   /* none of the formats */
	IMAGE_DAMAGED,   /* truncated, or not to be decoded */
	IMAGE_TOO_LARGE, /* more pixels, memory or work than IMAGE_MAX_* allow */
	/* Of pictures of people only (image/variants.h): */
	IMAGE_TOO_SMALL,
	IMAGE_TOO_MANY_PIXELS,
	IMAGE_BAD_SHAPE,
	IMAGE_CROP_OUTSIDE, /* the part to be shown is not all inside */
	IMAGE_VERDICTS
};

struct image_header {
	enum image_format format;
	int64_t width, height; /* pixels, as stored: orientation is not applied */
	int64_t frames;        /* of an animation; 0 or 1: it does not move */
	int64_t scans;         /* of a JPEG: how often the decoder goes over it */
	int64_t held;          /* bytes that the decoder keeps at once, about */
	int64_t raw;           /* bytes of all pixels as a PNG stores them, unpacked */
};

#define IMAGE_MAX_SIDE 65535                /* pixels */
#define IMAGE_MAX_PIXELS INT64_C(100000000) /* a photo of 12,000 x 8,000 */
#define IMAGE_MAX_RAW (INT64_C(150) << 20)  /* bytes: 8,160 x 6,144 in colour */
#define IMAGE_MAX_HELD (INT64_C(160) << 20) /* bytes */
#define IMAGE_MAX_SCANS 100
#define IMAGE_MAX_REPEATED (INT64_C(6) << 30) /* scans of a JPEG x bytes held */

/* JPEG, PNG or WebP. IMAGE_OK: the picture may be decoded. *out is filled as far as it
 * could be read. */
enum image_verdict image_inspect(
	const void *bytes, size_t size, struct image_header *out);

/* The same with GIF. */
enum image_verdict image_inspect_any(
	const void *bytes, size_t size, struct image_header *out);

/* The format that the first bytes tell. */
enum image_format image_format_of(const void *bytes, size_t size);

#endif
