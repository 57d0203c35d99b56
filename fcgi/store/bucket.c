#include "store/bucket.h"

#include "base/conf.h"
#include "base/str.h"
#include "reply.h"
#include "store.h"
#include "store/disk.h"
#include "s3/keys_xml.h"
#include "store/scrub.h"

/* GET /: the buckets of this city. */
enum err
store_get_buckets(struct req *r)
{
	struct buf xml = {.arena = &r->ctx.arena};
	struct store_bucket *list;
	size_t count;

	TRY(bucket_list(&r->ctx, call_of(r)->name.server, &list, &count));
	buf_add(&xml, STORE_XML "<ListAllMyBucketsResult" STORE_XMLNS
				"><Owner><ID>samovar</ID><DisplayName>samovar</"
				"DisplayName></Owner><Buckets>");
	for (size_t i = 0; i < count; i++)
		buf_fmt(&xml,
			"<Bucket><Name>%s</Name><CreationDate>%s</CreationDate></"
			"Bucket>",
			list[i].name, store_time(r, list[i].created));
	buf_add(&xml, "</Buckets></ListAllMyBucketsResult>");
	return store_xml(r, &xml);
}

/*
 * PUT, GET /{bucket}?notification: the events of the files' bucket reach the programs
 * anyway, in the transaction of the change, so whoever sets them up is right to believe
 * that they come. Nothing is sent anywhere for other buckets.
 */
static enum err
check_notification(struct req *r)
{
	const struct object_name *name = &call_of(r)->name;

	if (!str_eq(name->bucket, conf.s3_bucket))
		return fail(&r->ctx, E_S3_NO_FEATURE, "this store has no notification");
	return bucket_own(&r->ctx, name->server, name->bucket);
}

/* GET /{bucket}: ?location, ?versioning, ?uploads (upload.c), else a listing (list.c).
 */
enum err
store_get_bucket(struct req *r)
{
	const struct object_name *name = &call_of(r)->name;
	struct buf xml = {.arena = &r->ctx.arena};

	TRY(store_plain_call(r));
	TRY(bucket_own(&r->ctx, name->server, name->bucket));
	if (store_query(r, "location") != NULL) {
		/* The first of all regions is the one without a name. */
		buf_add(&xml, STORE_XML "<LocationConstraint" STORE_XMLNS ">");
		if (!str_eq(conf.s3_region, "us-east-1"))
			buf_xml(&xml, conf.s3_region);
		buf_add(&xml, "</LocationConstraint>");
		return store_xml(r, &xml);
	}
	if (store_query(r, "versioning") != NULL) {
		buf_add(&xml, STORE_XML "<VersioningConfiguration" STORE_XMLNS "/>");
		return store_xml(r, &xml);
	}
	if (store_query(r, "notification") != NULL) {
		TRY(check_notification(r));
		buf_add(&xml, STORE_XML "<NotificationConfiguration" STORE_XMLNS "/>");
		return store_xml(r, &xml);
	}
	return store_query(r, "uploads") != NULL ? store_get_uploads(r)
						 : store_list_objects(r);
}

/* HEAD /{bucket}: 200 or 404; 503 when the city's folder is away, or empty though it
 * should not be: so others are told that it is down. */
enum err
store_head_bucket(struct req *r)
{
	const struct object_name *name = &call_of(r)->name;

	TRY(bucket_own(&r->ctx, name->server, name->bucket));
	TRY(scrub_city(&r->ctx, name->server));
	reply_header(r, "x-amz-bucket-region", conf.s3_region);
	return reply_empty(r, 200);
}

/* PUT /{bucket}: makes it; that it is there already is fine. What the body asks for is
 * not read. */
enum err
store_put_bucket(struct req *r)
{
	const struct object_name *name = &call_of(r)->name;

	TRY(store_plain_call(r));
	if (store_query(r, "notification") != NULL) {
		TRY(check_notification(r));
		return reply_empty(r, 200);
	}
	TRY(bucket_add(&r->ctx, name->server, name->bucket));
	reply_header_fmt(r, "Location", "/%s", name->bucket);
	return reply_empty(r, 200);
}

/* DELETE /{bucket}: 204; 409 while it holds anything. */
enum err
store_delete_bucket(struct req *r)
{
	const struct object_name *name = &call_of(r)->name;

	TRY(store_plain_call(r));
	TRY(bucket_drop(&r->ctx, name->server, name->bucket));
	return reply_empty(r, 204);
}

/* POST /{bucket}?delete: removes up to 1000 objects; all of them or, on an error, none.
 */
enum err
store_post_bucket(struct req *r)
{
	struct ctx *c = &r->ctx;
	struct object_name name = call_of(r)->name;
	const char **keys = arena_new(&c->arena, KEYS_XML_MOST * sizeof(*keys));
	struct buf xml = {.arena = &c->arena};
	struct put_expectation wish = {0};
	const char *header;
	size_t count;
	bool quiet;

	if (store_query(r, "delete") == NULL)
		return fail(c, E_S3_NO_FEATURE, NULL);
	TRY(store_small_body(r));
	TRY(store_checksum(r, &wish, &header));
	if (wish.checksum != NULL &&
		!str_eq(wish.checksum, digest_of(c, wish.kind, r->body, r->body_size)))
		return fail(c, E_S3_CHECKSUM, NULL);
	TRY(keys_xml_read(c, r->body, keys, &count, &quiet));
	TRY(bucket_own(c, name.server, name.bucket));
	buf_add(&xml, STORE_XML "<DeleteResult" STORE_XMLNS ">");
	for (size_t i = 0; i < count; i++) {
		name.key = keys[i];
		TRY(object_drop(c, &name));
		if (quiet)
			continue;
		buf_add(&xml, "<Deleted><Key>");
		buf_xml(&xml, name.key);
		buf_add(&xml, "</Key></Deleted>");
	}
	buf_add(&xml, "</DeleteResult>");
	return store_xml(r, &xml);
}
