#ifndef AUDIT_H
#define AUDIT_H

#include "base/ctx.h"

/*
 * One row of the audit trail, in the transaction of what it tells: who (c->actor), what
 * ("account.block"), on which object, from where, in which request. data is JSON or
 * NULL; it must hold no secret. Of an account it also forgets, once that is certain,
 * what the host knows of it (cache/near.h).
 */
enum err audit_add(struct ctx *c, const char *action, const char *object_kind,
	const char *object_id, const char *data);

/*
 * The data of a change. before and after are JSON objects; *data gets those of their
 * members that differ, {"before": {"title": "a"}, "after": {"title": "b"}}, and the
 * members of `more`, which may be NULL.
 */
enum err audit_difference(struct ctx *c, const char *before, const char *after,
	const char *more, const char **data);

/* Under which what an account sees of itself is kept (cache/near.h). */
const char *account_near_key(struct ctx *c, const char *uuid);

#endif
