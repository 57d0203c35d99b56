#include "image/lean.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define SIGNATURE 8 /* bytes before the first chunk */
#define FRAME 12    /* of a chunk: length, kind and CRC */

/* W3C PNG 5.4: the fifth bit of a critical chunk's first letter is 0. */
static bool
is_needed(const unsigned char *kind)
{
	static const char *const ancillary[] = {
		"tRNS", "gAMA", "cHRM", "sRGB", "iCCP", "cICP", "sBIT", "eXIf"};
	bool needed = (kind[0] & 0x20) == 0;

	for (size_t i = 0; !needed && i < sizeof(ancillary) / sizeof(*ancillary); i++)
		needed = memcmp(kind, ancillary[i], 4) == 0;
	return needed;
}

/* The bytes of a chunk, up to the end of the file where it lies. */
static size_t
chunk_size(const unsigned char *at, size_t left)
{
	size_t length =
		(size_t)at[0] << 24 | (size_t)at[1] << 16 | (size_t)at[2] << 8 | at[3];

	return length < left - FRAME ? length + FRAME : left;
}

void *
lean_png(const void *bytes, size_t *size)
{
	const unsigned char *from = bytes, *end = from + *size;
	unsigned char *out = NULL;
	size_t kept = SIGNATURE;
	bool last = false;

	for (const unsigned char *at = from + SIGNATURE; !last && end - at >= FRAME;) {
		size_t n = chunk_size(at, (size_t)(end - at));
		bool needed = is_needed(at + 4);

		last = memcmp(at + 4, "IEND", 4) == 0;
		if (!needed && out == NULL) {
			if ((out = malloc(*size)) == NULL)
				return NULL;
			memcpy(out, from, kept);
		}
		if (needed && out != NULL)
			memcpy(out + kept, at, n);
		kept += needed ? n : 0;
		at += n;
	}
	if (out != NULL)
		*size = kept;
	return out;
}

static size_t
little(const unsigned char *at, size_t bytes)
{
	size_t n = 0;

	for (size_t i = bytes; i-- > 0;)
		n = n << 8 | at[i];
	return n;
}

static void
put_little(unsigned char *at, size_t bytes, size_t n)
{
	for (size_t i = 0; i < bytes; i++)
		at[i] = (unsigned char)(n >> 8 * i);
}

/* RFC 9649: chunks are padded to even lengths; VP8X says which there are. */
void *
lean_webp(const void *bytes, size_t *size)
{
	const unsigned char *from = bytes;
	unsigned char *out = malloc(*size);
	size_t used = 12;

	if (out == NULL || *size < used) {
		free(out);
		return NULL;
	}
	memcpy(out, from, used);
	for (size_t at = 12; at + 8 <= *size;) {
		size_t n = little(from + at + 4, 4), whole = 8 + n + (n & 1);

		if (whole > *size - at)
			whole = *size - at;
		if (memcmp(from + at, "EXIF", 4) != 0 &&
			memcmp(from + at, "XMP ", 4) != 0) {
			memcpy(out + used, from + at, whole);
			if (memcmp(from + at, "VP8X", 4) == 0 && whole > 8)
				out[used + 8] &= (unsigned char)~0x0C;
			used += whole;
		}
		at += whole;
	}
	put_little(out + 4, 4, used - 8);
	*size = used;
	return out;
}

/* -- GIF89a */

/* The end of the blocks of data that begin at i, or the end of the file. */
static size_t
gif_data_end(const unsigned char *from, size_t size, size_t i)
{
	while (i < size && from[i] != 0)
		i += 1 + (size_t)from[i];
	return i < size ? i + 1 : size;
}

static size_t
gif_colours(unsigned char flags)
{
	return (flags & 0x80) != 0 ? (size_t)3 << ((flags & 7) + 1) : 0;
}

