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
	const char *
		regions; /* s3_check(): further ones, blank-separated; "*": any; NULL */
};

/* A request as its signature sees it. */
struct s3_request {
	const char *method;
	const char *path;  /* as sent: percent-encoded, without the query */
	const char *query; /* as sent, "" if there is none */
	/* The value of a header, NULL if it was not sent; name in lower case, as
	 * "x-amz-date". */
	const char *(*header)(const void *headers, const char *name);
	/* s3_check(): the name of the i-th header that begins with "x-amz-", in lower
	 * case; NULL behind the last. NULL: there are none. */
	const char *(*amz_header)(const void *headers, size_t i);
	const void *headers;
};

/* What a signature says of the body. */
struct s3_payload {
	const char *sha256; /* 64 lower-case digits that it must have; NULL: any */
	bool chunked;       /* it is aws-chunked (s3/chunked.h) */
	bool trailer;       /* ... with checksums behind the last chunk */
	const char *signed_headers; /* names with ';' between them, "" for V2 */
	/* Where the signatures of the chunks begin; NULL: they are not signed. */
	const char *signature, *date, *scope;
	unsigned char key[32];
};

#define S3_UNSIGNED "UNSIGNED-PAYLOAD"

/* A query parameter of our own, which other servers of S3 pass over as they do with all
 * that begin with "x-": what is there already is not replaced through this address. */
#define S3_ONCE "x-once"

/*
 * Checks the signature of a request, wherever it is: query (V4, or the older V2, which
 * boto3 makes unless told otherwise) or Authorization header. *payload is what the body
 * must be then.
 * E_S3_ANONYMOUS   no signature at all
 * E_S3_AUTH        a signature that cannot be read, of another service or algorithm, or
 *                  that leaves out the host or an x-amz-... header
 * E_S3_REGION      for another region than key->region
 * E_S3_KEY_ID      somebody else's access key
 * E_S3_EXPIRED     a presigned address that is past, or not yet valid
 * E_S3_SKEWED      a signed header more than 15 minutes away from c->now
 * E_S3_SIGNATURE   something was altered: method, host, path, query, a signed header
 * E_S3_NO_FEATURE  a body in chunks with signatures of a kind that nobody here checks
 */
enum err s3_check(struct ctx *c, const struct s3_request *q, const struct s3_key *key,
	struct s3_payload *payload);

/* A policy of a form as it came: in base64, with its signature (s3/policy.h). */
struct s3_policy {
	const char *policy, *signature;
	const char *algorithm, *credential, *date; /* V4; "" for V2 */
	const char *id;                            /* V2: the access key */
};

/* Checks that whoever has the key has signed a policy. E_S3_ANONYMOUS, E_S3_AUTH,
 * E_S3_REGION, E_S3_KEY_ID, E_S3_SIGNATURE as above. */
enum err s3_check_policy(
	struct ctx *c, const struct s3_policy *p, const struct s3_key *key);

/* Headers that a client of a presigned address may send though its maker has not signed
 * them: they only say what the body must be, or nothing at all. */
bool s3_is_harmless(const char *amz_header);

/* What a presigned address allows. */
struct s3_link {
	const char *method;
	const char *base;         /* scheme://host[:port] as the client will call it */
	const char *path;         /* decoded: /bucket/key */
	const struct pair *extra; /* further query parameters, decoded, such as
				     response-content-type */
	size_t extras;
	int64_t seconds;            /* of validity, 1 to 604800 */
	const char *content_length; /* that the body must have; NULL: any */
};

/* The presigned address (query form; signed headers: host and, if it is given,
 * content-length; what the body is stays open). */
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

/* All of a raw query's parameters, decoded. A plus is a plus: S3 writes a blank as %20.
 */
struct pair *s3_query_pairs(struct arena *a, const char *query, size_t *count);

#endif
