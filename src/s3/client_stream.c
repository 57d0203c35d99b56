/* From server to server: a GET feeds a PUT through a ring of memory. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/conf.h"
#include "base/fence.h"
#include "base/str.h"
#include "base/utc.h"
#include "s3/call.h"
#include "s3/digest.h"

#define RING_BYTES 1048576
#define TURN_MS 200
#define ALIVE_SECONDS 1.0

struct stream {
	struct ctx *c;
	const struct s3_transfer *flow;
	struct s3_call get, put;
	CURL *get_handle, *put_handle;
	struct digest *md5, *sha256;
	const char *md5_text, *sha256_text;
	int64_t fetched, sent;
	size_t head, used; /* of the ring */
	bool source_ended, verified, get_waits, put_waits;
	char ring[RING_BYTES];
};

static size_t
fill(char *bytes, size_t size, size_t n, void *stream)
{
	struct stream *s = stream;
	size_t length = size * n;

	if (s->get.status != 200 && s->get.status != 206)
		return length; /* the words of an error */
	if (length > RING_BYTES - s->used) {
		s->get_waits = true;
		return CURL_WRITEFUNC_PAUSE;
	}
	if (s->fetched + (int64_t)length > s->flow->size)
		return 0;
	digest_add(s->md5, bytes, length);
	digest_add(s->sha256, bytes, length);
	for (size_t done = 0; done < length;) {
		size_t at = (s->head + s->used) % RING_BYTES;
		size_t piece = RING_BYTES - at < length - done ? RING_BYTES - at
							       : length - done;
		memcpy(s->ring + at, bytes + done, piece);
		s->used += piece;
		done += piece;
	}
	s->fetched += (int64_t)length;
	return length;
}

static size_t
drain(char *to, size_t size, size_t n, void *stream)
{
	struct stream *s = stream;
	size_t ready = s->used, most = size * n;

	/* The last byte stays here until all are known to be right. */
	if (!s->verified && s->sent + (int64_t)ready >= s->flow->size && ready > 0)
		ready--;
	if (ready == 0) {
		if (s->sent >= s->flow->size)
			return 0;
		s->put_waits = true;
		return CURL_READFUNC_PAUSE;
	}
	if (ready > most)
		ready = most;
	if (ready > RING_BYTES - s->head)
		ready = RING_BYTES - s->head;
	memcpy(to, s->ring + s->head, ready);
	s->head = (s->head + ready) % RING_BYTES;
	s->used -= ready;
	s->sent += (int64_t)ready;
	return ready;
}

