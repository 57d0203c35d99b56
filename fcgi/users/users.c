/* Accounts of the file store: docs/openapi/users.yaml. */
#include "users/users.h"

#include <string.h>

#include "account/account.h"
#include "account/audit.h"
#include "account/limit.h"
#include "account/session.h"
#include "base/conf.h"
#include "base/str.h"
#include "cache/near.h"
#include "db/db.h"
#include "reply.h"
#include "storage/storage.h"
#include "token.h"

#include "users/users.sql.h"

struct register_body {
	const char *username, *password, *email, *first_name, *last_name;
};

INPUT(users_register_in, struct register_body,
	FIELD(struct register_body, username, .must = true, .min = 1, .max = 100,
		.rule = username_rule),
	FIELD(struct register_body, password, .must = true, .as_typed = true, .min = 8,
		.max = 100),
	FIELD(struct register_body, email, .must = true, .min = 3, .max = 100,
		.rule = email_rule),
	FIELD(struct register_body, first_name, .must = true, .min = 0, .max = 100,
		.rule = plain_text_rule),
	FIELD(struct register_body, last_name, .must = true, .min = 0, .max = 100,
		.rule = plain_text_rule));

struct login_body {
	const char *username, *password;
};

INPUT(users_login_in, struct login_body,
	FIELD(struct login_body, username, .must = true, .as_typed = true, .min = 0,
		.max = 1000),
	FIELD(struct login_body, password, .must = true, .as_typed = true, .min = 0,
		.max = 1000));

struct verify_body {
	struct texts permissions;
};

INPUT(users_verify_in, struct verify_body,
	FIELD(struct verify_body, permissions, .must = true));

/* POST /auth/register/: 201 User. E_NAME_TAKEN, E_EMAIL_TAKEN, E_REGISTER_CLOSED,
 * E_LIMIT. */
enum err
users_post_register(struct req *r)
{
	const struct register_body *in = r->in;
	struct ctx *c = &r->ctx;
	struct account a = {.username = in->username,
		.email = in->email,
		.name = in->first_name,
		.surname = in->last_name};
	const char *json;

	if (!conf.account_registration_open)
		return fail(c, E_REGISTER_CLOSED, NULL);
	TRY(limit_address(c, "register", conf.account_registrations_per_address));
	TRY(account_register(c, &a, in->password));
	TRY(db_json(c, &USERS_SHOW, &json, ARGS(c, a.id)));
	return reply_json(r, 201, json);
}

static enum err
reply_pair(struct req *r, const struct session_pair *pair)
{
	return token_reply_pair(r, pair, "token_type", "");
}

static struct session_order
order_of(struct req *r)
{
	return (struct session_order){.face = "storage",
		.user_agent = req_header(r, "User-Agent"),
		.access_seconds = conf.token_access_lifetime,
		.refresh_seconds = conf.token_refresh_lifetime,
		.only_one = true,
		.end_access = true};
}

static enum err
add_claims(struct ctx *c, int64_t account_id, struct session_order *order)
{
	return db_json(c, &USERS_CLAIMS, &order->claims, ARGS(c, account_id));
}

/* POST /auth/login/: 200 Tokens; the account's earlier session ends. E_CREDENTIALS,
 * E_LIMIT. */
enum err
users_post_login(struct req *r)
{
	const struct login_body *in = r->in;
	struct ctx *c = &r->ctx;
	struct session_order order = order_of(r);
	struct session_pair pair = {0};
	struct account a = {0};

	TRY(account_sign_in(c,
		&(struct sign_in){.by = BY_USERNAME, .name = in->username},
		in->password, &a));
	TRY(db_begin(c));
	enum err e = add_claims(c, a.id, &order);
	if (e == OK)
		e = session_open(c, a.id, &order, &pair);
	TRY(db_end(c, e));
	return reply_pair(r, &pair);
}

/* POST /auth/logout/: 200 {}; both tokens of the account end. */
enum err
users_post_logout(struct req *r)
{
	struct ctx *c = &r->ctx;

	TRY(session_end_face(c, c->actor, "storage", "sign-out"));
	return reply_json(r, 200, "{}");
}

/* POST /auth/token/refresh/, refresh token in Authorization: 200 Tokens.
 * E_TOKEN_EXPIRED. */
enum err
users_post_refresh(struct req *r)
{
	struct session_order order = order_of(r);
	struct session_pair pair = {0};
	enum err e = session_rotate(
		&r->ctx, storage_claims(r)->jti, &order, add_claims, &pair);

	if (e == E_TOKEN_EXPIRED)
		return storage_gone_or_expired(r);
	TRY(e);
	return reply_pair(r, &pair);
}

/* POST /auth/token/verify/: 200 {} when the token's claim covers the set. E_DENIED. */
enum err
users_post_verify(struct req *r)
{
	const struct verify_body *in = r->in;
	const struct claims *claims = storage_claims(r);

	for (size_t i = 0; i < in->permissions.count && !claims->is_superuser; i++) {
		size_t k = 0;
		while (k < claims->permissions.count &&
			!str_eq(claims->permissions.list[k], in->permissions.list[i]))
			k++;
		if (k == claims->permissions.count)
			return fail(&r->ctx, E_DENIED, NULL);
	}
	return reply_json(r, 200, "{}");
}

/* GET /users/me/: 200 User, as the database has it now. E_ACCOUNT_NOT_FOUND. */
enum err
users_get_me(struct req *r)
{
	struct ctx *c = &r->ctx;
	const char *key = account_near_key(c, c->actor_uuid), *json;
	unsigned char near[NEAR_BYTES];
	struct near_ticket ticket;
	size_t size;

	if (near_get(key, near, &size, &ticket))
		return reply_json(
			r, 200, arena_strn(&c->arena, (const char *)near, size));
	TRY(db_json(c, &USERS_SHOW, &json, ARGS(c, c->actor)));
	near_keep(&ticket, json, strlen(json));
	return reply_json(r, 200, json);
}
