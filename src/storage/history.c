#include "storage/history.h"

#include "db/db.h"
#include "storage/server.h"

#include "storage/history.sql.h"

enum err
history_file(struct ctx *c, int64_t account_id, const char *file_id, const char *event,
	const char *name)
{
	return db_do(c, &HISTORY_ADD_FILE,
		ARGS(c, account_id, file_id, event, name, c->now));
}

enum err
history_renamed(struct ctx *c, int64_t account_id, const char *file_id,
	const char *old_name, const char *new_name)
{
	return db_do(c, &HISTORY_ADD_RENAMED,
		ARGS(c, account_id, file_id, old_name, new_name, c->now));
}

enum err
history_link(struct ctx *c, const char *link_id, const char *event,
	const char *file_name, struct utc created)
{
	return db_do(c, &HISTORY_ADD_LINK,
		ARGS(c, c->actor, link_id, event, file_name, created, c->now));
}

enum err
history_server(struct ctx *c, const char *event, const struct server *s)
{
	return db_do(c, &HISTORY_ADD_SERVER,
		ARGS(c, c->actor, s->id, event, s->name, s->location, s->zone, c->now));
}

enum err
history_page(struct ctx *c, int64_t page, int64_t size, const char **json)
{
	return db_json(
		c, &HISTORY_PAGE_OWN, json, ARGS(c, c->actor, size, (page - 1) * size));
}
