#ifndef HEADERS_H
#define HEADERS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/ctx.h"

/*
 * The headers that an object is told with: x-amz-meta-... of its maker and those few
 * that S3 keeps, as lines "name: value" with a line feed between them.
 */
#define HEADERS_META "x-amz-meta-"
#define HEADERS_META_BYTES 2048 /* of names without the prefix, and values: AWS's */
#define HEADERS_META_MOST 40 /* conf/nginx/store-lines.conf.in has room for so many */
#define HEADERS_BYTES 8192   /* of all */

struct headers {
	struct buf lines;
	size_t meta, meta_bytes;
};

/* Is it one that S3 keeps beside user metadata and the type? Any case. */
bool headers_kept(const char *name);

/*
 * Adds one; an empty value of a header that is kept is none. E_S3_ARGUMENT: a value
 * that is not UTF-8 or has control characters, a name that is no token;
 * E_S3_META_LARGE: more than the limits
 */
enum err headers_add(
	struct ctx *c, struct headers *h, const char *name, const char *value);

/* The lines, NULL if there are none. */
const char *headers_text(const struct headers *h);

/* Takes the next line off *at; false at the end. lines may be NULL. */
struct header_line {
	const char *name, *value;
};
bool headers_next(struct arena *a, const char **at, struct header_line *out);

#endif
