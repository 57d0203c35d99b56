#include "s3/chunked.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/str.h"
#include "s3/digest.h"

#define BUFFER_BYTES 262144
#define LINE_BYTES 1024 /* of a chunk's head, and of a trailer */
#define TRAILERS_BYTES 8192
#define TRAILERS_MOST 16
#define DIGITS 64
#define EMPTY_SHA256 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

struct reader {
	struct ctx *c;
	int fd;
	const struct chunked *what;
	enum err (*take)(void *to, const unsigned char *bytes, size_t n);
	void *to;
	unsigned char *buffer;
	size_t at, end;          /* what is in the buffer and not yet read */
	int64_t size;            /* taken so far */
	char before[DIGITS + 1]; /* the signature of the chunk before */
	char said[DIGITS + 1];   /* what this chunk says is its own */
	struct digest *sha256;   /* of this chunk; NULL: they are not signed */
};

/* Reads more behind what is there; false at the end of the file. */
static enum err
fill(struct reader *r, bool *more)
{
	memmove(r->buffer, r->buffer + r->at, r->end - r->at);
	r->end -= r->at;
	r->at = 0;
	ssize_t n = read(r->fd, r->buffer + r->end, BUFFER_BYTES - r->end);
	if (n < 0) {
		log_error("store: cannot read a body: %s", strerror(errno));
		return fail(r->c, E_BUSY, NULL);
	}
	*more = n > 0;
	r->end += (size_t)n;
	return OK;
}

/* A line without its end, in out; *more is false at the end of the file. */
static enum err
read_line(struct reader *r, char out[LINE_BYTES], bool *more)
{
	const unsigned char *stop;

	*more = true;
	while ((stop = memchr(r->buffer + r->at, '\n', r->end - r->at)) == NULL) {
		if (r->end - r->at >= LINE_BYTES)
			return fail(r->c, E_S3_CHUNKS, NULL);
		TRY(fill(r, more));
		if (!*more)
			return OK;
	}
	size_t n = (size_t)(stop - (r->buffer + r->at));
	if (n >= LINE_BYTES || memchr(r->buffer + r->at, '\0', n) != NULL)
		return fail(r->c, E_S3_CHUNKS, NULL);
	memcpy(out, r->buffer + r->at, n);
	r->at += n + 1;
	while (n > 0 && out[n - 1] == '\r')
		n--;
	out[n] = '\0';
	return OK;
}

/* The same where there must be one. */
static enum err
need_line(struct reader *r, char out[LINE_BYTES])
{
	bool more;

	TRY(read_line(r, out, &more));
	return more ? OK : fail(r->c, E_S3_TRUNCATED, "the body ends within a chunk");
}

/* "400;chunk-signature=..." */
static enum err
read_head(struct reader *r, int64_t *size)
{
	static const char name[] = ";chunk-signature=";
	char line[LINE_BYTES] = "";
	size_t n;

	TRY(need_line(r, line));
	n = strspn(line, "0123456789abcdefABCDEF");
	if (n == 0 || n > 12)
		return fail(r->c, E_S3_CHUNKS, NULL);
	*size = 0;
	for (size_t i = 0; i < n; i++)
		*size = *size * 16 +
			(line[i] <= '9' ? line[i] - '0' : (line[i] | 0x20) - 'a' + 10);
	if (*size > r->what->size - r->size)
		return fail(r->c, E_S3_TRUNCATED,
			"the chunks hold more than x-amz-decoded-content-length says");
	const char *signature = strstr(line + n, name);
	if (r->sha256 == NULL)
		return line[n] == '\0' || line[n] == ';'
			       ? OK
			       : fail(r->c, E_S3_CHUNKS, NULL);
	if (signature != line + n || strlen(signature) != sizeof(name) - 1 + DIGITS)
		return fail(r->c, E_S3_CHUNKS, "a chunk has no signature");
	memcpy(r->said, signature + sizeof(name) - 1, sizeof(r->said));
	return OK;
}

static enum err
read_data(struct reader *r, int64_t size)
{
	bool more = true;

	while (size > 0) {
		size_t there = r->end - r->at;
		size_t n = (int64_t)there < size ? there : (size_t)size;

		if (n == 0) {
			TRY(fill(r, &more));
			if (!more)
				return fail(r->c, E_S3_TRUNCATED, NULL);
			continue;
		}
		if (r->sha256 != NULL)
			digest_add(r->sha256, r->buffer + r->at, n);
		TRY(r->take(r->to, r->buffer + r->at, n));
		r->at += n;
		r->size += (int64_t)n;
		size -= (int64_t)n;
	}
	return OK;
}

