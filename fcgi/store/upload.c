/* Uploads in parts. */
#include "store/upload.h"

#include <ctype.h>
#include <string.h>

#include "base/conf.h"
#include "base/str.h"
#include "reply.h"
#include "store.h"
#include "store/bucket.h"
#include "store/scrub.h"

static void
add_name(struct buf *xml, const struct object_name *name)
{
	buf_fmt(xml, "<Bucket>%s</Bucket><Key>", name->bucket);
	buf_xml(xml, name->key);
	buf_add(xml, "</Key>");
}

/* POST /{bucket}/{key}?uploads: 200 with the id of a new upload. */
static enum err
open_upload(struct req *r)
{
	const struct object_name *name = &call_of(r)->name;
	const char *type = req_param(r, "CONTENT_TYPE"), *headers, *id;
	struct buf xml = {.arena = &r->ctx.arena};

	if (str_eq(name->bucket, conf.s3_bucket))
		TRY(bucket_add(&r->ctx, name->server, name->bucket));
	TRY(store_headers_read(r, &headers));
	TRY(upload_open(&r->ctx, name, type[0] == '\0' ? "binary/octet-stream" : type,
		headers, &id));
	buf_add(&xml, STORE_XML "<InitiateMultipartUploadResult" STORE_XMLNS ">");
	add_name(&xml, name);
	buf_fmt(&xml, "<UploadId>%s</UploadId></InitiateMultipartUploadResult>", id);
	return store_xml(r, &xml);
}

/* x-amz-mp-object-size and x-amz-checksum-...: of the whole or, with "-3" behind it, of
 * the checksums of three parts. */
static enum err
read_whole(struct req *r, struct upload_list *list, struct put_expectation *wish)
{
	static const char *const kinds[] = {"crc32", "crc32c", "sha1", "sha256"};
	const char *size = req_header(r, "x-amz-mp-object-size"), *header;
	struct arena *a = &r->ctx.arena;

	*wish = (struct put_expectation){.size = -1};
	list->wish = wish;
	if (size != NULL && (!int_read(size, &wish->size) || wish->size < 0))
		return fail(&r->ctx, E_S3_ARGUMENT,
			"x-amz-mp-object-size must be a number of bytes");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		const char *value =
			req_header(r, arena_fmt(a, "x-amz-checksum-%s", kinds[i]));
		if (value == NULL || strchr(value, '-') == NULL)
			continue;
		list->composite = arena_fmt(a, "%s:%s", kinds[i], value);
		return OK;
	}
	return store_checksum(r, wish, &header);
}

/* <ChecksumCRC32>... and what it is of, if the object has one. */
static void
add_checksum(struct req *r, struct buf *xml, const char *checksum)
{
	size_t n = checksum == NULL ? 0 : strcspn(checksum, ":");
	char *kind = arena_strn(&r->ctx.arena, checksum == NULL ? "" : checksum, n);

	for (char *p = kind; *p != '\0'; p++)
		*p = (char)toupper((unsigned char)*p);
	if (n > 0)
		buf_fmt(xml,
			"<Checksum%s>%s</Checksum%s><ChecksumType>%s</ChecksumType>",
			kind, checksum + n + 1, kind,
			strchr(checksum, '-') == NULL ? "FULL_OBJECT" : "COMPOSITE");
}

/* POST /{bucket}/{key}?uploadId=...: 200 with the ETag of the whole. */
static enum err
complete_upload(struct req *r, const char *id)
{
	struct ctx *c = &r->ctx;
	const struct object_name *name = &call_of(r)->name;
	struct store_part *parts = arena_new(&c->arena, UPLOAD_PARTS * sizeof(*parts));
	struct upload_list list = {.id = id, .parts = parts};
	struct buf xml = {.arena = &c->arena};
	struct put_expectation wish;
	struct store_object o;

	TRY(store_small_body(r));
	TRY(upload_xml_read(c, r->body, parts, &list.count));
	TRY(store_condition(r, &list.condition));
	TRY(read_whole(r, &list, &wish));
	TRY(scrub_city(c, name->server));
	TRY(upload_complete(c, name, &list, &o));
	buf_add(&xml, STORE_XML "<CompleteMultipartUploadResult" STORE_XMLNS ">");
	buf_add(&xml, "<Location>");
	buf_xml(&xml, store_location(r, name));
	buf_add(&xml, "</Location>");
	add_name(&xml, name);
	buf_fmt(&xml, "<ETag>&quot;%s&quot;</ETag>", o.etag);
	add_checksum(r, &xml, o.checksum);
	buf_add(&xml, "</CompleteMultipartUploadResult>");
	return store_xml(r, &xml);
}

