/* Sessions of phones: contract 3 and 5, login data. */
#include "messenger/login.h"

#include <string.h>

#include "account/session.h"
#include "base/conf.h"
#include "base/json.h"
#include "base/rand.h"
#include "base/str.h"
#include "db/db.h"
#include "cors.h"
#include "input.h"
#include "messenger/user.h"
#include "messenger/token.h"
#include "reply.h"

#include "messenger/login.sql.h"

/* A refresh token that has no longer than this is exchanged for a new one. */
#define RENEW_SECONDS (INT64_C(10) * 86400)

/* A random number of 64 bits, with zeros in front. */
static const char *
new_otp(struct ctx *c)
{
	uint64_t n = (uint64_t)rand_below(UINT32_MAX) << 32 | rand_below(UINT32_MAX);

	return arena_fmt(&c->arena, "%024llu", (unsigned long long)n);
}

static enum err
add_claims(struct ctx *c, int64_t account_id, struct session_order *order)
{
	if (order->otp == NULL)
		order->otp = new_otp(c);
	return db_json(
		c, &MESSENGER_CLAIMS, &order->claims, ARGS(c, account_id, order->otp));
}

static struct session_order
order_of(struct req *r)
{
	return (struct session_order){.face = "messenger",
		.user_agent = input_header(r, "User-Agent"),
		.access_seconds = conf.messenger_access_lifetime,
		.refresh_seconds = conf.messenger_refresh_lifetime,
		.push_token = input_header(r, "X-Client-Token")};
}

static void
add_expiry(struct req *r, struct buf *b, const char *name, struct utc at)
{
	buf_fmt(b, ",\"%s\":{\"exp\":\"%s\"", name, http_date(&r->ctx.arena, at));
}

static enum err
add_admin(struct req *r, struct buf *b, const struct session *admin, struct utc until)
{
	const char *token;

	TRY(messenger_token_sign(r, admin, "Admin", NULL, &token));
	messenger_cookie(r, "admin_token", token, until);
	add_expiry(r, b, "admin_token", admin->expires);
	buf_add(b, "}");
	return OK;
}

/* What a sign-in or a refresh has made. */
struct login {
	int64_t account_id;
	struct session access, refresh;
	struct session admin; /* jti NULL: none */
	bool renewed;         /* the refresh token is a new one */
};

static enum err
reply_login(struct req *r, const struct login *l, int status, const char *sub_code)
{
	struct ctx *c = &r->ctx;
	struct user person = {0};
	struct buf b = {.arena = &c->arena};
	const char *token;

	TRY(user_get(c, l->account_id, &person));
	buf_add(&b, "{\"user\":");
	fields_to_json(&b, user_fields, &person, r->face->manners->style);
	b.used--; /* its brace */
	TRY(messenger_token_sign(
		r, &l->access, "Access", input_header(r, "X-Csrf-Token"), &token));
	add_expiry(r, &b, "access_token", l->access.expires);
	buf_fmt(&b, ",\"token\":\"%s\"}", token);
	if (l->renewed) {
		TRY(messenger_token_sign(r, &l->refresh, "Refresh", NULL, &token));
		messenger_cookie(r, "refresh_token", token, l->refresh.expires);
		add_expiry(r, &b, "refresh_token", l->refresh.expires);
		buf_add(&b, "}");
	}
	if (l->admin.jti != NULL)
		TRY(add_admin(r, &b, &l->admin, l->refresh.expires));
	buf_add(&b, "}}");
	reply_header(r, "Cache-Control", "no-store");
	return messenger_reply(r, status, sub_code, buf_text(&b));
}

/* Administrators get a token for their pages, which ends with the access tokens. */
static enum err
open_admin(struct req *r, struct session_order *order, struct login *l)
{
	struct ctx *c = &r->ctx;
	int64_t is_admin;

	TRY(messenger_is_admin(c, l->account_id, &is_admin));
	if (is_admin == 0)
		return OK;
	order->access_seconds = conf.messenger_admin_lifetime;
	return session_add_access(c, l->refresh.jti, order, add_claims, &l->admin);
}

struct surplus {
	const char *family;
};

static FIELDS(surplus_fields, FIELD(struct surplus, family));

static enum err
end_surplus(struct ctx *c, int64_t account_id)
{
	struct surplus *old;
	size_t count;

	TRY(db_many(c, &MESSENGER_SURPLUS, surplus_fields, &old, &count,
		ARGS(c, account_id, c->now, conf.messenger_sessions)));
	for (size_t i = 0; i < count; i++)
		TRY(session_end_family(c, old[i].family, "surplus"));
	return OK;
}

