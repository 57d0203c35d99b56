#include <string.h>

#include "base/conf.h"
#include "base/str.h"
#include "reply.h"
#include "store.h"
#include "store/bucket.h"
#include "condition.h"
#include "store/disk.h"
#include "s3/range.h"
#include "store/scrub.h"

#define AGAIN_SECONDS 60 /* of the address that nginx calls itself with */

/* Finds the object and checks the conditions and the range of a GET or HEAD. */
static enum err
find(struct req *r, struct store_object *o, enum range *range, int64_t *first,
	int64_t *last)
{
	const struct object_name *name = &call_of(r)->name;

	TRY(store_plain_call(r));
	if (store_query(r, "partNumber") != NULL)
		return fail(
			&r->ctx, E_S3_NO_FEATURE, "no part of an object can be had");
	TRY(object_own(&r->ctx, name, o));
	TRY(scrub_check(&r->ctx, name, o, r->method == GET));
	enum err e = condition_check(r, o->etag, o->modified);
	if (e == E_S3_UNCHANGED)
		store_say_unchanged(r, o);
	TRY(e);
	*range = RANGE_NONE;
	if (condition_range(r, o->etag, o->modified))
		*range = range_read(req_header(r, "Range"), o->size, first, last);
	if (*range == RANGE_OUTSIDE) {
		reply_header_fmt(
			r, "Content-Range", "bytes */%lld", (long long)o->size);
		return fail(&r->ctx, E_S3_RANGE, NULL);
	}
	return OK;
}

/*
 * nginx would judge the conditions once more, by a tag that it does not know, and
 * answer 416 to a range that cannot be read: it calls itself with an address of ours
 * instead, without conditions and with the range only if it is to be followed.
 */
static enum err
send_again(struct req *r, const char *range)
{
	struct arena *a = &r->ctx.arena;
	const struct s3_key key = {
		conf.s3_user, conf.s3_password, conf.s3_region, NULL};
	const struct object_name *name = &call_of(r)->name;
	const char *checksums = store_header(r, "x-amz-checksum-mode");
	struct pair extra[STORE_OVERRIDES + 1];
	size_t extras = store_overrides(r, extra);

	if (checksums != NULL && *range == '\0')
		extra[extras++] = (struct pair){"x-amz-checksum-mode", checksums};
	const struct s3_link link = {.method = "GET",
		.base = arena_fmt(a, "http://%s", req_param(r, "HTTP_HOST")),
		.path = arena_fmt(a, "/%s/%s", name->bucket, name->key),
		.extra = extra,
		.extras = extras,
		.seconds = AGAIN_SECONDS};
	const char *url = s3_presign(a, &key, &link, r->ctx.now);

	reply_header(r, "X-Store-Again", url + strlen(link.base));
	reply_header(r, "X-Store-Range", range);
	reply_header(r, "X-Accel-Redirect", "/.again");
	return reply_empty(r, 200);
}

/* nginx answers 416 to a number that does not fit into its own. */
static bool
is_huge(const char *range)
{
	for (const char *s = range; *s != '\0'; s++) {
		size_t n = strspn(s, "0123456789");

		if (n > 18)
			return true;
		s += n > 0 ? n - 1 : 0;
	}
	return false;
}

/* Names of headers are lines of ours (store-lines.conf.in), which HTTP/2 does not have.
 */
static bool
is_http2(struct req *r)
{
	return str_starts(req_param(r, "SERVER_PROTOCOL"), "HTTP/2");
}

static bool
nginx_would_differ(struct req *r, const struct store_object *o, enum range range)
{
	const char *text = req_header(r, "Range");

	return req_header(r, "If-Match") != NULL ||
	       req_header(r, "If-Unmodified-Since") != NULL ||
	       req_header(r, "If-Range") != NULL ||
	       (text != NULL && (range == RANGE_NONE || is_huge(text))) ||
	       (is_http2(r) && o->headers != NULL);
}

/*
 * GET /{bucket}/{key}: the bytes are nginx's to send. Ranges, conditions and the
 * response-... parameters as S3 has them; several ranges at once get the whole.
 */
