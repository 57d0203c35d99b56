#include "store/upload.h"

#include <sodium.h>
#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/str.h"
#include "db/db.h"
#include "store/digest.h"
#include "store/xml.h"

#include "store/upload.sql.h"

static FIELDS(part_fields, FIELD(struct store_part, number),
	FIELD(struct store_part, size), FIELD(struct store_part, etag),
	FIELD(struct store_part, path), FIELD(struct store_part, modified));

static FIELDS(upload_fields, FIELD(struct store_upload, id),
	FIELD(struct store_upload, key), FIELD(struct store_upload, created));

enum err
upload_open(struct ctx *c, const struct object_name *n, const char *content_type,
	const char **id)
{
	return db_json(c, &UPLOAD_INSERT, id,
		ARGS(c, n->server, n->bucket, n->key, content_type, c->now));
}

/* Locks the upload. */
static enum err
own(struct ctx *c, const struct object_name *n, const char *id,
	const char **content_type)
{
	if (!uuid_valid(id))
		return fail(c, E_S3_NO_UPLOAD, NULL);
	return db_json(c, &UPLOAD_OWN, content_type,
		ARGS(c, n->server, n->bucket, n->key, id));
}

enum err
upload_parts(struct ctx *c, const struct object_name *name, const char *id,
	struct store_part **out, size_t *count)
{
	const char *type;

	TRY(own(c, name, id, &type));
	return db_many(c, &PART_LIST, part_fields, out, count, ARGS(c, id));
}

enum err
upload_list(struct ctx *c, const struct object_name *n, struct store_upload **out,
	size_t *count)
{
	return db_many(c, &UPLOAD_LIST_OF, upload_fields, out, count,
		ARGS(c, n->server, n->bucket));
}

static void
drop_after(struct ctx *c, void *path)
{
	disk_drop(c, path);
}

static enum err
put_part(struct ctx *c, const struct object_name *name, const char *id, int64_t number,
	const struct disk_file *file)
{
	const char *type, *old;

	TRY(own(c, name, id, &type));
	TRY(db_json(c, &PART_PUT, &old,
		ARGS(c, id, number, file->size, file->md5, file->path,
			file->modified)));
	if (old[0] != '\0')
		ctx_after_commit(c, drop_after, arena_str(&c->arena, old));
	return OK;
}

enum err
upload_part(struct ctx *c, const struct object_name *name, const char *id,
	int64_t number, const char *body_file, const struct disk_wish *wish,
	const char **etag)
{
	struct disk_file file;

	TRY(disk_keep(c, name->server, body_file, wish, &file));
	*etag = file.md5;
	enum err e = db_begin(c);
	if (e == OK)
		e = put_part(c, name, id, number, &file);
	if (e == OK)
		return db_commit(c);
	db_rollback(c);
	disk_drop(c, file.path);
	return e;
}

/* The part that was named: there, with the etag that was said. */
static const struct store_part *
find(const struct store_part *have, size_t count, const struct store_part *named)
{
	for (size_t i = 0; i < count; i++)
		if (have[i].number == named->number &&
			str_eq(have[i].etag, named->etag))
			return &have[i];
	return NULL;
}

/*
 * The bytes of all parts in one file. Its etag is S3's: the MD5 of the parts' MD5s, a
 * hyphen, their number.
 */
static enum err
join(struct ctx *c, const char *server, const struct store_part *named, size_t n,
	const struct store_part *have, size_t count, struct store_object *out)
{
	const char **paths = arena_new(&c->arena, n * sizeof(*paths));
	struct digest *digest = digest_new(c, DIGEST_MD5);
	struct buf sizes = {.arena = &c->arena};
	struct disk_file file;
	struct utc touched;

	if (digest == NULL)
		return fail(c, E_BUG, NULL);
	for (size_t i = 0; i < n; i++) {
		const struct store_part *part = find(have, count, &named[i]);
		unsigned char md5[16];

		if (i > 0 && named[i].number <= named[i - 1].number)
			return fail(c, E_S3_PART_ORDER, NULL);
		if (part == NULL || sodium_hex2bin(md5, sizeof(md5), part->etag, 32,
					    NULL, NULL, NULL) != 0)
			return fail(c, E_S3_PART, NULL);
		if (i + 1 < n && part->size < UPLOAD_PART_BYTES)
			return fail(c, E_S3_PART_SMALL, NULL);
		if (disk_find(c, part->path, part->size, &touched) != DISK_RIGHT) {
			log_error("store: a part is not what it was: %s", part->path);
			return fail(c, E_S3_PART, NULL);
		}
		buf_fmt(&sizes, "%s%lld", i == 0 ? "" : ",", (long long)part->size);
		digest_add(digest, md5, sizeof(md5));
		paths[i] = part->path;
	}
	TRY(disk_join(c, server, paths, n, &file));
	out->size = file.size;
	out->path = file.path;
	out->modified = file.modified;
	out->etag = arena_fmt(&c->arena, "%s-%zu", digest_text(c, digest), n);
	out->parts = buf_text(&sizes);
	return OK;
}

