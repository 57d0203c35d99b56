/* Roles, permissions, people: docs/openapi/people.yaml. */
#include "account/rights.h"

#include <string.h>

#include "account/audit.h"
#include "account/registration.h"
#include "account/session.h"
#include "base/str.h"
#include "db/db.h"
#include "people/people.h"
#include "reply.h"

#include "people/rights.sql.h"

#define PAGE 50
#define PAGE_MOST 200

struct role_body {
	const char *title;
	struct texts permissions;
};

INPUT(people_role_in, struct role_body,
	FIELD(struct role_body, title, .min = 1, .max = 100, .rule = plain_title_rule),
	FIELD(struct role_body, permissions, .must = true));

struct roles_body {
	struct texts roles;
};

INPUT(people_roles_in, struct roles_body,
	FIELD(struct roles_body, roles, .must = true));

struct permissions_body {
	struct texts permissions;
};

INPUT(people_permissions_in, struct permissions_body,
	FIELD(struct permissions_body, permissions, .must = true));

struct block_body {
	const char *why;
};

INPUT(people_block_in, struct block_body,
	FIELD(struct block_body, why, .max = 300, .rule = plain_text_rule));

struct list_query {
	const char *query, *role, *confirmed, *status, *after;
	int64_t limit;
};

INPUT(people_list_in, struct list_query, FIELD(struct list_query, query, .max = 100),
	FIELD(struct list_query, role, .max = 64),
	FIELD(struct list_query, confirmed, .one_of = "true false"),
	FIELD(struct list_query, status, .one_of = "active blocked locked deactivated"),
	FIELD(struct list_query, after, .rule = uuid_rule),
	FIELD(struct list_query, limit, .min = 1, .max = PAGE_MOST));

enum err
people_seen_version(struct req *r, int64_t *version)
{
	const char *said = req_header(r, "If-Match");
	size_t n = said == NULL ? 0 : strlen(said);

	*version = 0;
	if (said == NULL)
		return fail(&r->ctx, E_CHANGED, "If-Match must name the version");
	if (strcmp(said, "*") == 0)
		return OK;
	if (n > 2 && said[0] == '"' && said[n - 1] == '"' &&
		int_read(arena_strn(&r->ctx.arena, said + 1, n - 2), version) &&
		*version > 0)
		return OK;
	return fail(&r->ctx, E_CHANGED, NULL);
}

struct shown {
	const char *json;
	int64_t version;
};

static FIELDS(shown_fields, FIELD(struct shown, json), FIELD(struct shown, version));

static enum err
reply_shown(struct req *r, const struct db_stmt *s, const char *key)
{
	struct shown shown = {0};

	TRY(db_one(&r->ctx, s, shown_fields, &shown, ARGS(&r->ctx, key)));
	reply_header_fmt(r, "ETag", "\"%lld\"", (long long)shown.version);
	reply_header(r, "Cache-Control", "no-store");
	return reply_json(r, 200, shown.json);
}

/* GET /roles: 200 list of roles. */
enum err
people_get_roles(struct req *r)
{
	const char *json;

	TRY(db_json(&r->ctx, &RIGHTS_ROLES, &json, ARGS(&r->ctx)));
	return reply_json(r, 200, json);
}

/*
 * PUT /roles/{name} {"title", "permissions"}, If-Match for one that is there: 200 Role.
 * E_CHANGED, E_DENIED, E_LAST_MANAGER.
 */
