#include "store/upload.h"

#include <ctype.h>
#include <sodium.h>
#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/str.h"
#include "db/db.h"
#include "s3/digest.h"
#include "s3/xml.h"

#include "store/upload.sql.h"

static FIELDS(part_fields, FIELD(struct store_part, number),
	FIELD(struct store_part, size), FIELD(struct store_part, etag),
	FIELD(struct store_part, path), FIELD(struct store_part, modified),
	FIELD(struct store_part, checksum));

static FIELDS(own_fields, FIELD(struct store_object, content_type),
	FIELD(struct store_object, headers));

static FIELDS(upload_fields, FIELD(struct store_upload, id),
	FIELD(struct store_upload, key), FIELD(struct store_upload, created));

enum err
upload_open(struct ctx *c, const struct object_name *n, const char *content_type,
	const char *headers, const char **id)
{
	return db_json(c, &UPLOAD_INSERT, id,
		ARGS(c, n->server, n->bucket, n->key, content_type, c->now, headers));
}

/* Locks the upload. What its object will be told with is set in *out. */
static enum err
own(struct ctx *c, const struct object_name *n, const char *id,
	struct store_object *out)
{
	if (!uuid_valid(id))
		return fail(c, E_S3_NO_UPLOAD, NULL);
	return db_one(c, &UPLOAD_OWN, own_fields, out,
		ARGS(c, n->server, n->bucket, n->key, id));
}

enum err
upload_parts(struct ctx *c, const struct object_name *name, const char *id,
	struct store_part **out, size_t *count)
{
	struct store_object made;

	TRY(own(c, name, id, &made));
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
put_part(struct ctx *c, const struct object_name *name, const char *id,
	const struct store_part *part)
{
	struct store_object made;
	const char *old;

	TRY(own(c, name, id, &made));
	TRY(db_json(c, &PART_PUT, &old,
		ARGS(c, id, part->number, part->size, part->etag, part->path,
			part->modified, part->checksum)));
	if (old[0] != '\0')
		ctx_after_commit(c, drop_after, arena_str(&c->arena, old));
	return OK;
}

/* Records a part whose file is kept already. */
static enum err
record_part(struct ctx *c, const struct object_name *name, const char *id,
	const struct disk_file *file, struct store_part *part)
{
	part->size = file->size;
	part->path = file->path;
	part->modified = file->modified;
	enum err e = db_begin(c);
	if (e == OK)
		e = put_part(c, name, id, part);
	if (e == OK)
		return db_commit(c);
	db_rollback(c);
	disk_drop(c, file->path);
	return e;
}

enum err
upload_part(struct ctx *c, const struct object_name *name, const char *id,
	int64_t number, const char *body_file, const struct put_expectation *wish,
	struct store_part *out)
{
	struct disk_file file;

