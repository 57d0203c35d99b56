#include "storage/file.h"

#include "base/conf.h"
#include "base/fence.h"
#include "db/db.h"
#include "job/job.h"
#include "storage/copy.h"
#include "storage/server.h"

#include "storage/file.sql.h"

#define FILE_FIELDS                                                                    \
	FIELD(struct file, id), FIELD(struct file, name), FIELD(struct file, size),    \
		FIELD(struct file, created), FIELD(struct file, updated)

FIELDS(file_fields, FILE_FIELDS);

static FIELDS(row_fields, FILE_FIELDS, FIELD(struct file, account_id),
	FIELD(struct file, version_id), FIELD(struct file, key),
	FIELD(struct file, content_type));

/* What a renaming gives back; the columns of the file are read in place. */
struct renamed {
	struct file file;
	const char *old_name;
};

_Static_assert(offsetof(struct renamed, file) == 0, "FILE_FIELDS fit both structs");

static FIELDS(renamed_fields, FILE_FIELDS, FIELD(struct renamed, old_name));

enum err
file_list(struct ctx *c, enum err (*take)(void *to, void *file), void *to)
{
	struct file file;
	const struct db_reader reader = {file_fields, &file, sizeof(file), take, to};

	return db_each(c, &FILE_LIST_OWN, &reader, ARGS(c, c->actor));
}

enum err
file_page(struct ctx *c, const char *q, const char *after, int64_t limit,
	const char **json)
{
	return db_json(c, &FILE_PAGE_OWN, json, ARGS(c, c->actor, q, after, limit));
}

enum err
file_own(struct ctx *c, const char *id, struct file *out)
{
	*out = (struct file){0};
	return db_one(c, &FILE_BY_ID, row_fields, out, ARGS(c, id, c->actor));
}

enum err
file_any(struct ctx *c, const char *id, struct file *out)
{
	*out = (struct file){0};
	return db_one(c, &FILE_BY_ID, row_fields, out, ARGS(c, id, 0));
}

static FIELDS(usage_fields, FIELD(struct usage, used), FIELD(struct usage, quota));

enum err
file_usage(struct ctx *c, int64_t account_id, struct usage *out)
{
	*out = (struct usage){0};
	return db_one(c, &FILE_USAGE, usage_fields, out,
		ARGS(c, account_id, conf.storage_quota, (const char *)NULL));
}

enum err
file_set_quota(struct ctx *c, int64_t account_id, int64_t bytes)
{
	return bytes < 0 ? db_do(c, &FILE_QUOTA_DROP, ARGS(c, account_id))
			 : db_do(c, &FILE_QUOTA_PUT, ARGS(c, account_id, bytes));
}

enum err
file_recount(struct ctx *c, struct db_table *out)
{
	TRY(db_do(c, &FILE_REWEIGH, ARGS(c)));
	TRY(db_command(c, "set constraints all immediate")); /* counted now */
	TRY(db_command(c, "lock table storage.usage in exclusive mode"));
	return db_table(c, &FILE_RECOUNT, out, ARGS(c));
}

/* What is announced counts, and what a name holds already does not count twice. Two
 * uploads at once must not both find the same room. */
static enum err
check_quota(struct ctx *c, const char *name, int64_t size)
{
	struct usage u;

	TRY(db_do(c, &FILE_QUOTA_LOCK, ARGS(c, c->actor)));
	TRY(db_one(c, &FILE_USAGE, usage_fields, &u,
		ARGS(c, c->actor, conf.storage_quota, name)));
	return u.quota == 0 || size <= u.quota - u.used
		       ? OK
		       : fail(c, E_QUOTA,
				 "no room for %lld bytes: %lld of the quota of %lld "
				 "are used",
				 (long long)size, (long long)u.used,
				 (long long)u.quota);
}

/* A file with an upload's version, and the server that its link leads to. */
struct announced {
	struct server server;
	struct file file;
};

