#include "s3/sigv4.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/str.h"
#include "s3/sigv4_sign.h"

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

struct pair *
s3_query_pairs(struct arena *a, const char *query, size_t *count)
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

/* A name that is not encoded, as nearly all are, is compared where it stands. */
static bool
is_called(struct arena *a, const char *text, size_t n, const char *name)
{
	return memchr(text, '%', n) != NULL
		       ? str_eq(percent_decode(a, text, n, false), name)
		       : strlen(name) == n && memcmp(text, name, n) == 0;
}

const char *
s3_query(struct arena *a, const char *query, const char *name)
{
	for (const char *s = query; *s != '\0';) {
		size_t length = strcspn(s, "&"), n = 0;

		while (n < length && s[n] != '=')
			n++;
		if (length > 0 && is_called(a, s, n, name)) {
			size_t value = n < length ? n + 1 : length;

			return percent_decode(a, s + value, length - value, false);
		}
		s += length + (s[length] == '&');
	}
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
	struct pair *pairs = s3_query_pairs(a, query, &count);
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
canonical(struct arena *a, const struct s3_request *q, const struct sigv4_scope *s)
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

void
sigv4_key(struct arena *a, const struct s3_key *key, const char *date,
	unsigned char out[SIGV4_KEY_BYTES])
{
	const char *secret = arena_fmt(a, "AWS4%s", key->secret);

	hmac(out, secret, strlen(secret), arena_strn(a, date, 8));
	hmac(out, out, SIGV4_KEY_BYTES, key->region);
	hmac(out, out, SIGV4_KEY_BYTES, "s3");
	hmac(out, out, SIGV4_KEY_BYTES, "aws4_request");
}

char *
sigv4_digits(
	struct arena *a, const unsigned char key[SIGV4_KEY_BYTES], const char *text)
{
	unsigned char out[32];

	hmac(out, key, SIGV4_KEY_BYTES, text);
	return hex_text(a, out, sizeof(out));
}

char *
sigv4_sign(struct arena *a, const struct s3_key *key, const struct s3_request *q,
	const struct sigv4_scope *s)
{
	const char *text = arena_fmt(a,
		SIGV4_ALGORITHM "\n%s\n%.8s/%s/s3/aws4_request\n%s", s->date, s->date,
		key->region, sha256_text(a, canonical(a, q, s)));
	unsigned char signing[SIGV4_KEY_BYTES];

	sigv4_key(a, key, s->date, signing);
	return sigv4_digits(a, signing, text);
}

char *
s3_authorization(struct arena *a, const struct s3_key *key, const struct s3_request *q,
	const char *signed_headers, const char *payload, struct utc at)
{
	const struct sigv4_scope s = {
		.date = s3_date(a, at), .headers = signed_headers, .payload = payload};

	return arena_fmt(a,
		SIGV4_ALGORITHM
		" Credential=%s/%.8s/%s/s3/aws4_request, SignedHeaders=%s, "
		"Signature=%s",
		key->id, s.date, key->region, signed_headers,
		sigv4_sign(a, key, q, &s));
}

/* What a presigned address signs beside the query: the host, perhaps the length. */
static const char *
link_header(const void *headers, const char *name)
{
	const struct s3_link *link = headers;
	const char *host = strstr(link->base, "://");

	if (str_eq(name, "content-length"))
		return link->content_length;
	return host == NULL ? link->base : host + 3;
}

char *
s3_presign(struct arena *a, const struct s3_key *key, const struct s3_link *link,
	struct utc at)
{
	const char *path = percent_encode(a, link->path, true);
	const struct sigv4_scope s = {.date = s3_date(a, at),
		.headers =
			link->content_length == NULL ? "host" : "content-length;host",
		.payload = S3_UNSIGNED};
	struct buf query = {.arena = a};

	for (size_t i = 0; i < link->extras; i++)
		buf_fmt(&query, "%s=%s&", percent_encode(a, link->extra[i].name, false),
			percent_encode(a, link->extra[i].value, false));
	buf_fmt(&query,
		"X-Amz-Algorithm=" SIGV4_ALGORITHM
		"&X-Amz-Credential=%s%%2F%.8s%%2F%s%%2Fs3%%2Faws4_request"
		"&X-Amz-Date=%s&X-Amz-Expires=%lld&X-Amz-SignedHeaders=%s",
		percent_encode(a, key->id, false), s.date,
		percent_encode(a, key->region, false), s.date, (long long)link->seconds,
		percent_encode(a, s.headers, false));

	const struct s3_request q = {.method = link->method,
		.path = path,
		.query = buf_text(&query),
		.header = link_header,
		.headers = link};
	return arena_fmt(a, "%s%s?%s&X-Amz-Signature=%s", link->base, path, q.query,
		sigv4_sign(a, key, &q, &s));
}

bool
s3_is_harmless(const char *name)
{
	return str_starts(name, "x-amz-checksum-") || str_starts(name, "x-amz-sdk-") ||
	       str_in(name, "x-amz-date x-amz-user-agent x-amz-content-sha256");
}
