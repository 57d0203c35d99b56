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