/* POST /{bucket}/{key}: with ?uploads or ?uploadId=...; S3 has nothing else here. */
enum err
store_post_object(struct req *r)
{
	const char *id = store_query(r, "uploadId");

	TRY(store_plain_call(r));
	if (id != NULL)
		return complete_upload(r, id);
	if (store_query(r, "uploads") != NULL)
		return open_upload(r);
	return fail(&r->ctx, E_S3_NO_FEATURE, NULL);
}

/* PUT /{bucket}/{key}?partNumber=1&uploadId=...: 200 with the part's ETag. */
enum err
store_put_part(struct req *r)
{
	const char *number = store_query(r, "partNumber"),
		   *id = store_query(r, "uploadId");
	struct put_expectation wish;
	struct store_part part;
	int64_t n;

	TRY(store_plain_call(r));
	if (number == NULL || !int_read(number, &n) || n < 1 || n > UPLOAD_PARTS)
		return fail(&r->ctx, E_S3_ARGUMENT, "partNumber must be 1 to 10000");
	TRY(scrub_city(&r->ctx, call_of(r)->name.server));
	if (store_is_copy(r))
		return store_copy_part(r, id, n);
	TRY(store_wish(r, &wish));
	TRY(upload_part(&r->ctx, &call_of(r)->name, id, n, r->body_file, &wish, &part));
	reply_header_fmt(r, "ETag", "\"%s\"", part.etag);
	store_say_checksum(r, part.checksum);
	return reply_empty(r, 200);
}

/* DELETE /{bucket}/{key}?uploadId=...: 204, the parts are gone. In
 * store_delete_object()'s transaction. */
enum err
store_delete_upload(struct req *r)
{
	TRY(upload_drop(&r->ctx, &call_of(r)->name, store_query(r, "uploadId")));
	return reply_empty(r, 204);
}

/* GET /{bucket}/{key}?uploadId=...: the parts that have arrived, all of them. */
enum err
store_get_parts(struct req *r)
{
	const struct object_name *name = &call_of(r)->name;
	const char *id = store_query(r, "uploadId");
	struct buf xml = {.arena = &r->ctx.arena};
	struct store_part *parts;
	size_t count;

	TRY(store_plain_call(r));
	TRY(upload_parts(&r->ctx, name, id, &parts, &count));
	buf_add(&xml, STORE_XML "<ListPartsResult" STORE_XMLNS ">");
	add_name(&xml, name);
	buf_fmt(&xml,
		"<UploadId>%s</UploadId><StorageClass>STANDARD</StorageClass>"
		"<PartNumberMarker>0</PartNumberMarker><MaxParts>10000</MaxParts>"
		"<IsTruncated>false</IsTruncated>",
		id);
	for (size_t i = 0; i < count; i++)
		buf_fmt(&xml,
			"<Part><PartNumber>%lld</PartNumber><LastModified>%s</"
			"LastModified>"
			"<ETag>&quot;%s&quot;</ETag><Size>%lld</Size></Part>",
			(long long)parts[i].number, store_time(r, parts[i].modified),
			parts[i].etag, (long long)parts[i].size);
	buf_add(&xml, "</ListPartsResult>");
	return store_xml(r, &xml);
}

/* GET /{bucket}?uploads: those that are open, the first thousand. */
enum err
store_get_uploads(struct req *r)
{
	const struct object_name *name = &call_of(r)->name;
	struct buf xml = {.arena = &r->ctx.arena};
	struct store_upload *list;
	size_t count;

	TRY(upload_list(&r->ctx, name, &list, &count));
	buf_fmt(&xml,
		STORE_XML "<ListMultipartUploadsResult" STORE_XMLNS
			  "><Bucket>%s</Bucket><MaxUploads>1000</MaxUploads>"
			  "<IsTruncated>false</IsTruncated>",
		name->bucket);
	for (size_t i = 0; i < count; i++) {
		buf_add(&xml, "<Upload><Key>");
		buf_xml(&xml, list[i].key);
		buf_fmt(&xml,
			"</Key><UploadId>%s</UploadId><Initiated>%s</Initiated></"
			"Upload>",
			list[i].id, store_time(r, list[i].created));
	}
	buf_add(&xml, "</ListMultipartUploadsResult>");
	return store_xml(r, &xml);
}
