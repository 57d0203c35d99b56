#ifndef PROGRAMME_PICTURE_H
#define PROGRAMME_PICTURE_H

#include "base/ctx.h"

/*
 * Pictures from outside: looked at by their bytes, not their name; only JPEG, PNG and
 * WebP; decoded, turned upright, scaled down to `side` pixels and written anew as JPEG
 * without any metadata. libvips does the work.
 */

/*
 * Writes the picture to path (beside first, then renamed; durable when it returns).
 * E_PICTURE for what is none of the three or cannot be decoded.
 */
enum err picture_write(
	struct ctx *c, const void *bytes, size_t size, int side, const char *path);

/* SHA-256 of a file as hexadecimal digits, NULL if it cannot be read. */
const char *picture_sha256(struct ctx *c, const char *path);

#endif
