#include "net/s3.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/conf.h"
#include "base/str.h"
#include "store/sigv4.h"

#define CONNECT_SECONDS 5L
#define IDLE_SECONDS 30L /* without a byte */
#define LINK_SECONDS 3600

/* One call and what comes back. */
struct call {
	struct ctx *c;
	const char *method;
	int in, out; /* descriptors of the body to send and of the one that comes, -1:
			none */
	int64_t size, sent;
	bool failed; /* our own disk refused */
	long status;
	struct s3_state state;
};

static size_t
send_some(char *to, size_t size, size_t n, void *call)
{
	struct call *k = call;
	ssize_t got = pread(k->in, to, size * n, k->sent);

	if (got < 0) {
		k->failed = true;
		return CURL_READFUNC_ABORT;
	}
	k->sent += got;
	return (size_t)got;
}

static int
send_from(void *call, curl_off_t offset, int origin)
{
	struct call *k = call;

	if (origin != SEEK_SET)
		return CURL_SEEKFUNC_CANTSEEK;
	k->sent = offset;
	return CURL_SEEKFUNC_OK;
}

/* The body of an error is not what was asked for. */
static size_t
take_some(char *bytes, size_t size, size_t n, void *call)
{
	struct call *k = call;
	size_t left = size * n;

	if (k->out < 0 || k->status != 200)
		return size * n;
	while (left > 0) {
		ssize_t written = write(k->out, bytes, left);
		if (written <= 0) {
			k->failed = true;
			return 0;
		}
		bytes += written;
		left -= (size_t)written;
	}
	return size * n;
}

static size_t
take_header(char *line, size_t size, size_t n, void *call)
{
	struct call *k = call;
	size_t length = size * n;

	if (length > 12 && strncmp(line, "HTTP/", 5) == 0) {
		const char *space = memchr(line, ' ', length);
		k->status = space == NULL ? 0 : strtol(space, NULL, 10);
		k->state.etag = NULL;
	} else if (length > 5 && strncasecmp(line, "etag:", 5) == 0) {
		char *tag = str_trim(
			&k->c->arena, arena_strn(&k->c->arena, line + 5, length - 5));
		size_t end = strlen(tag);
		if (end >= 2 && tag[0] == '"' && tag[end - 1] == '"') {
			tag[end - 1] = '\0';
			tag++;
		}
		k->state.etag = tag;
	}
	return length;
}

static void
handle_end(void *handle)
{
	curl_easy_cleanup(handle);
}

static void
set_options(CURL *h, struct call *k, const char *url)
{
	curl_easy_setopt(h, CURLOPT_URL, url);
	curl_easy_setopt(h, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(h, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS);
	curl_easy_setopt(h, CURLOPT_LOW_SPEED_LIMIT, 1L);
	curl_easy_setopt(h, CURLOPT_LOW_SPEED_TIME, IDLE_SECONDS);
	curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, take_some);
	curl_easy_setopt(h, CURLOPT_WRITEDATA, k);
	curl_easy_setopt(h, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(h, CURLOPT_HEADERDATA, k);
	if (str_eq(k->method, "HEAD"))
		curl_easy_setopt(h, CURLOPT_NOBODY, 1L);
	else if (!str_eq(k->method, "GET"))
		curl_easy_setopt(h, CURLOPT_CUSTOMREQUEST, k->method);
	if (!str_eq(k->method, "PUT"))
		return;
	curl_easy_setopt(h, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(h, CURLOPT_READFUNCTION, send_some);
	curl_easy_setopt(h, CURLOPT_READDATA, k);
	curl_easy_setopt(h, CURLOPT_SEEKFUNCTION, send_from);
	curl_easy_setopt(h, CURLOPT_SEEKDATA, k);
	curl_easy_setopt(h, CURLOPT_INFILESIZE_LARGE, (curl_off_t)k->size);
}

/* Runs the call; any answer of the server is OK, its status in k->status. */
static enum err
run(struct call *k, const struct s3_object *o)
{
	struct ctx *c = k->c;
	const struct s3_key key = {conf.s3_user, conf.s3_password, conf.s3_region};
	const char *path = o->key == NULL
				   ? arena_fmt(&c->arena, "/%s", o->bucket)
				   : arena_fmt(&c->arena, "/%s/%s", o->bucket, o->key);
	const struct s3_link link = {.method = k->method,
		.base = o->base,
		.path = path,
		.seconds = LINK_SECONDS};
	CURL *h = curl_easy_init();
	curl_off_t length = 0;

	if (h == NULL)
		return fail(c, E_BUG, "no memory for a connection");
	arena_defer(&c->arena, handle_end, h);
	set_options(h, k, s3_presign(&c->arena, &key, &link, utc_now()));
	CURLcode code = curl_easy_perform(h);
	if (k->failed)
		return fail(c, E_BUSY, "the disk for temporary files refuses");
	if (code != CURLE_OK)
		return fail(c, E_SERVER_DOWN, "%s %s: %s", k->method, o->base,
			curl_easy_strerror(code));
	curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, &k->status);
	curl_easy_getinfo(h, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
	k->state.size = length;
	k->state.found = k->status >= 200 && k->status < 300;
	return OK;
}

/* 404 is an answer where `absent` says so; everything else but 2xx is an error. */
static enum err
check(struct call *k, const struct s3_object *o, bool absent)
{
	if (k->state.found || (absent && k->status == 404))
		return OK;
	return fail(k->c, E_PEER, "%s %s: status %ld", k->method, o->base, k->status);
}

enum err
s3_head(struct ctx *c, const struct s3_object *o, struct s3_state *out)
{
	struct call k = {.c = c, .method = "HEAD", .in = -1, .out = -1};

	TRY(run(&k, o));
	TRY(check(&k, o, true));
	*out = k.state;
	return OK;
}

enum err
s3_get(struct ctx *c, const struct s3_object *o, int fd, struct s3_state *out)
{
	struct call k = {.c = c, .method = "GET", .in = -1, .out = fd};

	TRY(run(&k, o));
	TRY(check(&k, o, true));
	*out = k.state;
	return OK;
}

enum err
s3_put(struct ctx *c, const struct s3_object *o, int fd, int64_t size,
	struct s3_state *out)
{
	struct call k = {.c = c, .method = "PUT", .in = fd, .out = -1, .size = size};

	TRY(run(&k, o));
	TRY(check(&k, o, false));
	*out = k.state;
	out->size = size;
	return OK;
}

enum err
s3_delete(struct ctx *c, const struct s3_object *o)
{
	struct call k = {.c = c, .method = "DELETE", .in = -1, .out = -1};

	TRY(run(&k, o));
	return check(&k, o, true);
}

enum err
s3_make_bucket(struct ctx *c, const char *base, const char *bucket)
{
	const struct s3_object o = {.base = base, .bucket = bucket};
	struct call k = {.c = c, .method = "PUT", .in = -1, .out = -1};

	TRY(run(&k, &o));
	return k.status == 409 ? OK : check(&k, &o, false);
}