/* HMAC of kind, date, scope, the signature before, and what is hashed. */
static void
sign(struct reader *r, const char *kind, const char *hashed, char out[DIGITS + 1])
{
	const struct s3_payload *p = r->what->payload;
	const char *const texts[] = {
		kind, "\n", p->date, "\n", p->scope, "\n", r->before, "\n", hashed};
	crypto_auth_hmacsha256_state state;
	unsigned char bytes[crypto_auth_hmacsha256_BYTES];

	crypto_auth_hmacsha256_init(&state, p->key, sizeof(p->key));
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		crypto_auth_hmacsha256_update(
			&state, (const unsigned char *)texts[i], strlen(texts[i]));
	crypto_auth_hmacsha256_final(&state, bytes);
	sodium_bin2hex(out, DIGITS + 1, bytes, sizeof(bytes));
}

/* Each signature is made of the one before, so that no chunk can be left out or moved.
 */
static enum err
check_chunk(struct reader *r)
{
	char hashed[sizeof(EMPTY_SHA256 "\n") + DIGITS] = EMPTY_SHA256 "\n";
	char right[DIGITS + 1];

	if (r->sha256 == NULL)
		return OK;
	digest_restart(r->sha256, hashed + sizeof(EMPTY_SHA256 "\n") - 1);
	sign(r, "AWS4-HMAC-SHA256-PAYLOAD", hashed, right);
	if (!str_same_secret(r->said, right))
		return fail(r->c, E_S3_SIGNATURE,
			"the signature of a chunk does not match it");
	memcpy(r->before, right, sizeof(right));
	return OK;
}

/* The trailers as they are signed: "name:value" and a line feed. */
struct trailers {
	struct buf signed_text;
	char said[DIGITS + 1];
	const char *value;
	int count;
};

static enum err
take_trailer(struct reader *r, struct trailers *t, char *line)
{
	char *colon = strchr(line, ':');

	if (colon == NULL || t->count++ == TRAILERS_MOST)
		return fail(r->c, E_S3_CHUNKS, NULL);
	*colon = '\0';
	const char *value = str_trim(&r->c->arena, colon + 1);
	if (strcasecmp(line, "x-amz-trailer-signature") == 0) {
		snprintf(t->said, sizeof(t->said), "%s", value);
		return OK;
	}
	if (r->what->trailer != NULL && strcasecmp(line, r->what->trailer) == 0)
		t->value = value;
	buf_fmt(&t->signed_text, "%s:%s\n", line, value);
	return t->signed_text.used <= TRAILERS_BYTES ? OK
						     : fail(r->c, E_S3_CHUNKS, NULL);
}

static enum err
check_trailers(struct reader *r, struct trailers *t)
{
	const char *text = buf_text(&t->signed_text);
	char right[DIGITS + 1];

	if (r->what->trailer != NULL && t->value == NULL)
		return fail(r->c, E_S3_TRAILER, NULL);
	if (r->sha256 == NULL || !r->what->payload->trailer)
		return OK;
	sign(r, "AWS4-HMAC-SHA256-TRAILER",
		digest_of(r->c, DIGEST_SHA256, text, strlen(text)), right);
	return str_same_secret(t->said, right)
		       ? OK
		       : fail(r->c, E_S3_SIGNATURE,
				 "the signature of the trailer does not match it");
}

/* Up to the end of the body. Clients differ in their line ends and empty lines. */
static enum err
read_trailers(struct reader *r, const char **value)
{
	struct trailers t = {.signed_text = {.arena = &r->c->arena}};
	char line[LINE_BYTES] = "";
	bool more = true;

	while (more) {
		TRY(read_line(r, line, &more));
		if (more && line[0] != '\0')
			TRY(take_trailer(r, &t, line));
	}
	if (r->at < r->end)
		return fail(r->c, E_S3_CHUNKS, "there is more behind the last chunk");
	TRY(check_trailers(r, &t));
	*value = t.value;
	return OK;
}

static enum err
read_chunks(struct reader *r)
{
	char line[LINE_BYTES] = "";
	int64_t size = 0;

	for (;;) {
		TRY(read_head(r, &size));
		if (size == 0)
			return check_chunk(r);
		TRY(read_data(r, size));
		TRY(check_chunk(r));
		TRY(need_line(r, line));
		if (line[0] != '\0')
			return fail(r->c, E_S3_CHUNKS, NULL);
	}
}

enum err
chunked_read(struct ctx *c, int fd, const struct chunked *what,
	enum err (*take)(void *to, const unsigned char *bytes, size_t n), void *to,
	const char **trailer)
{
	static unsigned char buffer[BUFFER_BYTES];
	struct reader r = {.c = c,
		.fd = fd,
		.what = what,
		.take = take,
		.to = to,
		.buffer = buffer};

	*trailer = NULL;
	if (what->payload->signature != NULL) {
		r.sha256 = digest_new(c, DIGEST_SHA256);
		if (r.sha256 == NULL)
			return fail(c, E_BUG, NULL);
		snprintf(r.before, sizeof(r.before), "%s", what->payload->signature);
	}
	TRY(read_chunks(&r));
	if (r.size != what->size)
		return fail(c, E_S3_TRUNCATED,
			"the chunks hold less than x-amz-decoded-content-length says");
	return read_trailers(&r, trailer);
}