enum err
messenger_login(struct req *r, int64_t account_id, int status, const char *sub_code)
{
	struct ctx *c = &r->ctx;
	struct session_order order = order_of(r);
	struct session_pair pair = {0};
	struct login l = {.account_id = account_id, .renewed = true};

	TRY(db_int(c, &MESSENGER_NEXT_NUMBER, &order.number, ARGS(c)));
	TRY(add_claims(c, account_id, &order));
	TRY(session_open(c, account_id, &order, &pair));
	l.access = pair.access;
	l.refresh = pair.refresh;
	TRY(open_admin(r, &order, &l));
	if (order.push_token != NULL)
		TRY(db_do(c, &MESSENGER_PUSH_TAKE,
			ARGS(c, order.push_token, order.number)));
	TRY(db_do(c, &MESSENGER_SEEN, ARGS(c, account_id, c->now)));
	TRY(end_surplus(c, account_id));
	return reply_login(r, &l, status, sub_code);
}

/* -- refresh */

/* What the refresh gives beside an access token. */
static enum err
after_refresh(struct req *r, struct session_order *order, struct login *l)
{
	struct ctx *c = &r->ctx;
	const char *push = input_header(r, "X-Client-Token");

	if (push != NULL) {
		TRY(db_do(c, &MESSENGER_PUSH_SET, ARGS(c, l->refresh.jti, push)));
		TRY(db_do(c, &MESSENGER_PUSH_TAKE, ARGS(c, push, order->number)));
	}
	return open_admin(r, order, l);
}

static enum err
stay(struct req *r, struct session_order *order, struct login *l)
{
	struct ctx *c = &r->ctx;

	TRY(session_add_access(c, l->refresh.jti, order, add_claims, &l->access));
	return after_refresh(r, order, l);
}

static enum err
refresh(struct req *r, struct session_order *order, struct login *l)
{
	struct ctx *c = &r->ctx;
	const struct messenger_caller *caller = messenger_caller(r);
	struct session_pair pair = {0};

	l->renewed = caller->is_spent ||
		     caller->refresh_expires.us <= utc_after(c->now, RENEW_SECONDS).us;
	if (!l->renewed) {
		l->refresh.jti = caller->session.jti;
		l->refresh.expires = caller->refresh_expires;
		order->otp = caller->otp;
		TRY(db_begin(c));
		return db_end(c, stay(r, order, l));
	}
	if (order->push_token == NULL)
		order->push_token = caller->push_token;
	TRY(session_rotate(c, caller->session.jti, order, add_claims, &pair));
	l->access = pair.access;
	l->refresh = pair.refresh;
	TRY(db_begin(c));
	return db_end(c, after_refresh(r, order, l));
}

enum err
messenger_relogin(struct req *r)
{
	struct ctx *c = &r->ctx;
	const struct messenger_caller *caller = messenger_caller(r);
	struct session_order order = order_of(r);
	struct login l = {.account_id = c->actor};

	order.number = caller->number;
	if (!str_eq(agent_family(&c->arena, order.user_agent),
		    agent_family(&c->arena,
			    caller->user_agent == NULL ? "" : caller->user_agent)))
		return fail(c, E_REFRESH_INVALID, NULL);
	enum err e = refresh(r, &order, &l);
	if (e == E_TOKEN_EXPIRED) {
		ctx_clear_error(c);
		return fail(c, E_REFRESH_INVALID, NULL);
	}
	TRY(e);
	return reply_login(r, &l, 200, "access_token.refreshed");
}

/* -- cookies that come by themselves */

enum err
messenger_own_origin(struct req *r)
{
	const char *origin = req_header(r, "Origin"), *host = req_header(r, "Host");

	if (origin == NULL || str_in(origin, r->face->manners->cors->origins(r)) ||
		str_eq(origin, arena_fmt(&r->ctx.arena, "%s://%s",
				       req_param(r, "REQUEST_SCHEME"),
				       host == NULL ? "" : host)))
		return OK;
	return fail(&r->ctx, E_NOT_OFFERED, NULL);
}

bool
messenger_has_refresh(struct req *r)
{
	enum err e = messenger_own_origin(r);

	if (e == OK)
		e = messenger_refresh(r);
	if (e == OK && messenger_caller(r)->is_spent)
		e = E_REFRESH_INVALID;
	ctx_clear_error(&r->ctx);
	return e == OK;
}