enum err
store_get_object(struct req *r)
{
	struct store_object o = {0};
	enum range range = RANGE_NONE;
	int64_t first = 0, last = 0;

	if (store_query(r, "uploadId") != NULL)
		return store_get_parts(r);
	TRY(find(r, &o, &range, &first, &last));
	if (nginx_would_differ(r, &o, range))
		return send_again(
			r, range != RANGE_PART
				   ? ""
				   : arena_fmt(&r->ctx.arena, "bytes=%lld-%lld",
					     (long long)first, (long long)last));
	const char *inside = o.path == NULL ? NULL : strchr(o.path, '/');
	if (inside == NULL)
		return fail(&r->ctx, E_BUG, NULL);
	bool lines = store_say_headers(r, &o, true);
	reply_header_fmt(
		r, "X-Accel-Redirect", "/.%s%s", lines ? "lines" : "objects", inside);
	return reply_empty(r, 200);
}

/* HEAD /{bucket}/{key}: what GET would say, without the bytes. */
enum err
store_head_object(struct req *r)
{
	struct store_object o = {0};
	enum range range = RANGE_NONE;
	int64_t first = 0, last = 0;

	TRY(find(r, &o, &range, &first, &last));
	store_say_headers(r, &o, false);
	reply_header(r, "Accept-Ranges", "bytes");
	if (range == RANGE_PART)
		reply_header_fmt(r, "Content-Range", "bytes %lld-%lld/%lld",
			(long long)first, (long long)last, (long long)o.size);
	reply_header_fmt(r, "Content-Length", "%lld",
		(long long)(range == RANGE_PART ? last - first + 1 : o.size));
	return reply_empty(r, range == RANGE_PART ? 206 : 200);
}

/* The bucket of files is made when its first object comes; all others find it there. */
static enum err
put_in_bucket(struct req *r, const struct object_new *new, struct store_object *out)
{
	const struct object_name *name = &call_of(r)->name;
	bool is_ours = str_eq(name->bucket, conf.s3_bucket);

	if (!is_ours)
		TRY(store_need_bucket(r));
	enum err e = object_put(&r->ctx, name, new, out);
	if (e != E_S3_NO_BUCKET || !is_ours)
		return e;
	ctx_clear_error(&r->ctx);
	TRY(store_need_bucket(r));
	return object_put(&r->ctx, name, new, out);
}

/*
 * PUT /{bucket}/{key}: nginx has the body in a file. 200 with the ETag and no body once
 * the object is on the disk for good.
 */
enum err
store_put_object(struct req *r)
{
	const struct store_call *call = call_of(r);
	const char *type = req_param(r, "CONTENT_TYPE");
	struct store_object o = {0};
	struct put_expectation wish;
	struct object_new new = {.body_file = r->body_file,
		.content_type = type[0] == '\0' ? "binary/octet-stream" : type,
		.wish = &wish};

	if (store_query(r, "uploadId") != NULL)
		return store_put_part(r);
	TRY(store_plain_call(r));
	if (store_is_copy(r))
		return store_copy_object(r);
	TRY(store_wish(r, &wish));
	TRY(store_condition(r, &new.condition));
	TRY(store_headers_read(r, &new.headers));
	TRY(scrub_city(&r->ctx, call->name.server));
	TRY(put_in_bucket(r, &new, &o));
	reply_header_fmt(r, "ETag", "\"%s\"", o.etag);
	store_say_checksum(r, o.checksum);
	return reply_empty(r, 200);
}

/* DELETE /{bucket}/{key}: 204, also when there is no such object. */
enum err
store_delete_object(struct req *r)
{
	const struct object_name *name = &call_of(r)->name;

	if (store_query(r, "uploadId") != NULL)
		return store_delete_upload(r);
	TRY(store_plain_call(r));
	if (req_header(r, "If-Match") != NULL)
		return fail(&r->ctx, E_S3_NO_FEATURE,
			"this store does not know If-Match of DELETE");
	TRY(bucket_own(&r->ctx, name->server, name->bucket));
	TRY(object_drop(&r->ctx, name));
	return reply_empty(r, 204);
}
