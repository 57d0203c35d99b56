#include "store/sigv4.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/buf.h"
#include "base/str.h"
#include "store/sigv2.h"

#define ALGORITHM "AWS4-HMAC-SHA256"
#define LONGEST_SECONDS INT64_C(604800) /* AWS's own limit for a presigned address */
#define SKEW_US (INT64_C(900) * US_PER_SECOND)

/* The parts of a signature, wherever they were found. */
struct signature {
	const char *id;      /* access key */
	const char *day;     /* "20130524" */
	const char *scope;   /* day/region/s3/aws4_request */
	const char *date;    /* "20130524T000000Z" */
	const char *headers; /* names of the signed headers */
	const char *digits;  /* the signature itself */
	const char *payload; /* last line of the canonical request */
	bool in_query;
};

/* What is signed beside the request. */
struct scope {
	const char *date, *headers, *payload;
	const char *skip; /* query parameter that is not signed, or NULL */
};

static void
hmac(unsigned char out[32], const void *key, size_t n, const char *text)
{
	crypto_auth_hmacsha256_state state;

	crypto_auth_hmacsha256_init(&state, key, n);
	crypto_auth_hmacsha256_update(
		&state, (const unsigned char *)text, strlen(text));
	crypto_auth_hmacsha256_final(&state, out);
}

static char *
sha256_text(struct arena *a, const char *text)
{
	unsigned char hash[32];

	crypto_hash_sha256(hash, (const unsigned char *)text, strlen(text));
	return hex_text(a, hash, sizeof(hash));
}

