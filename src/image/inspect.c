#include "image/inspect.h"

#include <string.h>

/* Reads beyond the end give 0, so that each format has one place where it checks its
 * bounds. */
struct bytes {
	const unsigned char *at;
	size_t size;
};

static uint32_t
byte(const struct bytes *b, size_t i)
{
	return i < b->size ? b->at[i] : 0;
}

static uint32_t
big16(const struct bytes *b, size_t i)
{
	return byte(b, i) << 8 | byte(b, i + 1);
}

static uint32_t
big32(const struct bytes *b, size_t i)
{
	return big16(b, i) << 16 | big16(b, i + 2);
}

static uint32_t
little24(const struct bytes *b, size_t i)
{
	return byte(b, i) | byte(b, i + 1) << 8 | byte(b, i + 2) << 16;
}

static uint32_t
little32(const struct bytes *b, size_t i)
{
	return little24(b, i) | byte(b, i + 3) << 24;
}

static bool
has(const struct bytes *b, size_t i, const char *text, size_t n)
{
	return i <= b->size && n <= b->size - i && memcmp(b->at + i, text, n) == 0;
}

#define HAS(b, i, literal) has(b, i, literal, sizeof(literal) - 1)

/*
 * The coefficients of a frame (T.81 B.2.2): a progressive picture, and one whose
 * components come in scans of their own, is kept whole as 16-bit coefficients until its
 * last scan. Each component has samples in the ratio of its sampling factors.
 */
static int64_t
jpeg_coefficients(const struct bytes *b, size_t i, const struct image_header *h)
{
	uint32_t components = byte(b, i + 9), across = 1, down = 1;
	int64_t samples = 0;

	for (uint32_t k = 0; k < components && k < 4; k++) {
		uint32_t factors = byte(b, i + 11 + 3 * k);
		across = factors >> 4 > across ? factors >> 4 : across;
		down = (factors & 15) > down ? factors & 15 : down;
	}
	for (uint32_t k = 0; k < components && k < 4; k++) {
		uint32_t factors = byte(b, i + 11 + 3 * k);
		samples += (h->width * (factors >> 4) / across + 16) *
			   (h->height * (factors & 15) / down + 16);
	}
	return samples * 2;
}

static bool
is_frame(uint32_t marker)
{
	return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 &&
	       marker != 0xCC;
}

/* Where the next marker stands at or behind i; the size if there is none. In the data
 * of a scan FF is followed by 00 or a restart marker; FF may also be filling. */
static size_t
next_marker(const struct bytes *b, size_t i)
{
	while (i + 1 < b->size) {
		const unsigned char *found = memchr(b->at + i, 0xFF, b->size - 1 - i);
		if (found == NULL)
			return b->size;
		i = (size_t)(found - b->at);
		uint32_t marker = b->at[i + 1];
		if (marker != 0x00 && marker != 0x01 && marker != 0xFF &&
			(marker < 0xD0 || marker > 0xD7))
			return i;
		i++;
	}
	return b->size;
}

/* A preview inside a segment has markers of its own, which do not count: segments are
 * passed by their length. */
static enum image_verdict
jpeg(const struct bytes *b, struct image_header *h)
{
	bool complete = false, frame = false;
	int64_t coefficients = 0;

	for (size_t i = next_marker(b, 2); i + 1 < b->size;) {
		uint32_t marker = byte(b, i + 1);

		complete = marker == 0xD9;
		if (complete)
			break;
		if (is_frame(marker) && !frame) {
			frame = true;
			h->height = big16(b, i + 5);
			h->width = big16(b, i + 7);
			coefficients = jpeg_coefficients(b, i, h);
			h->held = marker == 0xC2 || marker == 0xCA ? coefficients : 0;
		}
		h->scans += marker == 0xDA;
		if (big16(b, i + 2) < 2)
			return IMAGE_DAMAGED;
		i = next_marker(b, i + 2 + big16(b, i + 2));
	}
	if (h->scans > 1)
		h->held = coefficients;
	if (!frame || h->scans == 0 || !complete)
		return IMAGE_DAMAGED;
	return IMAGE_OK;
}

/* PNG 11.2.2. */
static int64_t
png_channels(uint32_t type)
{
	return type == 2 ? 3 : type == 4 ? 2 : type == 6 ? 4 : 1;
}

/* What the pixels take as they are stored, and while an interlaced picture, whose last
 * pass touches every row, is put together: palettes and grey of few bits as bytes. */
static void
png_size(const struct bytes *b, struct image_header *h)
{
	uint32_t bits = byte(b, 24), type = byte(b, 25);

	h->width = big32(b, 16);
	h->height = big32(b, 20);
	if (h->width > IMAGE_MAX_SIDE || h->height > IMAGE_MAX_SIDE)
		return;
	int64_t pixels = h->width * h->height;
	h->raw = pixels * png_channels(type) * bits / 8;
	if (byte(b, 28) != 0)
		h->held = pixels * (type == 3 ? 4 : png_channels(type)) *
			  (bits == 16 ? 2 : 1);
}

/* Chunks up to IEND; what stands behind it is none of the picture's. */
static enum image_verdict
png(const struct bytes *b, struct image_header *h)
{
	bool data = false, complete = false;

	if (!HAS(b, 8, "\0\0\0\rIHDR"))
		return IMAGE_DAMAGED;
	png_size(b, h);
	for (size_t i = 8; i + 12 <= b->size && !complete;) {
		size_t length = big32(b, i);

		if (length > b->size - i - 12)
			return IMAGE_DAMAGED;
		data = data || HAS(b, i + 4, "IDAT");
		complete = HAS(b, i + 4, "IEND");
		i += 12 + length;
	}
	return data && complete ? IMAGE_OK : IMAGE_DAMAGED;
}

