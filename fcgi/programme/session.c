/* Staff's sign-in: docs/openapi/programme.yaml. */
#include "account/session.h"

#include <strings.h>

#include "account/account.h"
#include "account/audit.h"
#include "base/conf.h"
#include "base/str.h"
#include "db/db.h"
#include "programme/programme.h"
#include "reply.h"
#include "token.h"

#include "programme/session.sql.h"

#define DEVICE_SECONDS (INT64_C(30) * 86400)

struct login_body {
	const char *email, *password;
};

INPUT(programme_staff_login_in, struct login_body,
	FIELD(struct login_body, email, .must = true, .max = 254,
		.rule = staff_email_rule),
	FIELD(struct login_body, password, .must = true, .as_typed = true,
		.max = 1000));

struct own_password_body {
	const char *old_password, *password;
};

INPUT(programme_own_password_in, struct own_password_body,
	FIELD(struct own_password_body, old_password, .must = true, .as_typed = true,
		.max = 1000),
	FIELD(struct own_password_body, password, .must = true, .as_typed = true,
		.min = 0, .max = 1000, .rule = staff_password_rule));

static struct session_order
order_of(struct req *r)
{
	return (struct session_order){.face = "programme",
		.user_agent = req_header(r, "User-Agent"),
		.access_seconds = conf.token_staff_access_lifetime,
		.refresh_seconds = conf.token_staff_refresh_lifetime};
}

static enum err
add_claims(struct ctx *c, int64_t account_id, struct session_order *order)
{
	struct account a = {0};

	TRY(account_by_id(c, account_id, &a));
	if (!str_eq(a.status, "active"))
		return fail(c, E_ACCOUNT_BLOCKED, NULL);
	if (a.role == NULL)
		return fail(c, E_NO_ROLE, NULL);
	return db_json(c, &STAFF_CLAIMS, &order->claims, ARGS(c, account_id));
}

/* A and access_token in the body, the refresh token as a cookie. */
static enum err
reply_signed_in(struct req *r, int64_t account_id, const struct session_pair *pair)
{
	struct ctx *c = &r->ctx;
	const char *access, *refresh, *json;

	TRY(token_sign(r, &pair->access, "typ", &access));
	TRY(token_sign(r, &pair->refresh, "typ", &refresh));
	TRY(db_json(c, &STAFF_WITH_TOKEN, &json, ARGS(c, account_id, access)));
	reply_header_fmt(r, "Set-Cookie",
		"refresh_token=%s; HttpOnly; Path=/; SameSite=strict%s", refresh,
		conf.token_cookie_secure || str_starts(conf.site_url, "https://")
			? "; Secure"
			: "");
	reply_header(r, "Cache-Control", "no-store");
	return reply_json(r, 200, json);
}

static enum err
open_session(struct ctx *c, int64_t account_id, struct session_order *order,
	struct session_pair *pair)
{
	TRY(add_claims(c, account_id, order));
	TRY(db_do(c, &STAFF_SIGNED_IN, ARGS(c, account_id, c->now)));
	return session_open(c, account_id, order, pair);
}

/* The browser of somebody who has been signed in here shows its refresh token, live or
 * not. */
static const char *
device(struct req *r, const char *email)
{
	struct utc oldest = utc_after(r->ctx.now, -DEVICE_SECONDS);
	const char *token = req_cookie(r, "refresh_token");
	struct claims claims = {0};
	enum err e = token == NULL ? E_TOKEN_MISSING : token_read(r, token, &claims);

	ctx_clear_error(&r->ctx);
	if ((e != OK && e != E_TOKEN_EXPIRED) || claims.jti == NULL ||
		claims.email == NULL || strcasecmp(claims.email, email) != 0 ||
		claims.issued * US_PER_SECOND < oldest.us)
		return NULL;
	return claims.jti;
}

/*
 * POST /administrators/login {"email", "password"}: 200 A with access_token, and the
 * cookie. E_CREDENTIALS for an unknown address and for who is not staff too,
 * E_ACCOUNT_BLOCKED, E_LIMIT.
 */
