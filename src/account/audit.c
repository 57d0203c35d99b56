#include "account/audit.h"

#include "db/db.h"

#include "account/audit.sql.h"

enum err
audit_add(struct ctx *c, const char *action, const char *object_kind,
	const char *object_id, const char *data)
{
	return db_do(c, &AUDIT_INSERT,
		ARGS(c, c->now, c->actor, action, object_kind, object_id, data,
			c->address, c->request_id));
}

enum err
audit_difference(struct ctx *c, const char *before, const char *after, const char *more,
	const char **data)
{
	return db_json(c, &AUDIT_CHANGED, data, ARGS(c, before, after, more));
}
