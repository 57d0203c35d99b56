#include <string.h>

#include "base/conf.h"
#include "base/str.h"
#include "reply.h"
#include "store.h"
#include "store/bucket.h"
#include "condition.h"
#include "store/disk.h"
#include "store/range.h"
#include "store/scrub.h"

#define AGAIN_SECONDS 60 /* of the address that nginx calls itself with */

static void
object_headers(struct req *r, const struct store_object *o)
{
	static const struct {
		const char *query, *header;
	} chosen[] = {{"response-content-disposition", "Content-Disposition"},
		{"response-cache-control", "Cache-Control"}};
	const char *type = store_query(r, "response-content-type");

	reply_header(r, "Content-Type",
		type == NULL || *type == '\0' ? o->content_type : type);
	for (size_t i = 0; i < sizeof(chosen) / sizeof(*chosen); i++) {
		const char *value = store_query(r, chosen[i].query);
		if (value != NULL)
			reply_header(r, chosen[i].header, value);
	}
	reply_header_fmt(r, "ETag", "\"%s\"", o->etag);
	reply_header(r, "Last-Modified", http_date(&r->ctx.arena, o->modified));
}

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
	TRY(scrub_check(&r->ctx, name, o));
	TRY(condition_check(r, o->etag, o->modified));
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
	const struct s3_key key = {conf.s3_user, conf.s3_password, conf.s3_region};
	const struct object_name *name = &call_of(r)->name;
	const char *type = store_query(r, "response-content-type");
	const char *disposition = store_query(r, "response-content-disposition");
	struct pair extra[2];
	size_t extras = 0;

	if (type != NULL)
		extra[extras++] = (struct pair){"response-content-type", type};
	if (disposition != NULL)
		extra[extras++] =
			(struct pair){"response-content-disposition", disposition};
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

static bool
nginx_would_differ(struct req *r, enum range range)
{
	return req_header(r, "If-Match") != NULL ||
	       req_header(r, "If-Unmodified-Since") != NULL ||
	       req_header(r, "If-Range") != NULL ||
	       (req_header(r, "Range") != NULL && range == RANGE_NONE);
}

/*
 * GET /{bucket}/{key}: the bytes are nginx's to send. Ranges, conditions,
 * response-content-type and response-content-disposition as S3 has them; several ranges
 * at once get the whole.
 */
enum err
get_object(struct req *r)
{
	struct store_object o = {0};
	enum range range = RANGE_NONE;
	int64_t first = 0, last = 0;

	if (store_query(r, "uploadId") != NULL)
		return get_parts(r);
	TRY(find(r, &o, &range, &first, &last));
	if (nginx_would_differ(r, range))
		return send_again(r, range == RANGE_PART ? req_header(r, "Range") : "");
	const char *inside = o.path == NULL ? NULL : strchr(o.path, '/');
	if (inside == NULL)
		return fail(&r->ctx, E_BUG, NULL);
	object_headers(r, &o);
	reply_header_fmt(r, "X-Accel-Redirect", "/.objects%s", inside);
	return reply_empty(r, 200);
}

/* HEAD /{bucket}/{key}: what GET would say, without the bytes. */
enum err
head_object(struct req *r)
{
	struct store_object o = {0};
	enum range range = RANGE_NONE;
	int64_t first = 0, last = 0;

	TRY(find(r, &o, &range, &first, &last));
	object_headers(r, &o);
	reply_header(r, "Accept-Ranges", "bytes");
	if (range == RANGE_PART)
		reply_header_fmt(r, "Content-Range", "bytes %lld-%lld/%lld",
			(long long)first, (long long)last, (long long)o.size);
	reply_header_fmt(r, "Content-Length", "%lld",
		(long long)(range == RANGE_PART ? last - first + 1 : o.size));
	return reply_empty(r, range == RANGE_PART ? 206 : 200);
}

/*
 * PUT /{bucket}/{key}: nginx has the body in a file. 200 with the ETag and no body once
 * the object is on the disk for good.
 */
enum err
put_object(struct req *r)
{
	const struct store_call *call = call_of(r);
	const char *type = req_param(r, "CONTENT_TYPE");
	struct disk_wish wish;
	struct store_object o = {0};

	if (store_query(r, "uploadId") != NULL)
		return put_part(r);
	TRY(store_plain_call(r));
	TRY(store_wish(r, &wish));
	TRY(scrub_city(&r->ctx, call->name.server));
	/* The bucket of our own files is there without being made. */
	TRY(str_eq(call->name.bucket, conf.s3_bucket)
			? bucket_add(&r->ctx, call->name.server, call->name.bucket)
			: bucket_own(&r->ctx, call->name.server, call->name.bucket));
	TRY(object_put(&r->ctx, &call->name, r->body_file,
		type[0] == '\0' ? "binary/octet-stream" : type, &wish, &o));
	reply_header_fmt(r, "ETag", "\"%s\"", o.etag);
	store_say_checksum(r);
	return reply_empty(r, 200);
}

/* DELETE /{bucket}/{key}: 204, also when there is no such object. */
enum err
delete_object(struct req *r)
{
	const struct object_name *name = &call_of(r)->name;

	if (store_query(r, "uploadId") != NULL)
		return delete_upload(r);
	TRY(store_plain_call(r));
	TRY(bucket_own(&r->ctx, name->server, name->bucket));
	TRY(object_drop(&r->ctx, name));
	return reply_empty(r, 204);
}
