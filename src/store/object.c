#include "store/object.h"

#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/str.h"
#include "db/db.h"
#include "job/job.h"
#include "store/bucket.h"
#include "store/disk.h"

#include "store/object.sql.h"

/* A download that nginx is about to open must still find the file. */
#define UNLINK_SECONDS 10
#define LAST_CHARACTER "\xF4\x8F\xBF\xBF" /* U+10FFFF */

static FIELDS(object_fields, FIELD(struct store_object, size),
	FIELD(struct store_object, etag), FIELD(struct store_object, content_type),
	FIELD(struct store_object, path), FIELD(struct store_object, modified),
	FIELD(struct store_object, parts), FIELD(struct store_object, damage),
	FIELD(struct store_object, headers), FIELD(struct store_object, checksum),
	FIELD(struct store_object, upload_id), FIELD(struct store_object, md5),
	FIELD(struct store_object, scrubbed_at));

static FIELDS(entry_fields, FIELD(struct store_entry, prefix),
	FIELD(struct store_entry, key), FIELD(struct store_entry, size),
	FIELD(struct store_entry, etag), FIELD(struct store_entry, modified));

static FIELDS(event_fields, FIELD(struct store_event, server),
	FIELD(struct store_event, bucket), FIELD(struct store_event, key),
	FIELD(struct store_event, created), FIELD(struct store_event, size),
	FIELD(struct store_event, etag));

/* What a change leaves to be done. */
struct change {
	int64_t event;
	const char *old_path; /* NULL: no bytes are left over */
};

static FIELDS(
	change_fields, FIELD(struct change, event), FIELD(struct change, old_path));

static enum err
follow_up(struct ctx *c, const struct change *change)
{
	const struct job_order event = {
		.kind = "store.event", .subject = db_arg_int(c, change->event)};
	const struct job_order unlink = {.kind = "store.unlink",
		.subject = change->old_path,
		.delay = UNLINK_SECONDS};

	TRY(job_add(c, &event));
	return change->old_path == NULL ? OK : job_add(c, &unlink);
}

/* No row was written: either there is no bucket, or the condition does not hold. */
static enum err
why_not(struct ctx *c, const struct object_name *n,
	const struct object_condition *condition)
{
	struct store_object there;

	TRY(bucket_own(c, n->server, n->bucket));
	if (condition->rule != PUT_MATCH)
		return fail(c, E_S3_CONDITION, NULL);
	TRY(object_own(c, n, &there));
	return fail(c, there.damage == NULL ? E_S3_CONDITION : E_S3_NO_OBJECT, NULL);
}

enum err
object_record(struct ctx *c, const struct object_name *n, const char *event,
	const struct store_object *o, const struct object_condition *condition)
{
	static const char *const rules[] = {
		[PUT_ABSENT] = "absent", [PUT_MATCH] = "match", [PUT_ONCE] = "absent"};
	const struct job_kind *tell = job_kind("store.event"),
			      *unlink = job_kind("store.unlink");

	TRY(db_do(c, &OBJECT_PUT,
		ARGS(c, n->server, n->bucket, n->key, o->size, o->etag, o->content_type,
			o->path, o->modified, c->now, event,
			o->parts == NULL ? NULL
					 : arena_fmt(&c->arena, "{%s}", o->parts),
			condition->rule == PUT_ALWAYS ? NULL : rules[condition->rule],
			condition->etag, o->headers, o->checksum, o->upload_id,
			arena_fmt(&c->arena, "{%d,%d,%d,%d}", tell->priority,
				tell->tries, unlink->priority, unlink->tries),
			c->request_id, UNLINK_SECONDS)));
	return c->rows > 0 ? OK : why_not(c, n, condition);
}

/* The same bytes came once more, through an address that is good for one object. */
static bool
is_same(struct ctx *c, const struct object_name *name, const char *etag,
	struct store_object *out)
{
	struct store_object there;
	bool same = object_own(c, name, &there) == OK && str_eq(there.etag, etag);

	ctx_clear_error(c);
	if (same)
		*out = there;
	return same;
}

enum err
object_put(struct ctx *c, const struct object_name *name, const struct object_new *new,
	struct store_object *out)
{
	struct disk_file file;

	TRY(new->bytes != NULL
			? disk_keep_bytes(c, name->server, new->bytes, new->size,
				  new->wish, &file)
			: disk_keep(c, name->server, new->body_file, new->wish, &file));
	*out = (struct store_object){.size = file.size,
		.etag = file.md5,
		.content_type = new->content_type,
		.headers = new->headers,
		.checksum = object_checksum(c, new->wish->kind, file.checksum),
		.path = file.path,
		.modified = file.modified};
	TRY(db_begin(c));
	enum err e =
		object_record(c, name, "s3:ObjectCreated:Put", out, &new->condition);
	/* After a commit that failed nobody knows; if the row is not there, the file is
	 * swept. */
	if (e == OK)
		return db_commit(c);
	db_rollback(c);
	disk_drop(c, file.path);
	if (e != E_S3_CONDITION || new->condition.rule != PUT_ONCE)
		return e;
	ctx_clear_error(c);
	return is_same(c, name, file.md5, out) ? OK
					       : fail(c, E_S3_CONDITION,
							 "this address has been used: "
							 "its object is there already");
}