static FIELDS(chosen_fields, FIELD(struct server, id), FIELD(struct server, name),
	FIELD(struct server, host), FIELD(struct server, port),
	FIELD(struct server, public_url), FIELD(struct server, region),
	FIELD(struct server, tls), FIELD(struct server, virtual_host),
	FIELD(struct server, rate), FIELD(struct server, is_down));

static FIELDS(new_version_fields, FILE_FIELDS, FIELD(struct file, account_id),
	FIELD(struct file, version_id), FIELD(struct file, key));

static FIELDS(announced_fields, FIELD_OBJ(struct announced, server, chosen_fields),
	FIELD_OBJ(struct announced, file, new_version_fields));

static enum err
announce(struct ctx *c, const struct file *wish, struct geo_point place,
	int64_t seconds, bool has_room, struct announced *out)
{
	const struct job_kind *look = job_kind("upload.poll");
	struct upload_slot slot = upload_slot_of(c, seconds);

	*out = (struct announced){.file = {0}};
	return db_one(c, &FILE_ANNOUNCE, announced_fields, out,
		ARGS(c, c->actor, wish->name, wish->size, wish->content_type, c->now,
			utc_after(c->now, seconds), place.known, place.latitude,
			place.longitude, place.in_order, conf.storage_quota, has_room,
			look->priority, look->tries, slot.name, slot.delay,
			c->request_id));
}

/* Of an account with a quota: nobody else announces while there is room. */
static enum err
announce_within(struct ctx *c, const struct file *wish, struct geo_point place,
	int64_t seconds, struct announced *out)
{
	TRY(check_quota(c, wish->name, wish->size));
	return announce(c, wish, place, seconds, true, out);
}

enum err
file_announce(struct ctx *c, const struct file *wish, struct geo_point place,
	int64_t seconds, struct server *server, struct file *out)
{
	struct announced a;

	TRY(fence_check(c)); /* a link would lead to what is the original's */
	TRY(announce(c, wish, place, seconds, false, &a));
	if (a.file.id == NULL && !a.server.is_down) {
		TRY(db_begin(c));
		TRY(db_end(c, announce_within(c, wish, place, seconds, &a)));
	}
	if (a.file.id == NULL)
		return fail(c, E_SERVER_DOWN, NULL);
	*server = a.server;
	*out = a.file;
	out->content_type = wish->content_type;
	return OK;
}

enum err
file_rename(struct ctx *c, const char *id, const char *name, const char **old_name,
	struct file *out)
{
	struct renamed renamed = {.old_name = NULL};

	TRY(db_one(c, &FILE_SET_NAME, renamed_fields, &renamed,
		ARGS(c, id, c->actor, name, c->now)));
	*out = renamed.file;
	*old_name = renamed.old_name;
	return OK;
}

enum err
file_delete(struct ctx *c, const char *id, struct file *out)
{
	*out = (struct file){0};
	TRY(db_one(
		c, &FILE_SET_DELETED, file_fields, out, ARGS(c, id, c->actor, c->now)));
	TRY(db_do(c, &VERSION_SUPERSEDE_ALL, ARGS(c, id, c->now)));
	return copy_doom_file(c, id);
}

enum err
file_servers(struct ctx *c, const char *id, const char **json)
{
	return db_json(c, &FILE_SERVERS_OWN, json, ARGS(c, id, c->actor));
}

enum err
file_expire(struct ctx *c, int64_t seconds)
{
	struct utc before = utc_after(c->now, -seconds);

	TRY(db_do(c, &VERSION_EXPIRE, ARGS(c, before, c->now)));
	return db_do(c, &FILE_EXPIRE_EMPTY, ARGS(c, before, c->now));
}

enum err
file_held(struct ctx *c, const char *version_id, bool *held)
{
	int64_t count = 0;

	TRY(db_int(c, &FILE_HELD, &count, ARGS(c, version_id)));
	*held = count > 0;
	return OK;
}
