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
	DIGEST_CRC32C,
	DIGEST_CRC64NVME,
	DIGEST_KINDS
};

/* Bytes of a digest. */
size_t digest_size(enum digest_kind kind);

/* As S3 names it behind "x-amz-checksum-". */
const char *digest_name(enum digest_kind kind);

/* Lower-case digits of a digest that is written in base64; NULL if it is none of the
 * kind. */
const char *digest_digits(struct arena *a, enum digest_kind kind, const char *base64);

/* The way back. */
const char *digest_base64(struct arena *a, const char *digits);

/* NULL, with a line in the log, if this libcrypto refuses the kind. */
struct digest *digest_new(struct ctx *c, enum digest_kind kind);

void digest_add(struct digest *d, const void *bytes, size_t n);

/* The end: lower-case hexadecimal digits. */
const char *digest_text(struct ctx *c, struct digest *d);

/* The same into room for digits and a NUL, without memory of the ctx; then the digest
 * begins anew. Not for a CRC. */
void digest_restart(struct digest *d, char *digits);

/* Of bytes that are all there; NULL as above. */
const char *digest_of(
	struct ctx *c, enum digest_kind kind, const void *bytes, size_t n);

#endif
