#ifndef DIGEST_H
#define DIGEST_H

#include <stddef.h>

#include "base/ctx.h"

/* A digest that is fed bit by bit; lives as long as the ctx. */
struct digest;

enum digest_kind {
	DIGEST_MD5,
	DIGEST_SHA1,
	DIGEST_SHA256,
	DIGEST_CRC32,
	DIGEST_CRC32C
};

/* Bytes of a digest. */
size_t digest_size(enum digest_kind kind);

/* NULL, with a line in the log, if this libcrypto refuses the kind. */
struct digest *digest_new(struct ctx *c, enum digest_kind kind);

void digest_add(struct digest *d, const void *bytes, size_t n);

/* The end: lower-case hexadecimal digits. */
const char *digest_text(struct ctx *c, struct digest *d);

/* Of bytes that are all there; NULL as above. */
const char *digest_of(
	struct ctx *c, enum digest_kind kind, const void *bytes, size_t n);

#endif
