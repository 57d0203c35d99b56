#include "storage/file.h"

#include "base/conf.h"
#include "db/db.h"
#include "storage/copy.h"

#include "storage/file.sql.h"

#define FILE_FIELDS                                                                    \
	FIELD(struct file, id), FIELD(struct file, name), FIELD(struct file, size),    \
		FIELD(struct file, created), FIELD(struct file, updated)

FIELDS(file_fields, FILE_FIELDS);

static FIELDS(row_fields, FILE_FIELDS, FIELD(struct file, account_id),
	FIELD(struct file, version_id), FIELD(struct file, key),
	FIELD(struct file, content_type));

static FIELDS(upsert_fields, FILE_FIELDS, FIELD(struct file, account_id),
	FIELD(struct file, version_id), FIELD(struct file, content_type));

static FIELDS(
	announced_fields, FIELD(struct file, version_id), FIELD(struct file, key));

/* What a renaming gives back; the columns of the file are read in place. */
struct renamed {
	struct file file;
	const char *old_name;
};

_Static_assert(offsetof(struct renamed, file) == 0, "FILE_FIELDS fit both structs");

static FIELDS(renamed_fields, FILE_FIELDS, FIELD(struct renamed, old_name));

enum err
file_list(struct ctx *c, const char **json)
{
	return db_json(c, &FILE_LIST_OWN, json, ARGS(c, c->actor));
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

/* What is announced counts, and what a name holds already does not count twice. */
static enum err
check_quota(struct ctx *c, const char *name, int64_t size)
{
	struct usage u;

	TRY(db_one(c, &FILE_USAGE, usage_fields, &u,
		ARGS(c, c->actor, conf.storage_quota, name)));
	if (u.quota == 0)
		return OK;
	/* Two uploads at once must not both find the same room. */
	TRY(db_do(c, &FILE_QUOTA_LOCK, ARGS(c, c->actor)));
	TRY(db_one(c, &FILE_USAGE, usage_fields, &u,
		ARGS(c, c->actor, conf.storage_quota, name)));
	return size <= u.quota - u.used ? OK
					: fail(c, E_QUOTA,
						  "no room for %lld bytes: %lld of the "
						  "quota of %lld are "
						  "used",
						  (long long)size, (long long)u.used,
						  (long long)u.quota);
}

enum err
file_announce(struct ctx *c, const struct file *wish, const char *server_id,
	int64_t seconds, struct file *out)
{
	*out = (struct file){0};
	TRY(check_quota(c, wish->name, wish->size));
	TRY(db_one(c, &FILE_UPSERT, upsert_fields, out,
		ARGS(c, c->actor, wish->name, wish->size, c->now, wish->content_type)));
	TRY(db_one(c, &VERSION_ANNOUNCE, announced_fields, out,
		ARGS(c, out->id, wish->size, server_id, utc_after(c->now, seconds),
			c->now)));
	return upload_look_later(c, out->version_id, 0);
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
