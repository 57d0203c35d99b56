/* Staff among themselves: docs/openapi/programme.yaml. */
#include "programme/programme.h"

#include <string.h>

#include "account/account.h"
#include "account/account_job.h"
#include "account/audit.h"
#include "account/limit.h"
#include "account/session.h"
#include "base/json_out.h"
#include "base/rand.h"
#include "base/str.h"
#include "db/db.h"
#include "reply.h"

#include "programme/staff.sql.h"

struct staff_filter {
	const char *status, *role;
};

INPUT(programme_staff_query, struct staff_filter,
	FIELD(struct staff_filter, status, .one_of = "active blocked"),
	FIELD(struct staff_filter, role, .one_of = "administrator expert"));

struct rename_body {
	const char *name, *surname;
};

INPUT(programme_rename_in, struct rename_body,
	FIELD(struct rename_body, name, .must = true, .min = 2, .max = 20,
		.rule = person_name_rule),
	FIELD(struct rename_body, surname, .must = true, .min = 2, .max = 100,
		.rule = person_name_rule));

struct role_body {
	const char *role;
};

INPUT(programme_role_in, struct role_body,
	FIELD(struct role_body, role, .must = true, .one_of = "administrator expert"));

struct status_body {
	const char *status;
};

INPUT(programme_status_in, struct status_body,
	FIELD(struct status_body, status, .must = true, .one_of = "active blocked"));

struct reset_body {
	const char *email;
};

INPUT(programme_reset_in, struct reset_body,
	FIELD(struct reset_body, email, .must = true, .max = 254,
		.rule = staff_email_rule));

/* GET /administrators/?status=&role=: 200 list of A by surname and name. */
enum err
programme_get_staff_list(struct req *r)
{
	const struct staff_filter *in = r->in;
	struct ctx *c = &r->ctx;
	const char *json;

	TRY(db_json(c, &STAFF_LIST, &json, ARGS(c, in->status, in->role)));
	return reply_json(r, 200, json);
}

/* GET /administrators/{uuid}/: 200 A. */
enum err
programme_get_staff(struct req *r)
{
	struct ctx *c = &r->ctx;
	const char *json;

	TRY(db_json(c, &STAFF_SHOW, &json, ARGS(c, r->word[0])));
	return reply_json(r, 200, json);
}

/* PATCH /administrators/{uuid}/ {"name", "surname"}: 200 A. An expert renames only
 * oneself. */
enum err
programme_patch_staff(struct req *r)
{
	const struct rename_body *in = r->in;
	struct ctx *c = &r->ctx;
	const char *json, *before, *after, *data;

	if (!str_eq(r->session->role, "administrator") &&
		!str_eq(c->actor_uuid, r->word[0]))
		return fail(c, E_NO_ROLE, NULL);
	TRY(db_json(c, &STAFF_LOCK_NAME, &before, ARGS(c, r->word[0])));
	TRY(db_do(
		c, &STAFF_RENAME, ARGS(c, r->word[0], in->name, in->surname, c->now)));
	TRY(db_json(c, &STAFF_LOCK_NAME, &after, ARGS(c, r->word[0])));
	TRY(audit_difference(c, before, after, NULL, &data));
	TRY(audit_add(c, "account.rename", "account", r->word[0], data));
	TRY(db_json(c, &STAFF_SHOW, &json, ARGS(c, r->word[0])));
	return reply_json(r, 200, json);
}

/* The other one whose role or status is to change; `own` is the error for oneself. */
static enum err
other_staff(struct req *r, enum err own, struct account *out)
{
	struct ctx *c = &r->ctx;

	enum err e = account_by_uuid(c, r->word[0], out);
	if (e == E_ACCOUNT_NOT_FOUND || (e == OK && out->role == NULL)) {
		ctx_clear_error(c);
		return fail(c, E_STAFF_NOT_FOUND, NULL);
	}
	TRY(e);
	if (out->id == c->actor)
		return fail(c, own, NULL);
	return out->is_superuser ? fail(c, E_SUPERADMIN, NULL) : OK;
}

static enum err
audited(struct req *r, const char *action, const char *word)
{
	struct ctx *c = &r->ctx;
	const char *json;

	TRY(audit_add(c, action, "account", r->word[0],
		word[0] == '\0' ? NULL : JSON(c, "to", word)));
	TRY(db_json(c, &STAFF_SHOW_ALL, &json, ARGS(c, r->word[0])));
	return reply_json(r, 200, json);
}

/* PATCH /administrators/{uuid}/role/ {"role"}: 200 A; the account's sessions end. */
enum err
programme_patch_staff_role(struct req *r)
{
	const struct role_body *in = r->in;
	struct ctx *c = &r->ctx;
	struct account a = {0};

	TRY(other_staff(r, E_OWN_ROLE, &a));
	if (!str_eq(a.role, in->role)) {
		if (str_eq(a.role, "administrator"))
			TRY(account_keep_an_administrator(c, &a));
		TRY(account_set_role(c, &a, in->role));
	}
	return audited(r, "account.role", in->role);
}

/* PATCH /administrators/{uuid}/status/ {"status"}: 200 A; who is blocked is out at
 * once. */
enum err
programme_patch_staff_status(struct req *r)
{
	const struct status_body *in = r->in;
	struct ctx *c = &r->ctx;
	struct account a = {0};
	bool blocked;

	TRY(other_staff(r, E_OWN_STATUS, &a));
	blocked = !str_eq(a.status, "active");
	if (blocked != str_eq(in->status, "blocked")) {
		if (!blocked && str_eq(a.role, "administrator"))
			TRY(account_keep_an_administrator(c, &a));
		TRY(account_set_status(c, &a, in->status, "staff"));
	}
	return audited(r, "account.status", in->status);
}

/* Two capitals, four small letters, two digits, in random order; without letters that
 * look alike. */
static const char *
random_password(struct ctx *c)
{
	static const char *const sets[] = {
		"ABCDEFGHJKLMNPQRSTUVWXYZ", "abcdefghijkmnopqrstuvwxyz", "23456789"};
	static const int from[] = {0, 0, 1, 1, 1, 1, 2, 2};
	const uint32_t n = sizeof(from) / sizeof(*from);
	char *out = arena_new(&c->arena, n + 1);

	for (uint32_t i = 0; i < n; i++) {
		const char *set = sets[from[i]];
		out[i] = set[rand_below((uint32_t)strlen(set))];
	}
	for (uint32_t i = n - 1; i > 0; i--) {
		uint32_t k = rand_below(i + 1);
		char swap = out[i];
		out[i] = out[k];
		out[k] = swap;
	}
	return out;
}

/*
 * PATCH /administrators/reset_password {"email"}: 200 A. The new password, the end of
 * the old sessions and the queued mail are one transaction. E_ACCOUNT_NOT_FOUND.
 */
enum err
programme_patch_reset_password(struct req *r)
{
	const struct reset_body *in = r->in;
	struct ctx *c = &r->ctx;
	const char *password = random_password(c);
	struct account a = {0};

	TRY(account_by_email(c, in->email, &a));
	if (a.role == NULL)
		return fail(c, E_ACCOUNT_NOT_FOUND, NULL);
	if (a.is_superuser && a.id != c->actor)
		return fail(c, E_SUPERADMIN, NULL);
	TRY(account_set_password(c, &a, password, "password"));
	TRY(limit_unlock(c, BY_EMAIL, in->email));
	TRY(mail_password(c, &a, password));
	r->word[0] = a.uuid;
	return audited(r, "account.reset_password", "");
}