	TRY(disk_keep(c, name->server, body_file, wish, &file));
	*out = (struct store_part){.number = number,
		.etag = file.md5,
		.checksum = object_checksum(c, wish->kind, file.checksum)};
	return record_part(c, name, id, &file, out);
}

/* Of the whole of an object whose MD5 is known nothing needs to be read. */
enum err
upload_part_copy(struct ctx *c, const struct object_name *name, const char *id,
	int64_t number, const struct upload_piece *piece, struct store_part *out)
{
	const struct store_object *from = piece->from;
	bool whole = piece->first == 0 && piece->size == from->size &&
		     strchr(from->etag, '-') == NULL;
	struct disk_file file;

	*out = (struct store_part){.number = number};
	TRY(whole ? disk_link(c, name->server, from->path, &file)
		  : disk_slice(c, name->server, from->path, piece->first, piece->size,
			    &file));
	out->etag = whole ? from->etag : file.md5;
	return record_part(c, name, id, &file, out);
}

/* The part that was named: there, with the etag and checksum that were said. Both are
 * in the order of their numbers, so *at only goes forward. */
static const struct store_part *
find(const struct store_part *have, size_t count, size_t *at,
	const struct store_part *named)
{
	while (*at < count && have[*at].number < named->number)
		(*at)++;
	return *at < count && have[*at].number == named->number &&
			       str_eq(have[*at].etag, named->etag) &&
			       (named->checksum == NULL || have[*at].checksum == NULL ||
				       str_eq(named->checksum, have[*at].checksum))
		       ? &have[*at]
		       : NULL;
}

/* S3's ETag of an object in parts: the MD5 of the parts' MD5s, a hyphen, their number.
 */
static enum err
etag_of(struct ctx *c, const struct store_part *named, size_t n, const char **out)
{
	struct digest *digest = digest_new(c, DIGEST_MD5);

	if (digest == NULL)
		return fail(c, E_BUG, NULL);
	for (size_t i = 0; i < n; i++) {
		unsigned char md5[16];
		size_t bytes = 0;

		if (i > 0 && named[i].number <= named[i - 1].number)
			return fail(c, E_S3_PART_ORDER, NULL);
		if (strlen(named[i].etag) != 2 * sizeof(md5) ||
			sodium_hex2bin(md5, sizeof(md5), named[i].etag, 2 * sizeof(md5),
				NULL, &bytes, NULL) != 0 ||
			bytes != sizeof(md5))
			return fail(c, E_S3_PART, NULL);
		digest_add(digest, md5, sizeof(md5));
	}
	*out = arena_fmt(&c->arena, "%s-%zu", digest_text(c, digest), n);
	return OK;
}

/* The checksum of the parts' checksums, with their number behind it; NULL unless all of
 * them have one of the same kind. */
static const char *
composite(struct ctx *c, const struct store_part *have, size_t count,
	const struct upload_list *named)
{
	enum digest_kind kind = DIGEST_MD5;
	struct digest *d = NULL;
	size_t at = 0;

	for (size_t i = 0; i < named->count; i++) {
		const struct store_part *part =
			find(have, count, &at, &named->parts[i]);
		const char *text = part == NULL ? NULL : part->checksum;
		enum digest_kind own;
		unsigned char bytes[64];

		if (text == NULL || !object_checksum_kind(text, &own) ||
			own == DIGEST_CRC64NVME || (i > 0 && own != kind))
			return NULL;
		kind = own;
		if (d == NULL && (d = digest_new(c, kind)) == NULL)
			return NULL;
		const char *digits =
			digest_digits(&c->arena, kind, strchr(text, ':') + 1);
		if (digits == NULL)
			return NULL;
		sodium_hex2bin(
			bytes, sizeof(bytes), digits, strlen(digits), NULL, NULL, NULL);
		digest_add(d, bytes, digest_size(kind));
	}
	return d == NULL ? NULL
			 : arena_fmt(&c->arena, "%s-%zu",
				   object_checksum(c, kind, digest_text(c, d)),
				   named->count);
}

/* What the client says of the whole; its bytes are read for a checksum of them only. */
static enum err
check_whole(struct ctx *c, const struct upload_list *named,
	const struct disk_file *file, struct store_object *out)
{
	const struct put_expectation *wish = named->wish;
	const char *digits;

	if (wish->size >= 0 && file->size != wish->size)
		return fail(c, E_S3_TRUNCATED,
			"the parts are not x-amz-mp-object-size bytes together");
	if (named->composite != NULL && out->checksum != NULL &&
		!str_eq(named->composite, out->checksum))
		return fail(c, E_S3_CHECKSUM, NULL);
	if (wish->checksum == NULL)
		return OK;
	TRY(disk_sum(c, file->path, wish->kind, &digits));
	if (!str_eq(digits, wish->checksum))
		return fail(c, E_S3_CHECKSUM, NULL);
	out->checksum = object_checksum(c, wish->kind, digits);
	return OK;
}

/* The bytes of all parts in one file. */
static enum err
join(struct ctx *c, const char *server, const struct upload_list *named,
	const struct store_part *have, size_t count, struct store_object *out)
{
	const char **paths = arena_new(&c->arena, named->count * sizeof(*paths));
	struct buf sizes = {.arena = &c->arena};
	struct disk_file file;
	struct utc touched;
	size_t at = 0;

	for (size_t i = 0; i < named->count; i++) {
		const struct store_part *part =
			find(have, count, &at, &named->parts[i]);

		if (part == NULL)
			return fail(c, E_S3_PART, NULL);
		if (i + 1 < named->count && part->size < UPLOAD_PART_BYTES)
			return fail(c, E_S3_PART_SMALL, NULL);
		if (disk_find(c, part->path, part->size, &touched) != DISK_RIGHT) {
			log_error("store: a part is not what it was: %s", part->path);
			return fail(c, E_S3_PART, NULL);
		}
		buf_fmt(&sizes, "%s%lld", i == 0 ? "" : ",", (long long)part->size);
		paths[i] = part->path;
	}
	TRY(disk_join(c, server, paths, named->count, &file));
	out->size = file.size;
	out->path = file.path;
	out->modified = file.modified;
	out->parts = buf_text(&sizes);
	return check_whole(c, named, &file, out);
}

static enum err
complete(struct ctx *c, const struct object_name *name, const struct upload_list *named,
	struct store_object *out)
{
	struct store_part *have;
	size_t count;

