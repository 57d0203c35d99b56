#include "storage/link.h"

#include "db/db.h"

#include "storage/link.sql.h"

#define LINK_FIELDS                                                                    \
	FIELD(struct link, id), FIELD(struct link, is_secured),                        \
		FIELD(struct link, expire_at), FIELD(struct link, created)

FIELDS(link_fields, LINK_FIELDS, FIELD_OBJ(struct link, file, file_fields));

static FIELDS(row_fields, LINK_FIELDS);

static FIELDS(secret_fields, LINK_FIELDS, FIELD(struct link, password));

enum err
link_add(struct ctx *c, const char *file_id, const char *hash, struct utc expire_at,
	struct link *out)
{
	*out = (struct link){0};
	TRY(file_own(c, file_id, &out->file));
	return db_one(c, &LINK_INSERT, row_fields, out,
		ARGS(c, file_id, hash, expire_at, c->now));
}

enum err
link_list(struct ctx *c, const char *file_id, const char **json)
{
	struct file file;

	TRY(file_own(c, file_id, &file));
	return db_json(c, &LINK_LIST_OF, json, ARGS(c, file_id));
}

enum err
link_open(struct ctx *c, const char *file_id, const char *id, struct link *out)
{
	*out = (struct link){0};
	TRY(file_any(c, file_id, &out->file));
	return db_one(c, &LINK_BY_ID, secret_fields, out, ARGS(c, id, file_id, c->now));
}

enum err
link_drop(struct ctx *c, const char *file_id, const char *id, struct link *out)
{
	*out = (struct link){0};
	TRY(file_own(c, file_id, &out->file));
	return db_one(c, &LINK_DELETE, row_fields, out, ARGS(c, id, file_id));
}

enum err
link_page(struct ctx *c, int64_t account, const char *after, const char *letters,
	int64_t most, const char **json)
{
	/* Which index helps depends on what is asked for. */
	TRY(db_command(c, "set local plan_cache_mode = force_custom_plan"));
	return db_json(c, &LINK_PAGE, json, ARGS(c, account, after, letters, most));
}

enum err
link_revoke(struct ctx *c, int64_t account, const char *ids, int64_t *count)
{
	return db_int(c, &LINK_REVOKE, count, ARGS(c, account, ids, c->now));
}

enum err
link_change(struct ctx *c, int64_t account, const char *id,
	const struct link_change *change)
{
	return db_do(c, &LINK_CHANGE,
		ARGS(c, account, id, change->set_end, change->expire_at,
			change->set_password, change->hash, c->actor, c->now));
}
