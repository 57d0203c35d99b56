/* Checking signatures of version 4. */
#include "s3/sigv4_sign.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/str.h"
#include "s3/sigv2.h"

#define LONGEST_SECONDS INT64_C(604800) /* AWS's own limit for a presigned address */
#define SKEW_US (INT64_C(900) * US_PER_SECOND)

/* The parts of a signature, wherever they were found. */
struct signature {
	const char *id;      /* access key */
	const char *day;     /* "20130524" */
	const char *region;  /* of the scope */
	const char *scope;   /* day/region/s3/aws4_request */
	const char *date;    /* "20130524T000000Z" */
	const char *headers; /* names of the signed headers */
	const char *digits;  /* the signature itself */
	const char *payload; /* last line of the canonical request */
	bool in_query;
};

static bool
takes_region(const struct s3_key *key, const char *region)
{
	return str_eq(region, key->region) ||
	       (key->regions != NULL &&
		       (str_in("*", key->regions) || str_in(region, key->regions)));
}

/* Takes id/day/region/s3/aws4_request apart. */
static enum err
read_credential(struct ctx *c, const struct s3_key *key, const char *credential,
	struct signature *out)
{
	const char *slash = credential == NULL ? NULL : strchr(credential, '/');

	if (slash == NULL)
		return fail(c, E_S3_AUTH, "the credential is malformed");
	out->id = arena_strn(&c->arena, credential, (size_t)(slash - credential));
	out->scope = slash + 1;
	out->day = arena_strn(&c->arena, slash + 1, strcspn(slash + 1, "/"));
	if (!str_eq(out->id, key->id))
		return fail(c, E_S3_KEY_ID, NULL);
	const char *region = out->scope + strlen(out->day);
	region += *region == '/';
	out->region = arena_strn(&c->arena, region, strcspn(region, "/"));
	if (!str_eq(region + strlen(out->region), "/s3/aws4_request"))
		return fail(c, E_S3_AUTH,
			"the credential must end in %s/s3/aws4_request", key->region);
	if (!takes_region(key, out->region))
		return fail(c, E_S3_REGION, "the region '%s' is wrong; expecting '%s'",
			out->region, key->region);
	return OK;
}

/* A part of the Authorization header, such as "Signature". */
static const char *
part(struct arena *a, const char *text, const char *name)
{
	size_t n = strlen(name);

	for (;;) {
		text += strspn(text, " ,");
		size_t length = strcspn(text, ", ");
		if (length == 0)
			return NULL;
		if (strncmp(text, name, n) == 0 && text[n] == '=')
			return arena_strn(a, text + n + 1, length - n - 1);
		text += length;
	}
}

static enum err
read_header(struct ctx *c, const struct s3_request *q, const struct s3_key *key,
	struct signature *out)
{
	const char *text = q->header(q->headers, "authorization");
	struct utc at;

	if (!str_starts(text, SIGV4_ALGORITHM " "))
		return fail(c, E_S3_AUTH, "only " SIGV4_ALGORITHM " is known");
	text += strlen(SIGV4_ALGORITHM);
	TRY(read_credential(c, key, part(&c->arena, text, "Credential"), out));
	out->headers = part(&c->arena, text, "SignedHeaders");
	out->digits = part(&c->arena, text, "Signature");
	out->date = q->header(q->headers, "x-amz-date");
	out->payload = q->header(q->headers, "x-amz-content-sha256");
	if (out->date == NULL || !s3_date_read(out->date, &at))
		return fail(c, E_S3_AUTH, "a valid x-amz-date is needed");
	if (out->payload == NULL)
		return fail(c, E_S3_AUTH, "x-amz-content-sha256 is needed");
	if (llabs(at.us - c->now.us) > SKEW_US)
		return fail(c, E_S3_SKEWED, NULL);
	return OK;
}

/* The names as blank-separated words; an underscore is a hyphen, as FastCGI has it. */
static char *
signed_names(struct ctx *c, const struct signature *s)
{
	char *names = arena_str(&c->arena, s->headers);

	for (char *p = names; *p != '\0'; p++)
		if (*p == ';')
			*p = ' ';
		else if (*p == '_')
			*p = '-';
	return names;
}

/*
 * What an address says of the body. A header of that name counts if it is signed, and
 * must not say anything else if it is not.
 */
