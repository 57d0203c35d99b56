/* Sign-in of the console: docs/openapi/console.yaml. */
#include "account/second_factor.h"
#include "account/session.h"

#include <string.h>

#include "account/account.h"
#include "account/audit.h"
#include "base/conf.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/json_out.h"
#include "base/rand.h"
#include "base/str.h"
#include "cache/cache.h"
#include "cache/near.h"
#include "console/console.h"
#include "db/db.h"
#include "reply.h"

#include "console/session.sql.h"

#define SECRET_BYTES 32
#define RIGHTS_SECONDS 30 /* that Redis keeps what a session may */

static bool
is_https(void)
{
	return str_starts(conf.site_url, "https://");
}

/* A browser takes a cookie named so only from the host itself, by https, for all of it.
 */
static const char *
cookie_name(void)
{
	return is_https() ? "__Host-samovar" : "samovar";
}

bool
console_has_cookie(struct req *r)
{
	return req_cookie(r, cookie_name()) != NULL;
}

/* It ends with the browser; the idle end is the server's. value "": it is taken back.
 */
static void
set_cookie(struct req *r, const char *value)
{
	reply_header_fmt(r, "Set-Cookie",
		"%s=%s; Path=/; HttpOnly; SameSite=Strict%s%s", cookie_name(), value,
		is_https() ? "; Secure" : "", *value == '\0' ? "; Max-Age=0" : "");
}

/* The row has a digest, so who reads the table cannot sign in with what it says. */
static const char *
jti_of(struct ctx *c, const char *secret)
{
	return uuid_read(
		&c->arena, arena_strn(&c->arena,
				   sha256_hex(&c->arena, secret, strlen(secret)), 32));
}

/* -- what a session may */

struct rights {
	const char *role;
	bool is_superuser, has_factor;
	struct texts permissions;
};

static FIELDS(rights_fields, FIELD(struct rights, role),
	FIELD(struct rights, is_superuser), FIELD(struct rights, has_factor),
	FIELD(struct rights, permissions));

static const char *
rights_key(struct ctx *c, const char *jti)
{
	return arena_fmt(&c->arena, "console.rights:%s", jti);
}

void
console_forget_rights(struct ctx *c, const struct console_caller *caller)
{
	const char *key = rights_key(c, caller->jti);

	cache_drop(c, key);
	near_forget(key);
}

static enum err
read_rights(struct ctx *c, const char *jti, const char **out)
{
	const char *key = rights_key(c, jti);
	unsigned char near[NEAR_BYTES];
	struct near_ticket ticket;
	size_t size;

	if (near_get(key, near, &size, &ticket)) {
		*out = arena_strn(&c->arena, (const char *)near, size);
		return OK;
	}
	*out = cache_get(c, key);
	if (*out == NULL) {
		TRY(db_json(c, &CONSOLE_RIGHTS, out, ARGS(c, c->actor)));
		cache_set(c, key, *out, RIGHTS_SECONDS);
	}
	near_keep(&ticket, *out, strlen(*out));
	return OK;
}

/*
 * What a page reads by itself, while nobody does anything, puts nothing off: the pulse,
 * what it makes the page read again, and pictures.
 */
static bool
is_by_hand(struct req *r)
{
	return !str_eq(r->path, "/pulse") &&
	       req_header(r, "Samovar-Background") == NULL &&
	       !str_eq(req_header(r, "Sec-Fetch-Dest"), "image");
}

enum err
console_session(struct req *r, struct console_caller *out)
{
	struct ctx *c = &r->ctx;
	struct session *session = arena_new(&c->arena, sizeof(*session));
	const char *secret = req_cookie(r, cookie_name()), *text = NULL;
	struct json_object *json;
	struct rights rights = {0};

	if (secret == NULL || strlen(secret) != (size_t)SECRET_BYTES * 2)
		return fail(c, E_TOKEN_MISSING, NULL);
	out->jti = jti_of(c, secret);
	TRY(session_check(c, "console", out->jti, "access", session));
	session->jti = out->jti;
	r->session = session;
	c->actor = session->account_id;
	c->actor_uuid = session->uuid;
	TRY(read_rights(c, out->jti, &text));
	TRY(json_read(c, text, strlen(text), &json));
	TRY(fields_from_json(c, json, rights_fields, false, &rights));
	out->role = rights.role;
	out->is_superuser = rights.is_superuser;
	out->has_factor = rights.has_factor;
	out->permissions = rights.permissions;
	return is_by_hand(r) ? session_prolong(c, out->jti, conf.console_idle) : OK;
}

/* -- proof that it is still the same person */

enum err
console_check_fresh(struct req *r)
{
	const struct console_caller *caller = r->own;
	struct ctx *c = &r->ctx;
	int64_t is = 0;

	TRY(db_int(c, &CONSOLE_IS_FRESH, &is,
		ARGS(c, caller->jti, c->now, conf.console_fresh)));
	return is != 0 ? OK : fail(c, E_PROOF_NEEDED, NULL);
}

