#ifndef SIGV4_H
#define SIGV4_H

#include <stddef.h>
#include <stdint.h>

#include "base/ctx.h"
#include "base/field.h"

/*
 * AWS Signature Version 4 for S3: presigned addresses and the Authorization header,
 * making and checking. Nothing here reads a body or a database.
 */
struct s3_key {
	const char *id, *secret; /* access key and its secret */
	const char *region;
};

/* A request as its signature sees it. */
struct s3_request {
	const char *method;
	const char *path;  /* as sent: percent-encoded, without the query */
	const char *query; /* as sent, "" if there is none */
	/* The value of a header, NULL if it was not sent; name in lower case, as
	 * "x-amz-date". */
	const char *(*header)(const void *headers, const char *name);
	const void *headers;
};

#define S3_UNSIGNED "UNSIGNED-PAYLOAD"

/*
 * Checks the signature of a request, wherever it is: query (V4, or the older V2, which
 * boto3 makes unless told otherwise) or Authorization header. On success *payload is
 * the SHA-256 that the body must have, as 64 lower-case digits, or NULL when the
 * signature leaves the body open. E_S3_ANONYMOUS   no signature at all E_S3_AUTH a
 * signature that cannot be read, or of another region, service or algorithm E_S3_KEY_ID
 * somebody else's access key E_S3_EXPIRED     a presigned address that is past, or not
 * yet valid E_S3_SKEWED      a signed header more than 15 minutes away from c->now
 * E_S3_SIGNATURE   something was altered: method, host, path, query, a signed header
 * E_S3_STREAMING   a body in signed chunks, which this store does not take
 */
enum err s3_check(struct ctx *c, const struct s3_request *q, const struct s3_key *key,
	const char **payload);

/* What a presigned address allows. */
struct s3_link {
	const char *method;
	const char *base;         /* scheme://host[:port] as the client will call it */
	const char *path;         /* decoded: /bucket/key */
	const struct pair *extra; /* further query parameters, decoded, such as
				     response-content-type */
	size_t extras;
	int64_t seconds; /* of validity, 1 to 604800 */
};

/* The presigned address (query form, signed header host only, body left open). */
char *s3_presign(struct arena *a, const struct s3_key *key, const struct s3_link *link,
	struct utc at);

/*
 * The Authorization header for a request of ours. signed_headers: their names in lower
 * case, sorted, joined by ';'. q->header must know them all, among them host,
 * x-amz-date (s3_date() of the same moment) and x-amz-content-sha256 (payload).
 */
char *s3_authorization(struct arena *a, const struct s3_key *key,
	const struct s3_request *q, const char *signed_headers, const char *payload,
	struct utc at);

/* "20130524T000000Z", whole seconds. s3_date_read() is the way back; false if it is no
 * such text. */
char *s3_date(struct arena *a, struct utc at);
bool s3_date_read(const char *text, struct utc *out);

/* The value of a query parameter, decoded; "" if it has none, NULL if the parameter is
 * not there. */
const char *s3_query(struct arena *a, const char *query, const char *name);

#endif
