/* Objects from a file or from memory, and objects read into it or for their digests
 * only. */
#include <string.h>
#include <unistd.h>

#include "base/fence.h"
#include "base/str.h"
#include "s3/call.h"
#include "s3/digest.h"

struct reading {
	struct s3_call call;
	struct digest *md5, *sha256;
	int64_t done;
	int fd;
	bool failed; /* our own disk refused */
};

static size_t
take(char *bytes, size_t size, size_t n, void *reading)
{
	struct reading *r = reading;

	if (r->call.status == 200) {
		digest_add(r->md5, bytes, size * n);
		digest_add(r->sha256, bytes, size * n);
		r->done += (int64_t)(size * n);
	}
	return size * n;
}

static size_t
give(char *to, size_t size, size_t n, void *reading)
{
	struct reading *r = reading;
	ssize_t got = pread(r->fd, to, size * n, r->done);

	if (got < 0) {
		r->failed = true;
		return CURL_READFUNC_ABORT;
	}
	digest_add(r->md5, to, (size_t)got);
	digest_add(r->sha256, to, (size_t)got);
	r->done += got;
	return (size_t)got;
}

static enum err
run(struct reading *r, CURL *h)
{
	struct ctx *c = r->call.c;
	long status;

	TRY(fence_check(c));
	const char *why = http_run(h, &status);
	if (r->failed)
		return fail(c, E_BUSY, "the file cannot be read");
	if (why == NULL && status >= 500)
		why = arena_fmt(&c->arena, "status %ld", status);
	if (why != NULL)
		return fail(c, E_SERVER_DOWN, "%s %s: %s", r->call.method,
			r->call.o->site.base, why);
	r->call.state.found = r->call.status >= 200 && r->call.status < 300;
	return s3_check_answer(&r->call, str_eq(r->call.method, "GET"));
}

static enum err
begin(struct ctx *c, struct reading *r, const struct s3_object *o, const char *method)
{
	*r = (struct reading){.call = {.c = c, .o = o, .method = method}};
	r->md5 = digest_new(c, DIGEST_MD5);
	r->sha256 = digest_new(c, DIGEST_SHA256);
	return r->md5 != NULL && r->sha256 != NULL ? OK : fail(c, E_BUG, NULL);
}

static void
finish(struct reading *r, struct s3_digests *out)
{
	*out = (struct s3_digests){.found = r->call.state.found,
		.size = r->done,
		.etag = r->call.state.etag,
		.md5 = digest_text(r->call.c, r->md5),
		.sha256 = digest_text(r->call.c, r->sha256)};
}

enum err
s3_read(struct ctx *c, const struct s3_object *o, struct s3_digests *out)
{
	struct reading r;

	TRY(begin(c, &r, o, "GET"));
	CURL *h = s3_handle(&r.call);
	curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(h, CURLOPT_WRITEDATA, &r);
	TRY(run(&r, h));
	finish(&r, out);
	return OK;
}

enum err
s3_put_file(struct ctx *c, const struct s3_object *o, int fd, int64_t size,
	struct s3_digests *out)
{
	struct reading r;

	TRY(begin(c, &r, o, "PUT"));
	r.fd = fd;
	CURL *h = s3_handle(&r.call);
	curl_easy_setopt(h, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(h, CURLOPT_READFUNCTION, give);
	curl_easy_setopt(h, CURLOPT_READDATA, &r);
	curl_easy_setopt(h, CURLOPT_INFILESIZE_LARGE, (curl_off_t)size);
	TRY(run(&r, h));
	finish(&r, out);
	if (out->size != size)
		return fail(c, E_PEER, "the file has changed while it was read");
	return OK;
}

enum err
s3_put_bytes(struct ctx *c, const struct s3_object *o, const void *bytes, size_t n,
	const char *type, const char **md5)
{
	struct s3_call k = {.c = c,
		.o = o,
		.method = "PUT",
		.body = bytes,
		.body_size = n,
		.type = type};

	*md5 = digest_of(c, DIGEST_MD5, bytes, n);
	if (*md5 == NULL)
		return fail(c, E_BUG, NULL);
	TRY(s3_run(&k));
	TRY(s3_check_answer(&k, false));
	/* An ETag that is no MD5 (encrypted objects) says nothing. */
	const char *etag = k.state.etag;
	if (etag != NULL && strspn(etag, "0123456789abcdef") == 32 &&
		etag[32] == '\0' && !str_eq(etag, *md5))
		return fail(
			c, E_PEER, "PUT %s: the server has other bytes", o->site.base);
	return OK;
}

enum err
s3_get_bytes(
	struct ctx *c, const struct s3_object *o, size_t most, struct s3_bytes *out)
{
	struct s3_call k = {.c = c, .o = o, .method = "GET", .most = most};

	*out = (struct s3_bytes){0};
	TRY(s3_run(&k));
	TRY(s3_check_answer(&k, true));
	if (!k.state.found)
		return OK;
	out->bytes = buf_text(&k.answer.text);
	out->n = k.answer.text.used;
	out->md5 = digest_of(c, DIGEST_MD5, out->bytes, out->n);
	return out->md5 == NULL ? fail(c, E_BUG, NULL) : OK;
}
