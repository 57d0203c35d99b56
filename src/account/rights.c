#include "account/rights.h"

#include <string.h>

#include "account/audit.h"
#include "account/erase.h"
#include "account/session.h"
#include "base/buf.h"
#include "base/str.h"
#include "db/db.h"

#include "account/rights.sql.h"

enum err
rights_not_superuser(struct ctx *c, const struct account *a)
{
	return a->is_superuser ? fail(c, E_SUPERADMIN, NULL) : OK;
}

static enum err
unknown(struct ctx *c, const char *field, const char *name)
{
	return field_error_add(
		c, (struct field_error){.place = "body",
			   .field = field,
			   .kind = FIELD_ERROR_CHOICE,
			   .words = arena_fmt(&c->arena, "there is no %s", name)});
}

/* The names with blanks between, as statements take them. */
static enum err
joined(struct ctx *c, const char *field, const struct texts *names, const char **out)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_";

	for (size_t i = 0; i < names->count; i++) {
		const char *name = names->list[i];

		if (name[0] == '\0' || name[strspn(name, letters)] != '\0')
			return unknown(c, field, name);
	}
	*out = texts_joined(&c->arena, names);
	return OK;
}

/* Nobody gives what they do not hold; an operator holds everything. */
static enum err
may_give(struct ctx *c, const char *permissions)
{
	const char *lacks;

	if (c->actor == 0)
		return OK;
	TRY(db_json(c, &RIGHTS_NOT_HELD, &lacks, ARGS(c, c->actor, permissions)));
	return lacks == NULL ? OK : fail(c, E_DENIED, "not yours to give: %s", lacks);
}

/* One change after the other: two managers cannot remove each other. */
static enum err
begin(struct ctx *c)
{
	return db_do(c, &RIGHTS_LOCK, ARGS(c));
}

static enum err
a_manager_stays(struct ctx *c)
{
	int64_t managers;

	TRY(db_int(c, &RIGHTS_MANAGERS, &managers, ARGS(c)));
	return managers > 0 ? OK : fail(c, E_LAST_MANAGER, NULL);
}

/* How it was, with the account locked. */
static enum err
begin_person(
	struct ctx *c, const struct account *a, int64_t version, const char **before)
{
	TRY(rights_not_superuser(c, a));
	TRY(begin(c));
	TRY(db_do(c, &RIGHTS_BUMP, ARGS(c, a->id, version, c->now)));
	return db_json(c, &RIGHTS_SAID, before, ARGS(c, a->id));
}

/* Ends the sessions if the person may less now, and writes down what has changed. */
static enum err
end_person(
	struct ctx *c, const struct account *a, const char *action, const char *before)
{
	const char *after, *data, *lost;

	TRY(db_json(c, &RIGHTS_SAID, &after, ARGS(c, a->id)));
	TRY(db_json(c, &RIGHTS_LOST, &lost, ARGS(c, before, after)));
	if (lost != NULL) {
		TRY(session_end_all(c, a->id, "rights"));
		TRY(a_manager_stays(c));
	}
	TRY(audit_difference(c, before, after, NULL, &data));
	return audit_add(c, action, "account", a->uuid, data);
}

enum err
rights_set_roles(struct ctx *c, const struct account *a, const struct texts *roles,
	int64_t version)
{
	const char *names = NULL, *before, *wrong, *gives;

	TRY(joined(c, "roles", roles, &names));
	TRY(begin_person(c, a, version, &before));
	TRY(db_json(c, &RIGHTS_UNKNOWN_ROLE, &wrong, ARGS(c, names)));
	if (wrong != NULL)
		return unknown(c, "roles", wrong);
	TRY(db_json(c, &RIGHTS_OF_NEW_ROLES, &gives, ARGS(c, a->id, names)));
	TRY(may_give(c, gives));
	TRY(db_do(c, &RIGHTS_DROP_ROLES, ARGS(c, a->id, names)));
	TRY(db_do(c, &RIGHTS_ADD_ROLES, ARGS(c, a->id, names)));
	return end_person(c, a, "account.roles", before);
}

enum err
rights_change_role(
	struct ctx *c, const struct account *a, const char *give, const char *take)
{
	const char *before, *wrong;

	TRY(begin_person(c, a, 0, &before));
	TRY(db_json(c, &RIGHTS_UNKNOWN_ROLE, &wrong,
		ARGS(c, arena_fmt(&c->arena, "%s %s", give == NULL ? "" : give,
				take == NULL ? "" : take))));
	if (wrong != NULL)
		return fail(c, E_INPUT, "there is no role %s", wrong);
	if (give != NULL)
		TRY(db_do(c, &RIGHTS_ADD_ROLES, ARGS(c, a->id, give)));
	if (take != NULL)
		TRY(db_do(c, &RIGHTS_TAKE_ROLE, ARGS(c, a->id, take)));
	return end_person(c, a, "account.roles", before);
}

