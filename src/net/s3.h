#ifndef S3_H
#define S3_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ctx.h"

/*
 * A client of S3 servers, for jobs: it waits for the server, at most some seconds for a
 * connection and for as long as bytes move. Addresses are presigned (store/sigv4.h);
 * objects are files here.
 */
struct s3_object {
	const char *base;   /* scheme://host[:port] */
	const char *bucket; /* path style: base/bucket/key */
	const char *key;
};

struct s3_state {
	bool found;
	int64_t size;
	const char *etag; /* without quotation marks, NULL if the server told none */
};

/*
 * All: E_SERVER_DOWN: no connection, or it broke; E_PEER: an answer that does not fit,
 * its status is in the words.
 */
enum err s3_head(struct ctx *c, const struct s3_object *o, struct s3_state *out);

/* Writes the object's bytes to fd. out->found is false if it is not there. */
enum err s3_get(struct ctx *c, const struct s3_object *o, int fd, struct s3_state *out);

/* Sends size bytes from the beginning of fd. */
enum err s3_put(struct ctx *c, const struct s3_object *o, int fd, int64_t size,
	struct s3_state *out);

/* Removes it; that it is not there is fine. */
enum err s3_delete(struct ctx *c, const struct s3_object *o);

/* Makes the bucket; that it is there is fine. */
enum err s3_make_bucket(struct ctx *c, const char *base, const char *bucket);

#endif
