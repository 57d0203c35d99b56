#include "store.h"

#include "base/conf.h"
#include "base/str.h"
#include "reply.h"
#include "store/bucket.h"

enum err
store_xml(struct req *r, const struct buf *xml)
{
	return reply_text(r, 200, "application/xml", buf_text(xml), xml->used);
}

const char *
store_location(struct req *r, const struct object_name *name)
{
	struct arena *a = &r->ctx.arena;

	return arena_fmt(a, "%s://%s/%s/%s", req_param(r, "REQUEST_SCHEME"),
		req_param(r, "HTTP_HOST"), name->bucket,
		percent_encode(a, name->key, true));
}

const char *
store_query(struct req *r, const char *name)
{
	const struct store_call *call = call_of(r);

	for (size_t i = 0; i < call->query_count; i++)
		if (str_eq(call->query[i].name, name))
			return call->query[i].value;
	return NULL;
}

const char *
store_time(struct req *r, struct utc at)
{
	const char *iso;

	at.us -= at.us % US_PER_SECOND;
	iso = utc_iso(&r->ctx.arena, at);
	return arena_fmt(&r->ctx.arena, "%.19s.000Z", iso);
}

enum err
store_need_bucket(struct req *r)
{
	const struct object_name *name = &call_of(r)->name;

	return str_eq(name->bucket, conf.s3_bucket)
		       ? bucket_add(&r->ctx, name->server, name->bucket)
		       : bucket_own(&r->ctx, name->server, name->bucket);
}