	TRY(own(c, name, named->id, out));
	TRY(etag_of(c, named->parts, named->count, &out->etag));
	TRY(db_many(c, &PART_LIST, part_fields, &have, &count, ARGS(c, named->id)));
	out->checksum = composite(c, have, count, named);
	TRY(join(c, name->server, named, have, count, out));
	for (size_t i = 0; i < count; i++)
		ctx_after_commit(c, drop_after, arena_str(&c->arena, have[i].path));
	TRY(db_do(c, &UPLOAD_DELETE, ARGS(c, named->id)));
	out->upload_id = named->id;
	return object_record(c, name, "s3:ObjectCreated:CompleteMultipartUpload", out,
		&named->condition);
}

/* Has the same list completed this upload before? The client may not have heard of it.
 */
static bool
is_complete(struct ctx *c, const struct object_name *name,
	const struct upload_list *named, struct store_object *out)
{
	struct store_object there;
	const char *etag = NULL;
	bool same = uuid_valid(named->id) && object_own(c, name, &there) == OK &&
		    str_eq(there.upload_id, named->id) &&
		    etag_of(c, named->parts, named->count, &etag) == OK &&
		    str_eq(there.etag, etag);

	ctx_clear_error(c);
	if (same)
		*out = there;
	return same;
}

enum err
upload_complete(struct ctx *c, const struct object_name *name,
	const struct upload_list *named, struct store_object *out)
{
	*out = (struct store_object){0};
	TRY(db_begin(c));
	enum err e = complete(c, name, named, out);
	if (e == OK)
		return db_commit(c);
	db_rollback(c);
	if (out->path != NULL)
		disk_drop(c, out->path);
	if (e != E_S3_NO_UPLOAD)
		return e;
	ctx_clear_error(c);
	return is_complete(c, name, named, out) ? OK : fail(c, E_S3_NO_UPLOAD, NULL);
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

/* <ChecksumCRC32>BASE64</ChecksumCRC32> */
static const char *
named_checksum(struct ctx *c, const char *element, const char *value)
{
	char *kind = arena_str(&c->arena, element + strlen("Checksum"));

	for (char *p = kind; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	return arena_fmt(&c->arena, "%s:%s", kind, str_trim(&c->arena, value));
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
		} else if (x.depth == 3 && str_starts(x.open[2], "Checksum")) {
			TRY(xml_value(&x, &value));
			if (*value != '\0')
				part.checksum = named_checksum(c, x.open[2], value);
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