enum err
programme_post_staff_login(struct req *r)
{
	const struct login_body *in = r->in;
	struct ctx *c = &r->ctx;
	struct session_order order = order_of(r);
	struct session_pair pair = {0};
	struct account a = {0};

	struct sign_in attempt = {
		.by = BY_EMAIL, .name = in->email, .device = device(r, in->email)};
	TRY(account_sign_in(c, &attempt, in->password, &a));
	if (a.role == NULL)
		return fail(c, E_CREDENTIALS, NULL);
	TRY(db_begin(c));
	enum err e = open_session(c, a.id, &order, &pair);
	TRY(db_end(c, e));
	return reply_signed_in(r, a.id, &pair);
}

/* A token that is not live: 403 for a blocked account, 404 for one that is gone, else
 * 401. */
static enum err
refresh_refused(struct req *r, const struct claims *claims)
{
	struct ctx *c = &r->ctx;
	struct account a = {0};

	ctx_clear_error(c);
	enum err e =
		claims->email == NULL ? OK : account_by_email(c, claims->email, &a);
	TRY(e);
	if (a.status != NULL && !str_eq(a.status, "active"))
		return fail(c, E_ACCOUNT_BLOCKED, NULL);
	return fail(c, E_TOKEN_EXPIRED, NULL);
}

/* GET /administrators/refresh, cookie refresh_token: as login. E_TOKEN_EXPIRED. */
enum err
programme_get_staff_refresh(struct req *r)
{
	struct ctx *c = &r->ctx;
	const char *token = req_cookie(r, "refresh_token");
	struct session_order order = order_of(r);
	struct session_pair pair = {0};
	struct claims claims = {0};
	struct account a = {0};

	if (token == NULL)
		return fail(c, E_TOKEN_EXPIRED, NULL);
	TRY(token_read(r, token, &claims));
	if (claims.jti == NULL || !uuid_valid(claims.jti) || claims.email == NULL)
		return fail(c, E_TOKEN_PAYLOAD, NULL);
	enum err e = session_rotate(c, claims.jti, &order, add_claims, &pair);
	if (e == E_TOKEN_EXPIRED)
		return refresh_refused(r, &claims);
	TRY(e);
	TRY(account_by_email(c, claims.email, &a));
	return reply_signed_in(r, a.id, &pair);
}

/* GET /administrators/me: 200 A. */
enum err
programme_get_staff_me(struct req *r)
{
	struct ctx *c = &r->ctx;
	const char *json;

	TRY(db_json(c, &STAFF_ME, &json, ARGS(c, c->actor)));
	return reply_json(r, 200, json);
}

static enum err
set_own_password(struct req *r, const struct account *a, const char *password)
{
	struct ctx *c = &r->ctx;

	TRY(account_change_password(c, a, password, r->claims->jti));
	return audit_add(c, "account.change_password", "account", a->uuid, NULL);
}

/*
 * PATCH /administrators/me/password {"old_password", "password"}: 200 A. All other
 * sessions end, this one goes on. E_OLD_PASSWORD, which counts like a wrong password at
 * the sign-in; E_LIMIT.
 */
enum err
programme_patch_own_password(struct req *r)
{
	const struct own_password_body *in = r->in;
	struct ctx *c = &r->ctx;
	struct account a = {0};
	struct sign_in attempt = {.by = BY_EMAIL,
		.name = r->claims->email,
		.device = device(r, r->claims->email)};

	enum err e = account_sign_in(c, &attempt, in->old_password, &a);
	if (e == E_CREDENTIALS || (e == OK && a.id != c->actor)) {
		ctx_clear_error(c);
		return fail(c, E_OLD_PASSWORD, NULL);
	}
	TRY(e);
	TRY(db_begin(c));
	e = set_own_password(r, &a, in->password);
	TRY(db_end(c, e));
	return programme_get_staff_me(r);
}
