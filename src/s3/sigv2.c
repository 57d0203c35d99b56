#include "s3/sigv2.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"

/* Query parameters that belong to the resource, in the order of bytes. */
static const char *const resource[] = {"acl", "cors", "delete", "lifecycle", "location",
	"logging", "notification", "partNumber", "policy", "requestPayment",
	"response-cache-control", "response-content-disposition",
	"response-content-encoding", "response-content-language",
	"response-content-type", "response-expires", "tagging", "torrent", "uploadId",
	"uploads", "versionId", "versioning", "versions", "website"};

static const char *
value(const struct s3_request *q, const char *name)
{
	const char *text = q->header(q->headers, name);

	return text == NULL ? "" : text;
}

/* Verb, three headers, the end of validity, the resource with its own parameters. */
static const char *
text_to_sign(struct arena *a, const struct s3_request *q, const char *expires)
{
	struct buf b = {.arena = a};
	char mark = '?';

	buf_fmt(&b, "%s\n%s\n%s\n%s\n%s", q->method, value(q, "content-md5"),
		value(q, "content-type"), expires, q->path);
	for (size_t i = 0; i < sizeof(resource) / sizeof(*resource); i++) {
		const char *text = s3_query(a, q->query, resource[i]);

		if (text == NULL)
			continue;
		buf_fmt(&b, "%c%s%s%s", mark, resource[i], *text == '\0' ? "" : "=",
			text);
		mark = '&';
	}
	return buf_text(&b);
}

static const char *
sign(struct arena *a, const char *secret, const char *text)
{
	unsigned char hash[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	char *base64;

	HMAC(EVP_sha1(), secret, (int)strlen(secret), (const unsigned char *)text,
		strlen(text), hash, &n);
	base64 = arena_new(a, n * 2 + 4);
	EVP_EncodeBlock((unsigned char *)base64, hash, (int)n);
	return base64;
}

/*
 * The addresses that are checked here sign no x-amz-... header, so none may change what
 * is done.
 */
static enum err
no_amz_headers(struct ctx *c, const struct s3_request *q)
{
	const char *name;

	for (size_t i = 0;
		q->amz_header != NULL && (name = q->amz_header(q->headers, i)) != NULL;
		i++)
		if (!s3_is_harmless(name))
			return fail(c, E_S3_AUTH, "%s is sent but not signed", name);
	return OK;
}

enum err
sigv2_check(struct ctx *c, const struct s3_request *q, const struct s3_key *key)
{
	const char *id = s3_query(&c->arena, q->query, "AWSAccessKeyId");
	const char *expires = s3_query(&c->arena, q->query, "Expires");
	const char *digits = s3_query(&c->arena, q->query, "Signature");
	int64_t end;

	if (id == NULL)
		return fail(c, E_S3_ANONYMOUS, NULL);
	if (!str_eq(id, key->id))
		return fail(c, E_S3_KEY_ID, NULL);
	if (digits == NULL || expires == NULL || !int_read(expires, &end))
		return fail(c, E_S3_AUTH, "Expires and Signature are needed");
	if (end < c->now.us / US_PER_SECOND)
		return fail(c, E_S3_EXPIRED, NULL);
	TRY(no_amz_headers(c, q));
	if (!str_same_secret(digits,
		    sign(&c->arena, key->secret, text_to_sign(&c->arena, q, expires))))
		return fail(c, E_S3_SIGNATURE, NULL);
	/* No limit of seven days in V2: the end may be years away, as its maker wished.
	 */
	return OK;
}

enum err
sigv2_check_policy(struct ctx *c, const struct s3_policy *p, const struct s3_key *key)
{
	if (!str_eq(p->id, key->id))
		return fail(c, E_S3_KEY_ID, NULL);
	return str_same_secret(p->signature, sign(&c->arena, key->secret, p->policy))
		       ? OK
		       : fail(c, E_S3_SIGNATURE, NULL);
}