struct fresh_body {
	const char *proof;
};

INPUT(console_fresh_in, struct fresh_body,
	FIELD(struct fresh_body, proof, .must = true, .as_typed = true, .min = 1,
		.max = 1000));

/*
 * POST /auth/fresh {"proof"}: 204; the code of whoever has a second factor, the
 * password of others. E_FACTOR_CODE, E_OLD_PASSWORD, E_LIMIT.
 */
enum err
console_post_fresh(struct req *r)
{
	const struct console_caller *caller = r->own;
	const struct fresh_body *in = r->in;
	struct ctx *c = &r->ctx;
	struct account a = {0};

	if (caller->has_factor)
		TRY(second_factor_check(c, c->actor, in->proof));
	else
		TRY(account_prove(c, in->proof, &a));
	TRY(db_begin(c));
	TRY(db_end(c, db_do(c, &CONSOLE_PROVED, ARGS(c, caller->jti, c->now))));
	return reply_empty(r, 204);
}

/* -- routes */

struct login_body {
	const char *name, *password, *code;
};

INPUT(console_login_in, struct login_body,
	FIELD(struct login_body, name, .must = true, .as_typed = true, .max = 1000),
	FIELD(struct login_body, password, .must = true, .as_typed = true, .max = 1000),
	FIELD(struct login_body, code, .max = 100));

/* An older sign-in of this browser ends: one who knew its cookie gains nothing. */
static enum err
end_older(struct req *r)
{
	struct ctx *c = &r->ctx;
	const char *secret = req_cookie(r, cookie_name());

	return secret == NULL ? OK
			      : session_end_single(c, jti_of(c, secret), "sign-in");
}

static enum err
open_session(struct req *r, const struct account *a, const char *secret)
{
	struct ctx *c = &r->ctx;
	const char *jti = jti_of(c, secret);
	struct session session = {0};

	TRY(end_older(r));
	TRY(session_open_single(c, a->id, jti,
		&(struct session_order){.face = "console",
			.claims = "{}",
			.user_agent = req_header(r, "User-Agent"),
			.access_seconds = conf.console_idle},
		&session));
	return db_do(c, &CONSOLE_PROVED, ARGS(c, jti, c->now));
}

/* After the password: whoever does not know that learns nothing of codes. */
static enum err
check_factor(struct ctx *c, int64_t account_id, const char *code)
{
	bool is_on = false;

	TRY(second_factor_is_on(c, account_id, &is_on));
	if (!is_on)
		return OK;
	if (code == NULL || *code == '\0')
		return fail(c, E_FACTOR_ASKED, NULL);
	return second_factor_check(c, account_id, code);
}

/*
 * POST /auth/login {"name": address or user name, "password", "code"}: 204 and a
 * cookie. code: of the second factor, where the account has one. E_FACTOR_ASKED,
 * E_FACTOR_CODE, E_CREDENTIALS, E_ACCOUNT_BLOCKED, E_EMAIL_UNCONFIRMED, E_LIMIT.
 */
enum err
console_post_login(struct req *r)
{
	const struct login_body *in = r->in;
	struct ctx *c = &r->ctx;
	const char *secret = rand_hex(&c->arena, SECRET_BYTES);
	struct account a = {0};
	struct sign_in who = {
		.by = strchr(in->name, '@') != NULL ? BY_EMAIL : BY_USERNAME,
		.name = in->name};

	TRY(account_sign_in(c, &who, in->password, &a));
	TRY(check_factor(c, a.id, in->code));
	TRY(db_begin(c));
	TRY(db_end(c, open_session(r, &a, secret)));
	set_cookie(r, secret);
	return reply_empty(r, 204);
}

/* POST /auth/logout: 204; this sign-in ends. */
enum err
console_post_logout(struct req *r)
{
	const struct console_caller *caller = r->own;

	TRY(session_end_single(&r->ctx, caller->jti, "sign-out"));
	set_cookie(r, "");
	return reply_empty(r, 204);
}

/* What the pages have to know of the site, as JSON. */
static const char *
site(struct ctx *c)
{
	return JSON(c, "name", conf.site_name, "colour", conf.site_colour, "time_zone",
		conf.site_time_zone, "language", conf.site_language, "lock",
		conf.console_lock);
}

/* GET /site: 200 what the page of the sign-in shows of the site. */
enum err
console_get_site(struct req *r)
{
	return console_reply(r, site(&r->ctx));
}

/* GET /me: 200 the person, what they may, and what the pages have to know of the site.
 */
enum err
console_get_me(struct req *r)
{
	struct ctx *c = &r->ctx;
	const char *json;

	TRY(db_json(c, &CONSOLE_ME, &json,
		ARGS(c, c->actor, console_may_list(c, r->own), site(c))));
	return console_reply(r, json);
}