static enum err
complete(struct ctx *c, const struct object_name *name, const char *id,
	const struct store_part *named, size_t n, struct store_object *out)
{
	struct store_part *have;
	size_t count;

	TRY(own(c, name, id, &out->content_type));
	TRY(db_many(c, &PART_LIST, part_fields, &have, &count, ARGS(c, id)));
	TRY(join(c, name->server, named, n, have, count, out));
	for (size_t i = 0; i < count; i++)
		ctx_after_commit(c, drop_after, arena_str(&c->arena, have[i].path));
	TRY(db_do(c, &UPLOAD_DELETE, ARGS(c, id)));
	return object_record(c, name, "s3:ObjectCreated:CompleteMultipartUpload", out);
}

enum err
upload_complete(struct ctx *c, const struct object_name *name, const char *id,
	const struct store_part *parts, size_t count, struct store_object *out)
{
	*out = (struct store_object){0};
	TRY(db_begin(c));
	enum err e = complete(c, name, id, parts, count, out);
	if (e == OK)
		return db_commit(c);
	db_rollback(c);
	if (out->path != NULL)
		disk_drop(c, out->path);
	return e;
}

enum err
upload_drop(struct ctx *c, const struct object_name *name, const char *id)
{
	struct store_part *parts;
	size_t count;

	TRY(upload_parts(c, name, id, &parts, &count));
	for (size_t i = 0; i < count; i++)
		ctx_after_commit(c, drop_after, arena_str(&c->arena, parts[i].path));
	return db_do(c, &UPLOAD_DELETE, ARGS(c, id));
}

enum err
upload_sweep(struct ctx *c, struct utc before)
{
	return db_do(c, &UPLOAD_DELETE_BEFORE, ARGS(c, before));
}

/* An etag as clients repeat it, perhaps in quotation marks. */
static const char *
bare(struct ctx *c, const char *etag)
{
	size_t n = strlen(etag);

	if (n >= 2 && etag[0] == '"' && etag[n - 1] == '"')
		return arena_strn(&c->arena, etag + 1, n - 2);
	return etag;
}

enum err
upload_xml_read(
	struct ctx *c, const char *text, struct store_part *parts, size_t *count)
{
	static const char *const in_part[] = {"CompleteMultipartUpload", "Part", NULL};
	static const char *const in_number[] = {
		"CompleteMultipartUpload", "Part", "PartNumber", NULL};
	static const char *const in_etag[] = {
		"CompleteMultipartUpload", "Part", "ETag", NULL};
	struct store_part part = {0};
	bool more = true;
	const char *value;
	struct xml x;

	*count = 0;
	TRY(xml_open(&x, c, text));
	while (more) {
		TRY(xml_next(&x, &more));
		if (xml_inside(&x, in_number)) {
			TRY(xml_value(&x, &value));
			if (!int_read(value, &part.number))
				return fail(c, E_S3_XML, NULL);
		} else if (xml_inside(&x, in_etag)) {
			TRY(xml_value(&x, &value));
			part.etag = bare(c, value);
		} else if (!xml_inside(&x, in_part) && part.number != 0 &&
			   part.etag != NULL) {
			if (*count == UPLOAD_PARTS)
				return fail(c, E_S3_XML, "more than 10000 parts");
			parts[(*count)++] = part;
			part = (struct store_part){0};
		}
	}
	return *count > 0 ? OK : fail(c, E_S3_XML, NULL);
}
