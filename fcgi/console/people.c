/* People beside what the people's API has of them (routes.def names its handlers):
 * where somebody is signed in, and oneself. */
#include "account/account.h"
#include "account/audit.h"
#include "account/rights.h"
#include "account/session.h"
#include "console/console.h"
#include "db/db.h"
#include "reply.h"

#include "console/people.sql.h"

static enum err
reply_sessions(struct req *r, int64_t account_id, const char *own)
{
	struct ctx *c = &r->ctx;
	const char *json;

	TRY(db_json(c, &CONSOLE_SESSIONS, &json, ARGS(c, account_id, c->now, own)));
	return console_reply(r, json);
}

/* GET /people/{uuid}/sessions: 200 live sign-ins. E_ACCOUNT_NOT_FOUND. */
enum err
console_get_sessions(struct req *r)
{
	struct account a = {0};

	TRY(account_by_uuid(&r->ctx, r->word[0], &a));
	return reply_sessions(r, a.id, "");
}

/* GET /me/sessions: the same of oneself; "own" is this one. */
enum err
console_get_own_sessions(struct req *r)
{
	const struct console_caller *caller = r->own;

	return reply_sessions(r, r->ctx.actor, caller->jti);
}

/* POST /me/sign-out-others: 204; all sign-ins but this one end. */
enum err
console_post_end_others(struct req *r)
{
	const struct console_caller *caller = r->own;
	struct ctx *c = &r->ctx;

	TRY(session_end_others(c, c->actor, caller->jti, "own"));
	TRY(audit_add(c, "account.sessions", "account", c->actor_uuid, NULL));
	return reply_empty(r, 204);
}

struct erase_body {
	const char *name;
};

INPUT(console_erase_in, struct erase_body,
	FIELD(struct erase_body, name, .must = true, .trim = true, .min = 1,
		.max = 300));

/* Whoever erases types whom: what the page shows of them. E_INPUT */
static enum err
is_named(struct ctx *c, const struct account *a, const char *typed)
{
	int64_t count = 0;

	TRY(db_int(c, &CONSOLE_IS_NAMED, &count, ARGS(c, a->id, typed)));
	return count == 1 ? OK
			  : fail(c, E_INPUT, "that is not the name of this person");
}

/* POST /people/{uuid}/erase {"name"}: 204; there is no way back. E_INPUT: another
 * name. E_ACCOUNT_NOT_FOUND, E_SUPERADMIN, E_OWN_STATUS, E_LAST_ADMIN, E_LAST_MANAGER.
 */
enum err
console_post_erase(struct req *r)
{
	const struct erase_body *in = r->in;
	struct ctx *c = &r->ctx;
	struct account a = {0};

	TRY(account_by_uuid(c, r->word[0], &a));
	TRY(is_named(c, &a, in->name));
	TRY(rights_erase(c, &a));
	return reply_empty(r, 204);
}