static enum err
query_payload(struct ctx *c, const struct s3_request *q, struct signature *out)
{
	const char *sent = q->header(q->headers, "x-amz-content-sha256");

	out->payload = s3_query(&c->arena, q->query, "X-Amz-Content-Sha256");
	if (out->payload == NULL)
		out->payload = S3_UNSIGNED;
	if (sent == NULL || str_eq(sent, out->payload))
		return OK;
	if (out->headers == NULL ||
		!str_in("x-amz-content-sha256", signed_names(c, out)))
		return fail(
			c, E_S3_AUTH, "x-amz-content-sha256 is sent but not signed");
	out->payload = sent;
	return OK;
}

static enum err
read_query(struct ctx *c, const struct s3_request *q, const struct s3_key *key,
	struct signature *out)
{
	struct arena *a = &c->arena;
	const char *seconds = s3_query(a, q->query, "X-Amz-Expires");
	struct utc at;
	int64_t n;

	if (!str_eq(s3_query(a, q->query, "X-Amz-Algorithm"), SIGV4_ALGORITHM))
		return fail(c, E_S3_AUTH, "X-Amz-Algorithm must be " SIGV4_ALGORITHM);
	TRY(read_credential(c, key, s3_query(a, q->query, "X-Amz-Credential"), out));
	out->in_query = true;
	out->headers = s3_query(a, q->query, "X-Amz-SignedHeaders");
	out->digits = s3_query(a, q->query, "X-Amz-Signature");
	out->date = s3_query(a, q->query, "X-Amz-Date");
	TRY(query_payload(c, q, out));
	if (out->date == NULL || !s3_date_read(out->date, &at))
		return fail(c, E_S3_AUTH, "X-Amz-Date must be like 20130524T000000Z");
	if (seconds == NULL || !int_read(seconds, &n) || n < 1 || n > LONGEST_SECONDS)
		return fail(c, E_S3_AUTH, "X-Amz-Expires must be 1 to 604800");
	if (at.us - c->now.us > SKEW_US)
		return fail(c, E_S3_EXPIRED, "the address is not valid yet");
	if (utc_after(at, n).us < c->now.us)
		return fail(c, E_S3_EXPIRED, NULL);
	return OK;
}

/* As AWS does: the host and everything that is sent as x-amz-... must be signed. */
static enum err
headers_are_signed(struct ctx *c, const struct s3_request *q, const struct signature *s)
{
	const char *names = signed_names(c, s), *name;

	if (!str_in("host", names))
		return fail(c, E_S3_AUTH, "the signed headers must include host");
	for (size_t i = 0;
		q->amz_header != NULL && (name = q->amz_header(q->headers, i)) != NULL;
		i++)
		if (!str_in(name, names) && !(s->in_query && s3_is_harmless(name)))
			return fail(c, E_S3_AUTH, "%s is sent but not signed", name);
	return OK;
}

/* What the body must be, from the last line of the canonical request. */
static enum err
read_payload(struct ctx *c, const struct signature *s, const struct s3_key *key,
	struct s3_payload *out)
{
	static const struct {
		const char *name;
		bool is_signed, trailer;
	} streams[] = {{"STREAMING-UNSIGNED-PAYLOAD-TRAILER", false, true},
		{"STREAMING-AWS4-HMAC-SHA256-PAYLOAD", true, false},
		{"STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", true, true}};

	if (str_eq(s->payload, S3_UNSIGNED))
		return OK;
	for (size_t i = 0; i < sizeof(streams) / sizeof(*streams); i++) {
		if (!str_eq(s->payload, streams[i].name))
			continue;
		out->chunked = true;
		out->trailer = streams[i].trailer;
		if (streams[i].is_signed) {
			out->signature = s->digits;
			out->date = s->date;
			out->scope = s->scope;
			sigv4_key(&c->arena, key, s->date, out->key);
		}
		return OK;
	}
	if (str_starts(s->payload, "STREAMING-"))
		return fail(c, E_S3_NO_FEATURE, "%s is not implemented", s->payload);
	if (strspn(s->payload, "0123456789abcdef") != 64 || s->payload[64] != '\0')
		return fail(c, E_S3_AUTH,
			"x-amz-content-sha256 must be a SHA-256 or " S3_UNSIGNED);
	out->sha256 = s->payload;
	return OK;
}

