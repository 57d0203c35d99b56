#ifndef BUCKET_H
#define BUCKET_H

#include <stddef.h>

#include "base/ctx.h"

/* Buckets of the embedded store. server is the city whose listener was called. */
struct store_bucket {
	const char *name;
	struct utc created;
};

/*
 * Is it a name that S3 allows: 3 to 63 small letters, digits, dots and hyphens, no dot
 * beside another or a hyphen, no IPv4 address, nothing that S3 keeps for itself?
 */
bool bucket_name_valid(const char *name);

/* E_S3_BUCKET_NAME; that it is there already is fine, as in S3's first region. */
enum err bucket_add(struct ctx *c, const char *server, const char *name);

/* E_S3_NO_BUCKET */
enum err bucket_own(struct ctx *c, const char *server, const char *name);

/* By name. */
enum err bucket_list(
	struct ctx *c, const char *server, struct store_bucket **out, size_t *count);

/* E_S3_NO_BUCKET, E_S3_BUCKET_FULL */
enum err bucket_drop(struct ctx *c, const char *server, const char *name);

#endif
