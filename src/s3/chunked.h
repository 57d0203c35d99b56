#ifndef CHUNKED_H
#define CHUNKED_H

#include <stddef.h>
#include <stdint.h>

#include "base/ctx.h"
#include "s3/sigv4.h"

/*
 * Bodies in chunks, as clients send them whose checksum comes behind the bytes
 * (Content-Encoding: aws-chunked): "Signature Calculations for the Authorization
 * Header: Transferring Payload in Multiple Chunks" and "... with trailing headers" of
 * the Amazon S3 API reference.
 */
struct chunked {
	const struct s3_payload *payload;
	int64_t size; /* of what is in the chunks, x-amz-decoded-content-length */
	const char *trailer; /* the header that must come behind them, in lower case,
				NULL: none */
};

/*
 * Reads such a body from a file and hands on what is in it, some hundred kilobytes at a
 * time, until take returns an error. *trailer is the value of what->trailer. What has
 * been handed on is right only when this returns OK. Memory does not grow with the
 * number of chunks.
 * E_S3_CHUNKS: not of this form; E_S3_TRUNCATED: not what->size bytes, or no end;
 * E_S3_SIGNATURE: of a chunk or of the trailer; E_S3_TRAILER: it is not there
 */
enum err chunked_read(struct ctx *c, int fd, const struct chunked *what,
	enum err (*take)(void *to, const unsigned char *bytes, size_t n), void *to,
	const char **trailer);

#endif
