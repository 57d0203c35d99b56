#ifndef RIGHTS_H
#define RIGHTS_H

#include "account/account.h"

/*
 * What people may: permissions of their own and those of their roles
 * (account.role_set). Whoever changes that (c->actor; 0: an operator) gives nothing
 * that they do not hold, changes no superuser, and somebody who may manage people
 * always stays. What is taken away counts at once: the sessions of the account end.
 * Each call is the caller's transaction and writes its audit row.
 *
 * version is what the caller has seen (account.rights_version, role_set.version); 0:
 * whatever there is. E_CHANGED: it is another one by now. E_DENIED: not the actor's to
 * give. E_SUPERADMIN, E_LAST_MANAGER; E_INPUT for a name that is none.
 * E_ACCOUNT_NOT_FOUND.
 */
enum err rights_set_roles(struct ctx *c, const struct account *a,
	const struct texts *roles, int64_t version);
enum err rights_set_permissions(struct ctx *c, const struct account *a,
	const struct texts *permissions, int64_t version);

/* Gives or takes (NULL: neither) one role. E_ACCOUNT_NOT_FOUND, E_CHANGED, E_INPUT,
 * E_LAST_MANAGER. */
enum err rights_change_role(
	struct ctx *c, const struct account *a, const char *give, const char *take);

/* Blocks, with its reason, or lets in again. E_OWN_STATUS, E_LAST_ADMIN, too.
 * E_CHANGED, E_LAST_MANAGER. E_CONFLICT. */
enum err rights_block(struct ctx *c, const struct account *a, const char *why);
enum err rights_unblock(struct ctx *c, const struct account *a);

/* Erases a person (account/erase.h) as somebody who manages people, not as an operator
 * of the host. E_SUPERADMIN, E_OWN_STATUS, E_LAST_ADMIN, E_LAST_MANAGER. */
enum err rights_erase(struct ctx *c, const struct account *a);

/* Makes or changes a role; title NULL: as it is. A new one needs version 0.
 * E_CHANGED, E_DENIED, E_LAST_MANAGER. */
enum err rights_put_role(struct ctx *c, const char *name, const char *title,
	const struct texts *permissions, int64_t version);

/* E_SUPERADMIN for a superuser. */
enum err rights_not_superuser(struct ctx *c, const struct account *a);

#endif