static void
webp_size(const struct bytes *b, size_t i, struct image_header *h)
{
	uint32_t bits = little32(b, i + 9);

	if (HAS(b, i, "VP8X")) {
		h->width = little24(b, i + 12) + 1;
		h->height = little24(b, i + 15) + 1;
	} else if (HAS(b, i, "VP8L") && byte(b, i + 8) == 0x2F) {
		h->width = (bits & 0x3FFF) + 1;
		h->height = (bits >> 14 & 0x3FFF) + 1;
	} else if (HAS(b, i, "VP8 ") && HAS(b, i + 11, "\x9D\x01\x2A")) {
		h->width = little32(b, i + 14) & 0x3FFF;
		h->height = little32(b, i + 14) >> 16 & 0x3FFF;
	}
}

/* RIFF chunks, padded to even lengths. A file may lack the padding of its last one. */
static enum image_verdict
webp(const struct bytes *b, struct image_header *h)
{
	uint64_t end = (uint64_t)little32(b, 4) + 8;
	bool data = false, animated = false;

	if (end > (uint64_t)b->size + 1)
		return IMAGE_DAMAGED;
	end = end < b->size ? end : b->size;
	for (uint64_t i = 12; i + 8 <= end;) {
		uint64_t length = little32(b, (size_t)i + 4);

		if (length > end - i - 8)
			return IMAGE_DAMAGED;
		if (h->width == 0)
			webp_size(b, (size_t)i, h);
		h->frames += HAS(b, (size_t)i, "ANMF");
		animated = h->frames > 0;
		data = data || animated || HAS(b, (size_t)i, "VP8 ") ||
		       HAS(b, (size_t)i, "VP8L");
		i += 8 + length + length % 2;
	}
	/* The frame before and the frame being made. */
	h->held = h->width * h->height * (animated ? 8 : 4);
	return data ? IMAGE_OK : IMAGE_DAMAGED;
}

static enum image_verdict
within_limits(const struct image_header *h)
{
	if (h->width <= 0 || h->height <= 0)
		return IMAGE_DAMAGED;
	if (h->width > IMAGE_MAX_SIDE || h->height > IMAGE_MAX_SIDE ||
		h->width * h->height > IMAGE_MAX_PIXELS || h->held > IMAGE_MAX_HELD ||
		h->raw > IMAGE_MAX_RAW || h->scans > IMAGE_MAX_SCANS ||
		h->held * h->scans > IMAGE_MAX_REPEATED)
		return IMAGE_TOO_LARGE;
	return IMAGE_OK;
}

/* Behind the blocks of data that begin at i, each with its length, up to an empty one.
 */
static size_t
gif_behind_data(const struct bytes *b, size_t i)
{
	while (i < b->size && byte(b, i) != 0)
		i += 1 + byte(b, i);
	return i + 1;
}

/* Bytes of the colours that flags announce. */
static size_t
gif_colours(uint32_t flags)
{
	return (flags & 0x80) != 0 ? (size_t)3 << ((flags & 7) + 1) : 0;
}

/* Extensions and frames up to the trailer. */
static enum image_verdict
gif(const struct bytes *b, struct image_header *h)
{
	size_t i = 13 + gif_colours(byte(b, 10));

	h->width = byte(b, 6) | byte(b, 7) << 8;
	h->height = byte(b, 8) | byte(b, 9) << 8;
	h->held = h->width * h->height * 8;
	while (i < b->size) {
		uint32_t kind = byte(b, i);

		if (kind == 0x3B)
			return h->frames > 0 ? IMAGE_OK : IMAGE_DAMAGED;
		if (kind == 0x21) {
			i = gif_behind_data(b, i + 2);
		} else if (kind == 0x2C) {
			h->frames++;
			i = gif_behind_data(b, i + 11 + gif_colours(byte(b, i + 9)));
		} else {
			return IMAGE_DAMAGED;
		}
	}
	return IMAGE_DAMAGED;
}

static enum image_format
format_of(const struct bytes *b)
{
	if (HAS(b, 0, "\xFF\xD8\xFF"))
		return IMAGE_JPEG;
	if (HAS(b, 0, "\x89PNG\r\n\x1A\n"))
		return IMAGE_PNG;
	if (HAS(b, 0, "RIFF") && HAS(b, 8, "WEBP"))
		return IMAGE_WEBP;
	if (HAS(b, 0, "GIF87a") || HAS(b, 0, "GIF89a"))
		return IMAGE_GIF;
	return IMAGE_NO_FORMAT;
}

static enum image_verdict (*const readers[])(
	const struct bytes *b, struct image_header *h) = {
	[IMAGE_JPEG] = jpeg, [IMAGE_PNG] = png, [IMAGE_WEBP] = webp, [IMAGE_GIF] = gif};

enum image_verdict
image_inspect_any(const void *bytes, size_t size, struct image_header *out)
{
	const struct bytes b = {bytes, size};

	*out = (struct image_header){.format = format_of(&b)};
	if (out->format == IMAGE_NO_FORMAT)
		return IMAGE_UNKNOWN;
	enum image_verdict complete = readers[out->format](&b, out);
	return complete != IMAGE_OK ? complete : within_limits(out);
}

enum image_verdict
image_inspect(const void *bytes, size_t size, struct image_header *out)
{
	*out = (struct image_header){0};
	return image_format_of(bytes, size) == IMAGE_GIF
		       ? IMAGE_UNKNOWN
		       : image_inspect_any(bytes, size, out);
}

enum image_format
image_format_of(const void *bytes, size_t size)
{
	const struct bytes b = {bytes, size};

	return format_of(&b);
}