enum err
people_put_role(struct req *r)
{
	const struct role_body *in = r->in;
	struct ctx *c = &r->ctx;
	const char *name = r->word[0];
	int64_t version = 0;
	int64_t known;

	if (strlen(name) > 32 || name[0] < 'a' || name[0] > 'z' ||
		name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_")] != '\0')
		return fail(c, E_MISSING, NULL);
	TRY(db_int(c, &RIGHTS_ROLE_VERSION, &known, ARGS(c, name)));
	if (known > 0)
		TRY(people_seen_version(r, &version));
	if (known > 0 && version == 0)
		version = known;
	TRY(rights_put_role(c, name, in->title, &in->permissions, version));
	return reply_shown(r, &RIGHTS_ROLE, name);
}

/* GET /people: 200 list of people. */
enum err
people_get_people(struct req *r)
{
	const struct list_query *in = r->in;
	struct ctx *c = &r->ctx;
	const char *json;

	/* Which index helps depends on what is asked for. */
	TRY(db_command(c, "set local plan_cache_mode = force_custom_plan"));
	TRY(db_json(c, &RIGHTS_PEOPLE, &json,
		ARGS(c, in->query, in->role, in->confirmed, in->status, in->after,
			in->limit == 0 ? PAGE : in->limit)));
	reply_header(r, "Cache-Control", "no-store");
	return reply_json(r, 200, json);
}

/* GET /people/{uuid}: 200 Person with its ETag. E_ACCOUNT_NOT_FOUND. */
enum err
people_get_person(struct req *r)
{
	return reply_shown(r, &RIGHTS_PERSON, r->word[0]);
}

/* PUT /people/{uuid}/roles {"roles"}, If-Match: 200 Person. E_CHANGED, E_DENIED,
 * E_SUPERADMIN, E_LAST_MANAGER. */
enum err
people_put_roles(struct req *r)
{
	const struct roles_body *in = r->in;
	struct ctx *c = &r->ctx;
	struct account a = {0};
	int64_t version;

	TRY(account_by_uuid(c, r->word[0], &a));
	TRY(people_seen_version(r, &version));
	TRY(rights_set_roles(c, &a, &in->roles, version));
	return people_get_person(r);
}

/* PUT /people/{uuid}/permissions {"permissions"}: likewise. */
enum err
people_put_permissions(struct req *r)
{
	const struct permissions_body *in = r->in;
	struct ctx *c = &r->ctx;
	struct account a = {0};
	int64_t version;

	TRY(account_by_uuid(c, r->word[0], &a));
	TRY(people_seen_version(r, &version));
	TRY(rights_set_permissions(c, &a, &in->permissions, version));
	return people_get_person(r);
}

/* POST /people/{uuid}/block {"why"}: 200 Person. E_SUPERADMIN, E_OWN_STATUS,
 * E_LAST_MANAGER, E_LAST_ADMIN. */
enum err
people_post_block(struct req *r)
{
	const struct block_body *in = r->in;
	struct account a = {0};

	TRY(account_by_uuid(&r->ctx, r->word[0], &a));
	TRY(rights_block(&r->ctx, &a, in->why == NULL ? "staff" : in->why));
	return people_get_person(r);
}

/* POST /people/{uuid}/unblock: 200 Person. E_SUPERADMIN; E_CONFLICT: not blocked. */
enum err
people_post_unblock(struct req *r)
{
	struct account a = {0};

	TRY(account_by_uuid(&r->ctx, r->word[0], &a));
	TRY(rights_unblock(&r->ctx, &a));
	return people_get_person(r);
}

/* POST /people/{uuid}/unlock: 200 Person; locks after wrong passwords end. */
enum err
people_post_unlock(struct req *r)
{
	struct ctx *c = &r->ctx;
	struct account a = {0};

	TRY(account_by_uuid(c, r->word[0], &a));
	TRY(account_unlock(c, &a));
	TRY(audit_add(c, "account.unlock", "account", a.uuid, NULL));
	return people_get_person(r);
}

/* POST /people/{uuid}/sign-out: 200 Person; all sessions end. E_SUPERADMIN. */
enum err
people_post_sign_out(struct req *r)
{
	struct ctx *c = &r->ctx;
	struct account a = {0};

	TRY(account_by_uuid(c, r->word[0], &a));
	TRY(rights_not_superuser(c, &a));
	TRY(session_end_all(c, a.id, "staff"));
	TRY(audit_add(c, "account.sessions", "account", a.uuid, NULL));
	return people_get_person(r);
}

/* POST /people/{uuid}/confirm-email: 200 Person. E_EMAIL_TOKEN: has no address. */
enum err
people_post_confirm_email(struct req *r)
{
	struct ctx *c = &r->ctx;
	struct account a = {0};

	TRY(account_by_uuid(c, r->word[0], &a));
	if (a.email == NULL)
		return fail(c, E_CONFLICT, "has no address");
	TRY(registration_vouch(c, &a));
	TRY(audit_add(c, "account.confirm_email", "account", a.uuid,
		a.is_unconfirmed ? "{\"before\":{\"email_confirmed\":false},\"after\":{"
				   "\"email_confirmed\":true}}"
				 : NULL));
	return people_get_person(r);
}