/* Does the extension at i say how the frames look or how often they come? */
static bool
gif_is_needed(const unsigned char *from, size_t size, size_t i)
{
	if (from[i + 1] == 0xF9)
		return true;
	return from[i + 1] == 0xFF && i + 14 <= size &&
	       (memcmp(from + i + 3, "NETSCAPE2.0", 11) == 0 ||
		       memcmp(from + i + 3, "ANIMEXTS1.0", 11) == 0);
}

/* The end of the block at i: an extension, a frame or the trailer. */
static size_t
gif_block_end(const unsigned char *from, size_t size, size_t i)
{
	if (from[i] == 0x21 && i + 2 < size)
		return gif_data_end(from, size, i + 2);
	if (from[i] == 0x2C && i + 11 < size)
		return gif_data_end(from, size, i + 11 + gif_colours(from[i + 9]));
	return i + 1;
}

void *
lean_gif(const void *bytes, size_t *size)
{
	const unsigned char *from = bytes;
	size_t used = *size < 13 ? *size : 13 + gif_colours(from[10]);
	unsigned char *out = malloc(*size + 1);

	if (out == NULL || used > *size) {
		free(out);
		return NULL;
	}
	memcpy(out, from, used);
	for (size_t i = used, end; i < *size; i = end) {
		end = gif_block_end(from, *size, i);
		if (from[i] == 0x21 && i + 2 < *size && !gif_is_needed(from, *size, i))
			continue;
		memcpy(out + used, from + i, end - i);
		used += end - i;
		if (from[i] == 0x3B)
			break;
	}
	*size = used;
	return out;
}

/* -- BMP: a head of 14 bytes, one of the picture, its colours, its pixels */

#define BMP_HEAD 14

struct bmp {
	size_t head;    /* bytes of both heads and the masks behind them */
	size_t colours; /* bytes */
	size_t pixels, pixels_at;
};

static bool
bmp_read(const unsigned char *b, size_t size, struct bmp *out)
{
	if (size < BMP_HEAD + 40 || little(b + 14, 4) < 40 || little(b + 14, 4) > 124)
		return false;
	size_t picture = little(b + 14, 4), bits = little(b + 28, 2),
	       packed = little(b + 30, 4), used = little(b + 46, 4);
	uint64_t wide = little(b + 18, 4);
	int64_t height = (int32_t)little(b + 22, 4);
	uint64_t rows = (uint64_t)(height < 0 ? -height : height);

	if (wide == 0 || rows == 0 || wide > 65535 || rows > 65535 || bits == 0 ||
		bits > 32 || packed > 3 || used > 256)
		return false;
	out->head = BMP_HEAD + picture + (picture == 40 && packed == 3 ? 12 : 0);
	out->colours = 4 * (used > 0 ? used : bits <= 8 ? (size_t)1 << bits : 0);
	out->pixels = packed == 1 || packed == 2
			      ? little(b + 34, 4)
			      : (size_t)((wide * bits + 31) / 32 * 4 * rows);
	out->pixels_at = little(b + 10, 4);
	return out->head + out->colours <= out->pixels_at && out->pixels_at <= size &&
	       out->pixels <= size - out->pixels_at;
}

void *
lean_bmp(const void *bytes, size_t *size)
{
	const unsigned char *from = bytes;
	struct bmp b;

	if (!bmp_read(from, *size, &b))
		return NULL;
	size_t before = b.head + b.colours;
	unsigned char *out = malloc(before + b.pixels);
	if (out == NULL)
		return NULL;
	memcpy(out, from, before);
	memcpy(out + before, from + b.pixels_at, b.pixels);
	put_little(out + 2, 4, before + b.pixels);
	put_little(out + 6, 4, 0);
	put_little(out + 10, 4, before);
	if (little(from + 14, 4) ==
		124) { /* sRGB, without a profile behind the pixels */
		put_little(out + BMP_HEAD + 56, 4, 0x73524742);
		memset(out + BMP_HEAD + 112, 0, 12);
	}
	*size = before + b.pixels;
	return out;
}
