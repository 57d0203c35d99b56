#ifndef CLIENT_H
#define CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ctx.h"
#include "base/field.h"

/*
 * A client of S3 servers, for jobs: it waits for the server, at most some seconds for a
 * connection and for as long as bytes move. Requests are presigned addresses
 * (s3/sigv4.h), signed with s3.user, s3.password and, if it is set,
 * s3.session_token.
 */
struct s3_site {
	const char *base; /* scheme://host[:port] */
	const char *bucket;
	const char *region;
	bool virtual_host; /* bucket.host/key, else host/bucket/key */
	int64_t rate;      /* bytes a second, 0: as fast as it goes */
};

struct s3_object {
	struct s3_site site;
	const char *key; /* NULL: the bucket itself */
};

struct s3_state {
	bool found;
	int64_t size;
	const char *etag; /* without quotation marks, NULL if the server told none */
};

/* The presigned address of a call; extra: further query parameters, decoded. */
const char *s3_address(struct ctx *c, const struct s3_object *o, const char *method,
	const struct pair *extra, size_t extras, int64_t seconds);

/*
 * The presigned address of one upload of exactly so many bytes: the length is signed.
 * The embedded store takes one body through it; other servers, which do not know
 * S3_ONCE, take as many as come until it expires.
 */
const char *s3_upload_address(
	struct ctx *c, const struct s3_object *o, int64_t size, int64_t seconds);

/* The presigned address of one part of an upload (its number, 1 and up), of exactly so
 * many bytes. */
const char *s3_part_address(struct ctx *c, const struct s3_object *o, const char *id,
	int64_t number, int64_t size, int64_t seconds);

/*
 * All of these: E_SERVER_DOWN: no connection, it broke, or the server itself says that
 * it cannot (5xx); E_PEER: an answer that does not fit, its status is in the words.
 */
enum err s3_head(struct ctx *c, const struct s3_object *o, struct s3_state *out);

/* Removes it; that it is not there is fine. */
enum err s3_delete(struct ctx *c, const struct s3_object *o);

/* Makes the bucket; that it is there is fine. */
enum err s3_make_bucket(struct ctx *c, const struct s3_site *site);

/* Has the bucket's events sent to an ARN: of a topic (arn:aws:sns:...), else of a
 * queue. */
enum err s3_notify(struct ctx *c, const struct s3_site *site, const char *arn);

/* A page of a bucket, in the order of keys. */
struct s3_listed {
	const char *key, *etag;
	int64_t size;
	struct utc modified;
};

#define S3_PAGE 1000

/* Up to S3_PAGE objects behind a key ("" from the start). *more: there are others.
 * E_PEER. */
enum err s3_list(struct ctx *c, const struct s3_site *site, const char *after,
	struct s3_listed **out, size_t *count, bool *more);

/* Uploads in parts. E_MISSING: the server does not know the upload (any more).
 * E_PEER, E_S3_XML. */
enum err s3_upload_open(struct ctx *c, const struct s3_object *o, const char **id);
enum err s3_upload_drop(struct ctx *c, const struct s3_object *o, const char *id);

/* etags: of the parts 1 to n. *etag is the whole object's. E_MISSING also if the
 * server has lost a part. E_PEER, E_S3_XML. */
enum err s3_upload_complete(struct ctx *c, const struct s3_object *o, const char *id,
	const char *const *etags, size_t n, const char **etag);

struct s3_upload {
	const char *key, *id;
	struct utc begun;
};

/* Uploads that are open, the first thousand. E_PEER. */
enum err s3_uploads(struct ctx *c, const struct s3_site *site, struct s3_upload **out,
	size_t *count);

/*
 * Asks servers for their buckets, all at once, and keeps the connections: a server that
 * dies closes its own, which says so at once. Lives as long as the process.
 */
struct s3_prober;
struct s3_prober *s3_prober_new(void);

/*
 * One that is missing is made. why[i] is NULL for those that have it then; fds[i] is
 * the connection that is kept (-1: none), not to be read or closed, and valid until the
 * next call.
 */
void s3_prober_ask(struct s3_prober *p, struct ctx *c, const struct s3_site *sites,
	size_t n, const char **why, int *fds);

/* An object as it was read or sent: digests of its bytes in lower-case digits. */
struct s3_digests {
	bool found;
	int64_t size;
	const char *etag, *md5, *sha256;
};

/* Reads all of an object, for its digests only. E_SERVER_DOWN. */
enum err s3_read(struct ctx *c, const struct s3_object *o, struct s3_digests *out);

/* Sends size bytes from the beginning of a file; S3 takes up to 5 GiB so. E_PEER,
 * E_SERVER_DOWN. */
enum err s3_put_file(struct ctx *c, const struct s3_object *o, int fd, int64_t size,
	struct s3_digests *out);

/* Sends n bytes; *md5 (digits) is theirs, and the server has said the same if it says
 * MD5s. E_PEER. */
enum err s3_put_bytes(struct ctx *c, const struct s3_object *o, const void *bytes,
	size_t n, const char *type, const char **md5);

/* All of an object, of `most` bytes at most, in the ctx. bytes is NULL if it is not
 * there. E_PEER also for one that is larger. */
struct s3_bytes {
	const char *bytes; /* with a NUL behind them */
	size_t n;
	const char *md5;
};
enum err s3_get_bytes(
	struct ctx *c, const struct s3_object *o, size_t most, struct s3_bytes *out);

/* Bytes on their way from one server to another. */
struct s3_transfer {
	const struct s3_object *from, *to;
	const char *etag;      /* of the source: another one there is refused */
	const char *md5;       /* digits that the bytes must have, NULL: any */
	const char *sha256;    /* the same */
	int64_t first, size;   /* the piece of the object */
	bool whole;            /* it is all of it */
	const char *upload_id; /* NULL: an object; else a part */
	int64_t part;          /* its number */
	/* Called about every second; false ends it with E_BUSY. */
	bool (*alive)(void *thing, int64_t bytes);
	void *thing;
};

struct s3_transferred {
	const char *etag;   /* as the target told */
	const char *md5;    /* of the bytes */
	const char *sha256; /* of the bytes */
	bool source_failed; /* on an error: it was the source */
	bool source_lacks;  /* ... which has not got it, or has other bytes */
	bool target_lost; /* ... it was the target, which does not know bucket or upload
			   */
};

/*
 * Streams GET to PUT without a file between. The last byte is held back until all have
 * come and are what they should be, so that nothing wrong is ever stored. E_PEER,
 * E_SERVER_DOWN.
 */
enum err s3_stream(
	struct ctx *c, const struct s3_transfer *flow, struct s3_transferred *out);

#endif
