#include "account/audit.h"

#include "base/str.h"
#include "cache/near.h"
#include "db/db.h"

#include "account/audit.sql.h"

const char *
account_near_key(struct ctx *c, const char *uuid)
{
	return arena_fmt(&c->arena, "account:%s", uuid);
}

static void
forget(struct ctx *c, void *key)
{
	(void)c;
	near_forget(key);
}

enum err
audit_add(struct ctx *c, const char *action, const char *object_kind,
	const char *object_id, const char *data)
{
	if (str_eq(object_kind, "account") && object_id != NULL)
		ctx_after_commit(c, forget, (void *)account_near_key(c, object_id));
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
