#ifndef IMAGE_PICTURE_H
#define IMAGE_PICTURE_H

#include <stdbool.h>

#include "base/ctx.h"

/*
 * Files of pictures. What strangers send is known by its bytes, not its name: JPEG, PNG
 * or WebP, opened by another program (image/image.h, which has the errors) and written
 * anew as JPEG. E_BUG, too: a file cannot be written.
 */

/* An output: fits into a square of `side` pixels, is never enlarged, goes to path. */
struct picture_copy {
	int side;
	const char *path;
};

/* Writes the copies, largest first, all or none; each appears whole and is durable when
 * this returns. */
enum err picture_write(struct ctx *c, const void *bytes, size_t size,
	const struct picture_copy *copies, size_t count);

/* The same for a picture in a file. E_PICTURE, too, if it cannot be read. */
enum err picture_write_from(struct ctx *c, const char *from,
	const struct picture_copy *copies, size_t count);

/* SHA-256 of a file as hexadecimal digits, NULL if it cannot be read. */
const char *picture_sha256(struct ctx *c, const char *path);

#endif