static void
set_up(struct stream *s)
{
	const struct s3_transfer *f = s->flow;
	int64_t get_rate = f->from->site.rate, put_rate = f->to->site.rate;

	s->get_handle = s3_handle(&s->get);
	s->put_handle = s3_handle(&s->put);
	curl_easy_setopt(s->get_handle, CURLOPT_WRITEFUNCTION, fill);
	curl_easy_setopt(s->get_handle, CURLOPT_WRITEDATA, s);
	if (!f->whole)
		curl_easy_setopt(s->get_handle, CURLOPT_RANGE,
			arena_fmt(&s->c->arena, "%lld-%lld", (long long)f->first,
				(long long)(f->first + f->size - 1)));
	curl_easy_setopt(s->put_handle, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(s->put_handle, CURLOPT_READFUNCTION, drain);
	curl_easy_setopt(s->put_handle, CURLOPT_READDATA, s);
	curl_easy_setopt(s->put_handle, CURLOPT_INFILESIZE_LARGE, (curl_off_t)f->size);
	/* Each side waits for the other, so idle is not a fault of one of them. */
	curl_easy_setopt(s->get_handle, CURLOPT_LOW_SPEED_TIME, 60L);
	curl_easy_setopt(s->put_handle, CURLOPT_LOW_SPEED_TIME, 60L);
	if (get_rate > 0)
		curl_easy_setopt(s->get_handle, CURLOPT_MAX_RECV_SPEED_LARGE,
			(curl_off_t)get_rate);
	if (put_rate > 0)
		curl_easy_setopt(s->put_handle, CURLOPT_MAX_SEND_SPEED_LARGE,
			(curl_off_t)put_rate);
}

static enum err
source_fault(struct stream *s, struct s3_transferred *out, bool lacks, const char *why)
{
	out->source_failed = true;
	out->source_lacks = lacks;
	return fail(s->c, lacks ? E_PEER : E_SERVER_DOWN, "GET %s: %s",
		s->flow->from->site.base, why);
}

/* All that can be known of the bytes before the last of them is given away. */
static enum err
verify(struct stream *s, CURLcode code, struct s3_transferred *out)
{
	const struct s3_transfer *f = s->flow;
	long status = s->get.status;

	if (status == 404 || status == 412 || status == 416)
		return source_fault(s, out, true, "not there, or not what it was");
	if (code == CURLE_WRITE_ERROR)
		return source_fault(s, out, true, "more bytes than there should be");
	if (code != CURLE_OK)
		return source_fault(s, out, false, curl_easy_strerror(code));
	if (status != (f->whole ? 200 : 206))
		return source_fault(
			s, out, false, arena_fmt(&s->c->arena, "status %ld", status));
	s->md5_text = digest_text(s->c, s->md5);
	s->sha256_text = digest_text(s->c, s->sha256);
	if (s->fetched != f->size ||
		(f->etag != NULL && s->get.state.etag != NULL &&
			!str_eq(f->etag, s->get.state.etag)) ||
		(f->md5 != NULL && !str_eq(f->md5, s->md5_text)) ||
		(f->sha256 != NULL && !str_eq(f->sha256, s->sha256_text)))
		return source_fault(s, out, true, "other bytes than there should be");
	s->verified = true;
	return OK;
}

static enum err
stored(struct stream *s, CURLcode code, struct s3_transferred *out)
{
	long status = s->put.status;
	const char *etag = s->put.state.etag;

	out->target_lost = status == 404;
	if (code != CURLE_OK || status >= 500)
		return fail(s->c, E_SERVER_DOWN, "PUT %s: %s", s->flow->to->site.base,
			code != CURLE_OK
				? curl_easy_strerror(code)
				: arena_fmt(&s->c->arena, "status %ld", status));
	if (status < 200 || status > 299 || !s->verified || s->sent != s->flow->size)
		return fail(s->c, E_PEER, "PUT %s: status %ld", s->flow->to->site.base,
			status);
	/* An ETag that is no MD5 (encrypted objects) says nothing. */
	if (etag != NULL && strspn(etag, "0123456789abcdef") == 32 &&
		etag[32] == '\0' && !str_eq(etag, s->md5_text))
		return fail(s->c, E_PEER, "PUT %s: the server has other bytes",
			s->flow->to->site.base);
	*out = (struct s3_transferred){
		.etag = etag, .md5 = s->md5_text, .sha256 = s->sha256_text};
	return OK;
}

/* Lets whoever waits for the other side go on if there is something for it. */
static void
wake(struct stream *s)
{
	bool more = s->used > 1 || (s->used == 1 && s->verified) ||
		    (s->used == 1 && s->sent + 1 < s->flow->size);

	if (s->put_waits && more) {
		s->put_waits = false;
		curl_easy_pause(s->put_handle, CURLPAUSE_CONT);
	}
	if (s->get_waits && s->used <= RING_BYTES / 2) {
		s->get_waits = false;
		curl_easy_pause(s->get_handle, CURLPAUSE_CONT);
	}
}

/* Looks who has ended. *done: the target has all. */
static enum err
collect(struct stream *s, CURLM *multi, struct s3_transferred *out, bool *done)
{
	CURLMsg *m;
	int left;

	while ((m = curl_multi_info_read(multi, &left)) != NULL) {
		CURLcode code = m->data.result;

		if (m->easy_handle == s->get_handle) {
			s->source_ended = true;
			TRY(verify(s, code, out));
			/* Of no bytes none can be held back: the target comes after. */
			if (s->flow->size == 0)
				curl_multi_add_handle(multi, s->put_handle);
			continue;
		}
		TRY(stored(s, code, out));
		*done = true;
	}
	return OK;
}

static enum err
flow(struct stream *s, CURLM *multi, struct s3_transferred *out)
{
	double next = monotonic() + ALIVE_SECONDS;
	bool done = false;
	int running;

	while (!done) {
		curl_multi_perform(multi, &running);
		TRY(collect(s, multi, out, &done));
		wake(s);
		if (!done)
			curl_multi_poll(multi, NULL, 0,
				s->put_waits || s->get_waits ? 5 : TURN_MS, NULL);
		if (monotonic() < next)
			continue;
		next = monotonic() + ALIVE_SECONDS;
		if (s->flow->alive != NULL &&
			!s->flow->alive(s->flow->thing, s->flow->first + s->sent))
			return fail(s->c, E_BUSY, "the copy was broken off");
	}
	return OK;
}

static void
stream_end(void *stream)
{
	free(stream);
}

enum err
s3_stream(struct ctx *c, const struct s3_transfer *f, struct s3_transferred *out)
{
	struct stream *s = calloc(1, sizeof(*s));
	struct pair part[] = {
		{"partNumber", arena_fmt(&c->arena, "%lld", (long long)f->part)},
		{"uploadId", f->upload_id}};
	CURLM *multi = http_connections();

	*out = (struct s3_transferred){0};
	if (s == NULL)
		abort();
	arena_defer(&c->arena, stream_end, s);
	TRY(fence_check(c));
	s->c = c;
	s->flow = f;
	s->get = (struct s3_call){.c = c, .o = f->from, .method = "GET"};
	s->put = (struct s3_call){.c = c,
		.o = f->to,
		.method = "PUT",
		.extra = part,
		.extras = f->upload_id == NULL ? 0 : 2};
	s->md5 = digest_new(c, DIGEST_MD5);
	s->sha256 = digest_new(c, DIGEST_SHA256);
	if (s->md5 == NULL || s->sha256 == NULL)
		return fail(c, E_BUG, NULL);
	set_up(s);
	curl_multi_add_handle(multi, s->get_handle);
	if (f->size > 0)
		curl_multi_add_handle(multi, s->put_handle);
	enum err e = flow(s, multi, out);
	curl_multi_remove_handle(multi, s->put_handle);
	curl_multi_remove_handle(multi, s->get_handle);
	return e;
}
