/* Objects and parts that are made of what is there already. */
#include <string.h>

#include "base/conf.h"
#include "base/str.h"
#include "condition.h"
#include "store.h"
#include "store/bucket.h"
#include "s3/range.h"
#include "store/scrub.h"
#include "store/upload.h"

/* "/bucket/key" or "bucket/key", percent-encoded, perhaps with ?versionId=... behind.
 */
static enum err
read_source(struct req *r, struct object_name *out)
{
	struct ctx *c = &r->ctx;
	const char *text = store_header(r, STORE_SOURCE);
	const char *version = strstr(text, "?versionId=");

	if (version != NULL && !str_eq(version, "?versionId=null"))
		return fail(c, E_S3_NO_FEATURE, "this store has no versionId");
	size_t n = version == NULL ? strlen(text) : (size_t)(version - text);
	const char *plain = percent_decode(&c->arena, text, n, false);
	plain += *plain == '/';
	const char *slash = strchr(plain, '/');
	if (slash == NULL || slash == plain || slash[1] == '\0' ||
		!utf8_valid(plain, strlen(plain)))
		return fail(c, E_S3_ARGUMENT, STORE_SOURCE " must be /bucket/key");
	*out = (struct object_name){.server = call_of(r)->name.server,
		.bucket = arena_strn(&c->arena, plain, (size_t)(slash - plain)),
		.key = slash + 1};
	return OK;
}

/* The source, if it is there, whole, and as the client wants it. */
static enum err
find_source(struct req *r, struct object_name *name, struct store_object *out)
{
	TRY(read_source(r, name));
	TRY(bucket_own(&r->ctx, name->server, name->bucket));
	TRY(object_own(&r->ctx, name, out));
	TRY(scrub_check(&r->ctx, name, out, true));
	return condition_check_source(r, out->etag, out->modified);
}

/* Does the copy get what the request says, not what the source has? */
static enum err
read_directive(struct req *r, bool *replace)
{
	const char *text = store_header(r, "x-amz-metadata-directive"),
		   *tags = store_header(r, "x-amz-tagging-directive");

	*replace = text != NULL && str_eq(text, "REPLACE");
	if (text != NULL && !*replace && !str_eq(text, "COPY"))
		return fail(&r->ctx, E_S3_ARGUMENT,
			"x-amz-metadata-directive must be COPY or REPLACE");
	/* No object has tags, so copying or replacing them by none is all there is. */
	if (tags != NULL && !str_eq(tags, "COPY") && !str_eq(tags, "REPLACE"))
		return fail(&r->ctx, E_S3_ARGUMENT,
			"x-amz-tagging-directive must be COPY or REPLACE");
	return OK;
}

static enum err
reply_copied(struct req *r, const char *element, const char *etag, struct utc modified)
{
	struct buf xml = {.arena = &r->ctx.arena};

	buf_fmt(&xml,
		STORE_XML "<%s" STORE_XMLNS "><LastModified>%s</LastModified>"
			  "<ETag>&quot;%s&quot;</ETag></%s>",
		element, store_time(r, modified), etag, element);
	return store_xml(r, &xml);
}

/* PUT /{bucket}/{key} with x-amz-copy-source: 200 with etag and time of the copy. */
enum err
store_copy_object(struct req *r)
{
	const struct object_name *to = &call_of(r)->name;
	const char *type = req_param(r, "CONTENT_TYPE");
	struct store_object from = {0}, made = {0};
	struct object_condition condition;
	struct object_name source = {0};
	bool replace;

	TRY(read_directive(r, &replace));
	TRY(store_condition(r, &condition));
	TRY(find_source(r, &source, &from));
	if (!replace && str_eq(source.bucket, to->bucket) &&
		str_eq(source.key, to->key))
		return fail(&r->ctx, E_INPUT,
			"an object is copied to itself only with "
			"x-amz-metadata-directive: REPLACE");
	made.content_type = from.content_type;
	made.headers = from.headers;
	if (replace) {
		made.content_type = type[0] == '\0' ? "binary/octet-stream" : type;
		TRY(store_headers_read(r, &made.headers));
	}
	TRY(store_need_bucket(r));
	TRY(object_copy(&r->ctx, to, &from, &condition, &made));
	return reply_copied(r, "CopyObjectResult", made.etag, made.modified);
}

/* Unlike the range of a download, one of a copy must be whole and inside. */
static enum err
read_piece(struct req *r, const struct store_object *from, struct upload_piece *out)
{
	const char *text = store_header(r, "x-amz-copy-source-range"), *dash;
	int64_t first, last;

	*out = (struct upload_piece){.from = from, .first = 0, .size = from->size};
	if (text == NULL)
		return OK;
	dash = strchr(text, '-');
	if (range_read(text, from->size, &first, &last) != RANGE_PART || dash == NULL ||
		dash[1] == '\0' || dash == text + strlen("bytes="))
		return fail(&r->ctx, E_S3_ARGUMENT,
			"x-amz-copy-source-range must be bytes=FIRST-LAST inside the "
			"source");
	int64_t said;
	if (!int_read(dash + 1, &said) || said != last)
		return fail(&r->ctx, E_S3_ARGUMENT,
			"x-amz-copy-source-range ends behind the source, which has "
			"%lld bytes",
			(long long)from->size);
	out->first = first;
	out->size = last - first + 1;
	return OK;
}

/* PUT ?partNumber=1&uploadId=... with x-amz-copy-source: 200 with the part's etag. */
enum err
store_copy_part(struct req *r, const char *id, int64_t number)
{
	struct store_object from = {0};
	struct object_name source = {0};
	struct upload_piece piece;
	struct store_part part;

	TRY(find_source(r, &source, &from));
	TRY(read_piece(r, &from, &piece));
	TRY(upload_part_copy(&r->ctx, &call_of(r)->name, id, number, &piece, &part));
	return reply_copied(r, "CopyPartResult", part.etag, part.modified);
}