/*
 * A parameter of the signature that is there twice: what is checked must be what
 * everybody else along the way reads.
 */
static enum err
no_doubles(struct ctx *c, const char *query)
{
	size_t count;
	const struct pair *pairs = s3_query_pairs(&c->arena, query, &count);

	for (size_t i = 0; i < count; i++) {
		const char *name = pairs[i].name;

		if (strncasecmp(name, "x-amz-", 6) != 0 &&
			!str_in(name, "AWSAccessKeyId Expires Signature"))
			continue;
		for (size_t k = i + 1; k < count; k++)
			if (strcasecmp(name, pairs[k].name) == 0)
				return fail(c, E_S3_AUTH, "%s is there twice", name);
	}
	return OK;
}

/* An address of somebody's whose length is signed, called with another body. */
static const char *
hint(const struct signature *s)
{
	return s->in_query && str_starts(s->headers, "content-length")
		       ? "the signature does not match the request; the address is for "
			 "a body of the announced length only"
		       : err_sentence(E_S3_SIGNATURE);
}

static enum err
check(struct ctx *c, const struct s3_request *q, const struct s3_key *key,
	const struct signature *s, struct s3_payload *payload)
{
	if (s->headers == NULL || s->digits == NULL || s->day == NULL ||
		strncmp(s->day, s->date, 8) != 0)
		return fail(c, E_S3_AUTH, "the signature is incomplete");
	TRY(headers_are_signed(c, q, s));

	const struct s3_key own = {
		.id = key->id, .secret = key->secret, .region = s->region};
	const struct sigv4_scope scope = {.date = s->date,
		.headers = s->headers,
		.payload = s->payload,
		.skip = s->in_query ? "X-Amz-Signature" : NULL};
	if (!str_same_secret(s->digits, sigv4_sign(&c->arena, &own, q, &scope)))
		return fail(c, E_S3_SIGNATURE, "%s", hint(s));
	payload->signed_headers = s->headers;
	return read_payload(c, s, &own, payload);
}

enum err
s3_check(struct ctx *c, const struct s3_request *q, const struct s3_key *key,
	struct s3_payload *payload)
{
	const char *text = q->header(q->headers, "authorization");
	/* A token of ours that a browser carries over a redirect is not meant for us.
	 */
	bool in_header = text != NULL && str_starts(text, "AWS");
	bool in_query = s3_query(&c->arena, q->query, "X-Amz-Algorithm") != NULL;
	struct signature s = {0};

	*payload = (struct s3_payload){.signed_headers = ""};
	TRY(no_doubles(c, q->query));
	if (in_header && in_query)
		return fail(c, E_S3_AUTH, "two signatures");
	if (!in_header && !in_query)
		return sigv2_check(c, q, key);
	TRY(in_header ? read_header(c, q, key, &s) : read_query(c, q, key, &s));
	return check(c, q, key, &s, payload);
}

enum err
s3_check_policy(struct ctx *c, const struct s3_policy *p, const struct s3_key *key)
{
	struct signature s = {0};
	unsigned char signing[SIGV4_KEY_BYTES];
	struct utc at;

	if (p->policy[0] == '\0' || p->signature[0] == '\0')
		return fail(c, E_S3_ANONYMOUS, NULL);
	if (p->algorithm[0] == '\0')
		return sigv2_check_policy(c, p, key);
	if (!str_eq(p->algorithm, SIGV4_ALGORITHM) || !s3_date_read(p->date, &at))
		return fail(c, E_S3_AUTH,
			"only " SIGV4_ALGORITHM " with x-amz-date is known");
	TRY(read_credential(c, key, p->credential, &s));
	if (s.day == NULL || strncmp(s.day, p->date, 8) != 0)
		return fail(c, E_S3_AUTH,
			"credential and x-amz-date are of different days");
	const struct s3_key own = {
		.id = key->id, .secret = key->secret, .region = s.region};
	sigv4_key(&c->arena, &own, p->date, signing);
	return str_same_secret(
		       p->signature, sigv4_digits(&c->arena, signing, p->policy))
		       ? OK
		       : fail(c, E_S3_SIGNATURE, NULL);
}
