#include "storage/kept.h"

#include "db/db.h"
#include "storage/copy.h"

#include "storage/kept.sql.h"

enum err
kept_server(struct ctx *c, const char *id, struct server *out)
{
	const char *chosen = NULL;

	TRY(db_json(c, &KEPT_CHOOSE, &chosen, ARGS(c, id)));
	return server_own(c, chosen, out);
}

struct s3_object
kept_at(struct ctx *c, const struct server *s, const char *key)
{
	struct s3_object o = {server_site(c, s), key};

	o.site.rate = 0;
	return o;
}

struct made {
	const char *file_id, *version_id;
};

static FIELDS(made_fields, FIELD(struct made, file_id), FIELD(struct made, version_id));

enum err
kept_add(struct ctx *c, const char *kind, const char *server_id, struct kept *list,
	size_t count)
{
	struct made made = {0};

	for (size_t i = 0; i < count; i++) {
		TRY(db_one(c, &KEPT_INSERT, made_fields, &made,
			ARGS(c, kind, list[i].key, list[i].size, list[i].type,
				list[i].etag, server_id, c->now)));
		list[i].file_id = made.file_id;
		TRY(copy_order_missing(c, made.version_id, NULL));
	}
	return OK;
}

enum err
kept_announce(struct ctx *c, const char *kind, const char *server_id,
	struct kept *inout, int64_t seconds)
{
	struct made made = {0};

	TRY(db_one(c, &KEPT_ANNOUNCED, made_fields, &made,
		ARGS(c, kind, inout->key, inout->size, inout->type, server_id, c->now,
			utc_after(c->now, seconds))));
	inout->file_id = made.file_id;
	return upload_look_later(c, made.version_id, 0);
}

static FIELDS(arrived_fields, FIELD(struct kept_arrived, version_id),
	FIELD(struct kept_arrived, key), FIELD(struct kept_arrived, size));

enum err
kept_arrived(struct ctx *c, const char *file_id, struct kept_arrived *out)
{
	*out = (struct kept_arrived){0};
	return db_one(c, &KEPT_SERVED, arrived_fields, out, ARGS(c, file_id));
}

enum err
kept_drop(struct ctx *c, const char *file_id)
{
	TRY(db_do(c, &KEPT_DELETE, ARGS(c, file_id, c->now)));
	TRY(db_do(c, &KEPT_SUPERSEDE, ARGS(c, file_id, c->now)));
	return copy_doom_file(c, file_id);
}

enum err
kept_is_stray(struct ctx *c, const char *key, bool *stray)
{
	int64_t is = 0;

	TRY(db_int(c, &KEPT_STRAY, &is, ARGS(c, key)));
	*stray = is != 0;
	return OK;
}
