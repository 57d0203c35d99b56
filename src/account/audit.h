#ifndef AUDIT_H
#define AUDIT_H

#include "base/ctx.h"

/*
 * One row of the audit trail, in the transaction of what it tells: who (c->actor), what
 * ("account.block"), on which object, from where, in which request. data is JSON or
 * NULL; it must hold no secret.
 */
enum err audit_add(struct ctx *c, const char *action, const char *object_kind,
	const char *object_id, const char *data);

#endif
