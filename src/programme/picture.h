#ifndef PROGRAMME_PICTURE_H
#define PROGRAMME_PICTURE_H

#include <stdbool.h>

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

/* A smaller copy of a picture that picture_write() has made, whole or not at all.
 * E_PICTURE. */
enum err picture_thumbnail(struct ctx *c, const char *from, int side, const char *path);

/* The picture squeezed into side x side shades of gray, and what its width was by its
 * height. False if it cannot be read. */
bool picture_gray(const char *path, int side, unsigned char *out, double *wide);

/* SHA-256 of a file as hexadecimal digits, NULL if it cannot be read. */
const char *picture_sha256(struct ctx *c, const char *path);

#endif