char *
s3_date(struct arena *a, struct utc at)
{
	time_t seconds = (time_t)(at.us / US_PER_SECOND);
	struct tm tm;

	gmtime_r(&seconds, &tm);
	return arena_fmt(a, "%04d%02d%02dT%02d%02d%02dZ", tm.tm_year + 1900,
		tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

bool
s3_date_read(const char *text, struct utc *out)
{
	static const char form[] = "ddddddddTddddddZ";
	char iso[] = "0000-00-00T00:00:00Z";
	char *to = iso;

	for (size_t i = 0; i < sizeof(form); i++)
		if (form[i] == 'd' ? text[i] < '0' || text[i] > '9'
				   : text[i] != form[i])
			return false;
	for (const char *from = text; *from != '\0'; from++) {
		if (*to == '-' || *to == ':')
			to++;
		*to++ = *from;
	}
	return utc_parse(iso, out);
}

/* Splits a raw query; pairs are decoded. A plus is a plus: S3 writes a blank as %20. */
static struct pair *
query_pairs(struct arena *a, const char *query, size_t *count)
{
	size_t most = 1, n = 0;
	struct pair *pairs;

	for (const char *s = query; *s != '\0'; s++)
		most += *s == '&';
	pairs = arena_new(a, most * sizeof(*pairs));
	for (const char *s = query; *s != '\0';) {
		size_t length = strcspn(s, "&"), name = 0;

		while (name < length && s[name] != '=')
			name++;
		if (length > 0) {
			size_t value = name < length ? name + 1 : length;

			pairs[n].name = percent_decode(a, s, name, false);
			pairs[n++].value =
				percent_decode(a, s + value, length - value, false);
		}
		s += length + (s[length] == '&');
	}
	*count = n;
	return pairs;
}

const char *
s3_query(struct arena *a, const char *query, const char *name)
{
	size_t count;
	const struct pair *pairs = query_pairs(a, query, &count);

	for (size_t i = 0; i < count; i++)
		if (str_eq(pairs[i].name, name))
			return pairs[i].value;
	return NULL;
}

static int
pair_order(const void *x, const void *y)
{
	const struct pair *a = x, *b = y;
	int order = strcmp(a->name, b->name);

	return order != 0 ? order : strcmp(a->value, b->value);
}

static const char *
canonical_query(struct arena *a, const char *query, const char *skip)
{
	size_t count;
	struct pair *pairs = query_pairs(a, query, &count);
	struct buf b = {.arena = a};

	for (size_t i = 0; i < count; i++) {
		pairs[i].value = percent_encode(a, pairs[i].value, false);
		pairs[i].name = percent_encode(a, pairs[i].name, false);
	}
	qsort(pairs, count, sizeof(*pairs), pair_order);
	for (size_t i = 0; i < count; i++)
		if (skip == NULL || !str_eq(pairs[i].name, skip))
			buf_fmt(&b, "%s%s=%s", b.used > 0 ? "&" : "", pairs[i].name,
				pairs[i].value);
	return buf_text(&b);
}

/* Blanks at the ends go, several between words are one. */
static void
add_header_value(struct buf *b, const char *value)
{
	bool blank = false, any = false;

	for (; *value != '\0'; value++) {
		if (*value == ' ' || *value == '\t') {
			blank = true;
			continue;
		}
		if (blank && any)
			buf_add(b, " ");
		buf_addn(b, value, 1);
		blank = false;
		any = true;
	}
}

/* The canonical request of the specification. */
static const char *
canonical(struct arena *a, const struct s3_request *q, const struct scope *s)
{
	struct buf b = {.arena = a};
	const char *path = percent_decode(a, q->path, strlen(q->path), false);

	buf_fmt(&b, "%s\n%s\n%s\n", q->method, percent_encode(a, path, true),
		canonical_query(a, q->query, s->skip));
	for (const char *name = s->headers; *name != '\0';) {
		size_t n = strcspn(name, ";");
		const char *value = q->header(q->headers, arena_strn(a, name, n));

		buf_addn(&b, name, n);
		buf_add(&b, ":");
		add_header_value(&b, value == NULL ? "" : value);
		buf_add(&b, "\n");
		name += n + (name[n] == ';');
	}
	buf_fmt(&b, "\n%s\n%s", s->headers, s->payload);
	return buf_text(&b);
}

/* The 64 digits for a request. */
static char *
sign(struct arena *a, const struct s3_key *key, const struct s3_request *q,
	const struct scope *s)
{
	const char *day = arena_strn(a, s->date, 8);
	const char *text = arena_fmt(a, ALGORITHM "\n%s\n%s/%s/s3/aws4_request\n%s",
		s->date, day, key->region, sha256_text(a, canonical(a, q, s)));
	const char *secret = arena_fmt(a, "AWS4%s", key->secret);
	unsigned char k[32];

	hmac(k, secret, strlen(secret), day);
	hmac(k, k, sizeof(k), key->region);
	hmac(k, k, sizeof(k), "s3");
	hmac(k, k, sizeof(k), "aws4_request");
	hmac(k, k, sizeof(k), text);
	return hex_text(a, k, sizeof(k));
}

char *
s3_authorization(struct arena *a, const struct s3_key *key, const struct s3_request *q,
	const char *signed_headers, const char *payload, struct utc at)
{
	const struct scope s = {
		.date = s3_date(a, at), .headers = signed_headers, .payload = payload};

	return arena_fmt(a,
		ALGORITHM " Credential=%s/%.8s/%s/s3/aws4_request, SignedHeaders=%s, "
			  "Signature=%s",
		key->id, s.date, key->region, signed_headers, sign(a, key, q, &s));
}

/* A presigned address signs the host only. */
static const char *
host_header(const void *headers, const char *name)
{
	return str_eq(name, "host") ? headers : NULL;
}

char *
s3_presign(struct arena *a, const struct s3_key *key, const struct s3_link *link,
	struct utc at)
{
	const char *host = strstr(link->base, "://");
	const char *path = percent_encode(a, link->path, true);
	const struct scope s = {
		.date = s3_date(a, at), .headers = "host", .payload = S3_UNSIGNED};
	struct buf query = {.arena = a};

	for (size_t i = 0; i < link->extras; i++)
		buf_fmt(&query, "%s=%s&", percent_encode(a, link->extra[i].name, false),
			percent_encode(a, link->extra[i].value, false));
	buf_fmt(&query,
		"X-Amz-Algorithm=" ALGORITHM
		"&X-Amz-Credential=%s%%2F%.8s%%2F%s%%2Fs3%%2Faws4_request"
		"&X-Amz-Date=%s&X-Amz-Expires=%lld&X-Amz-SignedHeaders=host",
		percent_encode(a, key->id, false), s.date,
		percent_encode(a, key->region, false), s.date,
		(long long)link->seconds);

	const struct s3_request q = {.method = link->method,
		.path = path,
		.query = buf_text(&query),
		.header = host_header,
		.headers = host == NULL ? link->base : host + 3};
	return arena_fmt(a, "%s%s?%s&X-Amz-Signature=%s", link->base, path, q.query,
		sign(a, key, &q, &s));
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
	if (!str_eq(out->scope, arena_fmt(&c->arena, "%s/%s/s3/aws4_request", out->day,
					key->region)))
		return fail(c, E_S3_AUTH,
			"the credential must end in %s/s3/aws4_request", key->region);
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

	if (!str_starts(text, ALGORITHM " "))
		return fail(c, E_S3_AUTH, "only " ALGORITHM " is known");
	text += strlen(ALGORITHM);
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

static enum err
read_query(struct ctx *c, const struct s3_request *q, const struct s3_key *key,
	struct signature *out)
{
	struct arena *a = &c->arena;
	const char *seconds = s3_query(a, q->query, "X-Amz-Expires");
	struct utc at;
	int64_t n;

	if (!str_eq(s3_query(a, q->query, "X-Amz-Algorithm"), ALGORITHM))
		return fail(c, E_S3_AUTH, "X-Amz-Algorithm must be " ALGORITHM);
	TRY(read_credential(c, key, s3_query(a, q->query, "X-Amz-Credential"), out));
	out->in_query = true;
	out->headers = s3_query(a, q->query, "X-Amz-SignedHeaders");
	out->digits = s3_query(a, q->query, "X-Amz-Signature");
	out->date = s3_query(a, q->query, "X-Amz-Date");
	out->payload = s3_query(a, q->query, "X-Amz-Content-Sha256");
	if (out->payload == NULL)
		out->payload = S3_UNSIGNED;
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

/* A header that changes what is done must be under the signature. */
static enum err
headers_are_signed(struct ctx *c, const struct s3_request *q, const struct signature *s)
{
	static const char *const must[] = {
		"x-amz-copy-source", "x-amz-content-sha256", "x-amz-date"};
	size_t count = s->in_query ? 1 : sizeof(must) / sizeof(*must);
	char *blanks = arena_str(&c->arena, s->headers);

	for (char *p = blanks; *p != '\0'; p++)
		if (*p == ';')
			*p = ' ';
	if (!str_in("host", blanks))
		return fail(c, E_S3_AUTH, "the signed headers must include host");
	for (size_t i = 0; i < count; i++)
		if (q->header(q->headers, must[i]) != NULL && !str_in(must[i], blanks))
			return fail(c, E_S3_AUTH, "%s is sent but not signed", must[i]);
	return OK;
}

/* What the body must be, from the last line of the canonical request. */
static enum err
read_payload(struct ctx *c, const struct signature *s, const char **payload)
{
	*payload = NULL;
	if (str_eq(s->payload, S3_UNSIGNED))
		return OK;
	if (str_starts(s->payload, "STREAMING-"))
		return fail(c, E_S3_STREAMING, NULL);
	if (strspn(s->payload, "0123456789abcdef") != 64 || s->payload[64] != '\0')
		return fail(c, E_S3_AUTH,
			"x-amz-content-sha256 must be a SHA-256 or " S3_UNSIGNED);
	*payload = s->payload;
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
	const struct pair *pairs = query_pairs(&c->arena, query, &count);

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

enum err
s3_check(struct ctx *c, const struct s3_request *q, const struct s3_key *key,
	const char **payload)
{
	const char *text = q->header(q->headers, "authorization");
	/* A token of ours that a browser carries over a redirect is not meant for us.
	 */
	bool in_header = text != NULL && str_starts(text, "AWS");
	bool in_query = s3_query(&c->arena, q->query, "X-Amz-Algorithm") != NULL;
	struct signature s = {0};

	*payload = NULL;
	TRY(no_doubles(c, q->query));
	if (in_header && in_query)
		return fail(c, E_S3_AUTH, "two signatures");
	if (!in_header && !in_query)
		return sigv2_check(c, q, key);
	TRY(in_header ? read_header(c, q, key, &s) : read_query(c, q, key, &s));
	if (s.headers == NULL || s.digits == NULL || s.day == NULL ||
		strncmp(s.day, s.date, 8) != 0)
		return fail(c, E_S3_AUTH, "the signature is incomplete");
	TRY(headers_are_signed(c, q, &s));

	const struct scope scope = {.date = s.date,
		.headers = s.headers,
		.payload = s.payload,
		.skip = s.in_query ? "X-Amz-Signature" : NULL};
	if (!str_same_secret(s.digits, sign(&c->arena, key, q, &scope)))
		return fail(c, E_S3_SIGNATURE, NULL);
	return read_payload(c, &s, payload);
}