enum err
rights_set_permissions(struct ctx *c, const struct account *a,
	const struct texts *permissions, int64_t version)
{
	const char *names = NULL, *before, *wrong, *gives;

	TRY(joined(c, "permissions", permissions, &names));
	TRY(begin_person(c, a, version, &before));
	TRY(db_json(c, &RIGHTS_UNKNOWN_PERMISSION, &wrong, ARGS(c, names)));
	if (wrong != NULL)
		return unknown(c, "permissions", wrong);
	TRY(db_json(c, &RIGHTS_NEW_PERMISSIONS, &gives, ARGS(c, a->id, names)));
	TRY(may_give(c, gives));
	TRY(db_do(c, &RIGHTS_DROP_PERMISSIONS, ARGS(c, a->id, names)));
	TRY(db_do(c, &RIGHTS_ADD_PERMISSIONS, ARGS(c, a->id, names)));
	return end_person(c, a, "account.permissions", before);
}

/* Somebody is about to lose all that they may: not a superuser, nor oneself. */
static enum err
begin_end_of(struct ctx *c, const struct account *a)
{
	TRY(rights_not_superuser(c, a));
	return a->id == c->actor ? fail(c, E_OWN_STATUS, NULL) : begin(c);
}

enum err
rights_erase(struct ctx *c, const struct account *a)
{
	TRY(begin_end_of(c, a));
	TRY(account_erase(c, a));
	TRY(a_manager_stays(c));
	return audit_add(c, "account.erase", "account", a->uuid, NULL);
}

enum err
rights_block(struct ctx *c, const struct account *a, const char *why)
{
	TRY(begin_end_of(c, a));
	if (str_eq(a->role, "administrator"))
		TRY(account_keep_an_administrator(c, a));
	TRY(db_do(c, &RIGHTS_BUMP, ARGS(c, a->id, (int64_t)0, c->now)));
	TRY(account_set_status(c, a, "blocked", why));
	TRY(a_manager_stays(c));
	struct buf data = {.arena = &c->arena};

	buf_fmt(&data,
		"{\"before\":{\"status\":\"%s\"},\"after\":{\"status\":\"blocked\"},"
		"\"why\":",
		a->status);
	buf_json(&data, why);
	buf_add(&data, "}");
	return audit_add(c, "account.block", "account", a->uuid, data.text);
}

enum err
rights_unblock(struct ctx *c, const struct account *a)
{
	TRY(rights_not_superuser(c, a));
	if (!str_eq(a->status, "blocked"))
		return str_eq(a->status, "active") ? OK : fail(c, E_CONFLICT, NULL);
	TRY(db_do(c, &RIGHTS_BUMP, ARGS(c, a->id, (int64_t)0, c->now)));
	TRY(account_set_status(c, a, "active", NULL));
	return audit_add(c, "account.unblock", "account", a->uuid,
		"{\"before\":{\"status\":\"blocked\"},\"after\":{\"status\":"
		"\"active\"}}");
}

struct holder {
	int64_t id;
};

static FIELDS(holder_fields, FIELD(struct holder, id));

static enum err
end_holders(struct ctx *c, const char *role)
{
	struct holder *holders;
	size_t count;

	TRY(db_many(
		c, &RIGHTS_HOLDERS, holder_fields, &holders, &count, ARGS(c, role)));
	for (size_t i = 0; i < count; i++)
		TRY(session_end_all(c, holders[i].id, "rights"));
	return a_manager_stays(c);
}

enum err
rights_put_role(struct ctx *c, const char *name, const char *title,
	const struct texts *permissions, int64_t version)
{
	const char *names = NULL, *wrong, *before, *after, *data, *gives, *lost;

	TRY(joined(c, "permissions", permissions, &names));
	TRY(begin(c));
	TRY(db_json(c, &RIGHTS_UNKNOWN_PERMISSION, &wrong, ARGS(c, names)));
	if (wrong != NULL)
		return unknown(c, "permissions", wrong);
	TRY(db_json(c, &RIGHTS_NEW_OF_ROLE, &gives, ARGS(c, name, names)));
	TRY(may_give(c, gives));
	TRY(db_json(c, &RIGHTS_ROLE_SAID, &before, ARGS(c, name)));
	TRY(db_do(c, &RIGHTS_PUT_ROLE, ARGS(c, name, title, names, version, c->now)));
	TRY(db_json(c, &RIGHTS_ROLE_SAID, &after, ARGS(c, name)));
	TRY(db_json(c, &RIGHTS_LOST, &lost, ARGS(c, before, after)));
	if (lost != NULL)
		TRY(end_holders(c, name));
	TRY(audit_difference(c, before, after, NULL, &data));
	return audit_add(c, "role.change", "role_set", name, data);
}
