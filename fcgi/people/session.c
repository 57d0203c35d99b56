/* Sign-in of the people's API: docs/openapi/people.yaml. */
#include "account/session.h"

#include "account/account.h"
#include "base/conf.h"
#include "base/str.h"
#include "db/db.h"
#include "people/people.h"
#include "reply.h"
#include "token.h"

#include "people/session.sql.h"

struct login_body {
	const char *email, *username, *password;
};

INPUT(people_login_in, struct login_body,
	FIELD(struct login_body, email, .as_typed = true, .max = 1000),
	FIELD(struct login_body, username, .as_typed = true, .max = 1000),
	FIELD(struct login_body, password, .must = true, .as_typed = true,
		.max = 1000));

static struct session_order
order_of(struct req *r)
{
	return (struct session_order){.face = "people",
		.user_agent = req_header(r, "User-Agent"),
		.access_seconds = conf.token_access_lifetime,
		.refresh_seconds = conf.token_refresh_lifetime,
		.end_access = true};
}

static enum err
add_claims(struct ctx *c, int64_t account_id, struct session_order *order)
{
	return db_json(
		c, &PEOPLE_CLAIMS, &order->claims, ARGS(c, account_id, conf.site_url));
}

static enum err
open_pair(struct ctx *c, int64_t account_id, struct session_order *order,
	struct session_pair *pair)
{
	TRY(add_claims(c, account_id, order));
	return session_open(c, account_id, order, pair);
}

static enum err
reply_pair(struct req *r, const struct session_pair *pair)
{
	return token_reply_pair(r, pair, "typ",
		arena_fmt(&r->ctx.arena,
			",\"expires_in\":%lld,\"token_type\":\"bearer\"",
			(long long)conf.token_access_lifetime));
}

enum err
people_sign_in(struct req *r, const char *email, const char *username,
	const char *password, struct account *out)
{
	bool by_email = email != NULL;

	if (by_email == (username != NULL))
		return field_error_add(
			&r->ctx, (struct field_error){.place = "body",
					 .field = "email",
					 .kind = FIELD_ERROR_FORM,
					 .words = "email or username must be there"});
	return account_sign_in(&r->ctx,
		&(struct sign_in){.by = by_email ? BY_EMAIL : BY_USERNAME,
			.name = by_email ? email : username},
		password, out);
}

/*
 * POST /auth/login {"email" or "username", "password"}: 200 with both tokens.
 * E_CREDENTIALS, E_ACCOUNT_BLOCKED, E_EMAIL_UNCONFIRMED, E_LIMIT.
 */
enum err
people_post_login(struct req *r)
{
	const struct login_body *in = r->in;
	struct ctx *c = &r->ctx;
	struct session_order order = order_of(r);
	struct session_pair pair = {0};
	struct account a = {0};

	TRY(people_sign_in(r, in->email, in->username, in->password, &a));
	TRY(db_begin(c));
	TRY(db_end(c, open_pair(c, a.id, &order, &pair)));
	return reply_pair(r, &pair);
}

/* POST /auth/refresh, refresh token in Authorization, or the console's cookie: as
 * login. E_TOKEN_EXPIRED, E_PROOF_NEEDED. */
enum err
people_post_refresh(struct req *r)
{
	struct ctx *c = &r->ctx;
	struct session_order order = order_of(r);
	struct session_pair pair = {0};

	if (people_by_cookie(r)) {
		TRY(db_begin(c));
		TRY(db_end(c, open_pair(c, c->actor, &order, &pair)));
	} else {
		TRY(session_rotate(c, r->claims->jti, &order, add_claims, &pair));
	}
	return reply_pair(r, &pair);
}

/* POST /auth/logout: 204; the tokens of this sign-in end. */
enum err
people_post_logout(struct req *r)
{
	TRY(session_end_family(&r->ctx, r->session->family, "sign-out"));
	return reply_empty(r, 204);
}

enum err
people_show(struct ctx *c, int64_t id, const char **out)
{
	return db_json(
		c, &PEOPLE_SHOW, out, ARGS(c, id, conf.people_picture_visibility));
}

/* GET /me: 200 Person, as the database has it now. */
enum err
people_get_me(struct req *r)
{
	struct ctx *c = &r->ctx;
	const char *json;

	TRY(people_show(c, c->actor, &json));
	reply_header(r, "Cache-Control", "no-store");
	return reply_json(r, 200, json);
}