const char *
object_checksum(struct ctx *c, enum digest_kind kind, const char *digits)
{
	return digits == NULL ? NULL
			      : arena_fmt(&c->arena, "%s:%s", digest_name(kind),
					digest_base64(&c->arena, digits));
}

bool
object_checksum_kind(const char *text, enum digest_kind *out)
{
	size_t n = strcspn(text, ":");

	for (enum digest_kind kind = 0; kind < DIGEST_KINDS; kind++)
		if (strlen(digest_name(kind)) == n &&
			strncmp(digest_name(kind), text, n) == 0) {
			*out = kind;
			return true;
		}
	return false;
}

enum err
object_copy(struct ctx *c, const struct object_name *name,
	const struct store_object *from, const struct object_condition *condition,
	struct store_object *out)
{
	struct disk_file file;

	TRY(disk_link(c, name->server, from->path, &file));
	out->size = from->size;
	out->etag = from->etag;
	out->parts = from->parts;
	out->checksum = from->checksum;
	out->path = file.path;
	out->modified = file.modified;
	TRY(db_begin(c));
	enum err e = object_record(c, name, "s3:ObjectCreated:Copy", out, condition);
	if (e == OK)
		return db_commit(c);
	db_rollback(c);
	disk_drop(c, file.path);
	return e;
}

enum err
object_own(struct ctx *c, const struct object_name *n, struct store_object *out)
{
	*out = (struct store_object){0};
	return db_one(c, &OBJECT_OWN, object_fields, out,
		ARGS(c, n->server, n->bucket, n->key));
}

enum err
object_drop(struct ctx *c, const struct object_name *n)
{
	struct change change = {0};
	bool found;

	TRY(db_maybe(c, &OBJECT_DROP, change_fields, &change, &found,
		ARGS(c, n->server, n->bucket, n->key, c->now)));
	return found ? follow_up(c, &change) : OK;
}

enum err
object_damage(struct ctx *c, const struct object_name *n, const char *path,
	const char *damage)
{
	struct change change = {0};
	bool found;

	TRY(db_maybe(c, &OBJECT_MARK, change_fields, &change, &found,
		ARGS(c, n->server, n->bucket, n->key, path, damage)));
	if (!found)
		return OK;
	log_error("store: damaged (%s): %s", damage, path);
	return follow_up(c, &change);
}

enum err
object_mend(struct ctx *c, const struct object_name *n, const char *path,
	const char *damage, bool read)
{
	struct change change = {0};
	bool found;

	TRY(db_maybe(c, &OBJECT_UNMARK, change_fields, &change, &found,
		ARGS(c, n->server, n->bucket, n->key, path, damage, read)));
	if (!found)
		return OK;
	log_info("store: right again: %s", path);
	return follow_up(c, &change);
}

enum err
object_doubt(struct ctx *c, const struct object_name *n)
{
	return db_do(c, &OBJECT_READ_NEXT, ARGS(c, n->server, n->bucket, n->key));
}

enum err
object_read_soon(struct ctx *c, const struct object_name *n)
{
	return db_do(c, &OBJECT_READ_SOON, ARGS(c, n->server, n->bucket, n->key));
}

enum err
object_confirm(struct ctx *c, const struct object_name *n, const char *path)
{
	struct change change = {0};
	bool found;

	TRY(db_maybe(c, &OBJECT_CONFIRM, change_fields, &change, &found,
		ARGS(c, n->server, n->bucket, n->key, path)));
	return found ? follow_up(c, &change) : OK;
}

enum err
object_any(struct ctx *c, const char *server, int64_t *count)
{
	return db_int(c, &OBJECT_COUNT_ONE, count, ARGS(c, server));
}

const char *
object_after(struct ctx *c, const struct store_entry *entry)
{
	return entry->prefix ? arena_fmt(&c->arena, "%s" LAST_CHARACTER, entry->key)
			     : entry->key;
}

enum err
object_list(struct ctx *c, const char *server, const char *bucket,
	const struct store_listing *l, struct store_entry **out, size_t *count)
{
	return db_many(c, &OBJECT_LIST, entry_fields, out, count,
		ARGS(c, server, bucket, l->prefix, l->delimiter, l->after, l->most));
}

enum err
object_event(struct ctx *c, int64_t id, struct store_event *out, bool *found)
{
	*out = (struct store_event){0};
	return db_maybe(c, &EVENT_OWN, event_fields, out, found, ARGS(c, id));
}

enum err
object_event_sweep(struct ctx *c, struct utc before)
{
	return db_do(c, &EVENT_SWEEP, ARGS(c, before));
}

struct stray {
	const char *path;
};

static FIELDS(stray_fields, FIELD(struct stray, path));

enum err
object_unlink(struct ctx *c, const char *const *paths, size_t n)
{
	struct buf list = {.arena = &c->arena};
	struct stray *strays;
	size_t count;

	for (size_t i = 0; i < n; i++)
		if (disk_path_valid(paths[i])) /* so no character of it needs quoting */
			buf_fmt(&list, "%c%s", list.used == 0 ? '{' : ',', paths[i]);
	buf_add(&list, list.used == 0 ? "{}" : "}");
	TRY(db_many(c, &OBJECT_STRAYS, stray_fields, &strays, &count,
		ARGS(c, buf_text(&list))));
	for (size_t i = 0; i < count; i++)
		disk_drop(c, strays[i].path);
	return OK;
}
