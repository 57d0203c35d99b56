#include "messenger/token.h"

#include <string.h>
#include <strings.h>

#include "base/conf.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/secret.h"
#include "base/str.h"
#include "db/db.h"
#include "input.h"
#include "reply.h"
#include "base/jwt.h"

#include "messenger/token.sql.h"

/*
 * The keys of this face's tokens, one for each of token.secret; an access token's has
 * the caller's X-Csrf-Token behind it, so that it is worth nothing to a page that
 * cannot send that header.
 */
static const char *
key_of(struct ctx *c, size_t i, const char *csrf)
{
	return arena_fmt(&c->arena, "%s%s",
		hkdf_hex(&c->arena, secret_key(i), "messenger"),
		csrf == NULL ? "" : csrf);
}

static enum err
read_claims(struct ctx *c, struct json_object *json, const char *sub,
	struct messenger_token *out)
{
	const char *version = json_text(json, "api_ver"),
		   *kind = json_text(json, "sub"), *issuer = json_text(json, "iss");

	*out = (struct messenger_token){.number = json_number(json, "jti"),
		.account = json_number(json, "user"),
		.expires = json_number(json, "exp"),
		.sid = json_text(json, "sid"),
		.role = json_text(json, "role"),
		.otp = json_text(json, "otp")};
	if (!str_eq(version, conf.messenger_version) || !str_eq(kind, sub) ||
		!str_eq(issuer, messenger_host(&c->arena)) || out->number <= 0 ||
		out->account <= 0)
		return fail(c, E_TOKEN_FORGED, NULL);
	return jwt_check_times(c, json_number(json, "iat"), out->expires);
}

static enum err
verify(struct ctx *c, const char *token, const char *sub, const char *csrf,
	struct messenger_token *out)
{
	struct json_object *json;
	enum err e = E_TOKEN_FORGED;

	for (size_t i = 0; e == E_TOKEN_FORGED && i < secret_count(); i++) {
		ctx_clear_error(c);
		e = jwt_read(c, token, key_of(c, i, csrf), &json);
	}
	/* Phones keep a refresh token for two months: those of an imported
	 * installation are of its own key. */
	if (e == E_TOKEN_FORGED && csrf == NULL &&
		conf.messenger_older_secret[0] != '\0') {
		ctx_clear_error(c);
		e = jwt_read(c, token, conf.messenger_older_secret, &json);
	}
	TRY(e);
	return read_claims(c, json, sub, out);
}

/* The rate limit asks whose token it is before the token is checked. */
enum err
messenger_token_read(struct req *r, const char *token, const char *sub,
	const char *csrf, struct messenger_token *out)
{
	struct messenger_caller *caller = messenger_caller(r);
	struct messenger_token *read;

	if (str_eq(caller->read_text, token) && str_eq(caller->read_as, sub)) {
		*out = *caller->read;
		return OK;
	}
	TRY(verify(&r->ctx, token, sub, csrf, out));
	read = arena_new(&r->ctx.arena, sizeof(*read));
	*read = *out;
	caller->read = read;
	caller->read_text = token;
	caller->read_as = sub;
	return OK;
}

enum err
messenger_token_sign(struct req *r, const struct session *s, const char *sub,
	const char *csrf, const char **out)
{
	struct ctx *c = &r->ctx;
	struct json_object *claims = json_tokener_parse(s->claims);
	const char *role = json_text(claims, "role");
	bool is_refresh = str_eq(sub, "Refresh");
	struct buf b = {.arena = &c->arena};

	buf_fmt(&b, "{\"api_ver\":\"%s\",\"iss\":\"%s\",\"sub\":\"%s\",\"jti\":%lld,",
		conf.messenger_version, messenger_host(&c->arena), sub,
		(long long)s->number);
	buf_fmt(&b, "\"user\":%lld,\"iat\":%lld,\"exp\":%lld,\"role\":",
		(long long)json_number(claims, "user"),
		(long long)(s->created.us / US_PER_SECOND),
		(long long)(s->expires.us / US_PER_SECOND));
	buf_json(&b, role);
	buf_add(&b, ",\"otp\":");
	buf_json(&b, str_eq(sub, "Access") ? "" : json_text(claims, "otp"));
	if (!is_refresh)
		buf_fmt(&b, ",\"sid\":\"%s\"", s->jti);
	buf_add(&b, "}");
	json_object_put(claims);
	return jwt_sign(c, b.text, key_of(c, 0, csrf), out);
}

/* -- cookies */

static const char *
cookie_words(struct req *r)
{
	bool secure = messenger_is_https(), dev = str_eq(conf.messenger_version, "dev");
	struct arena *a = &r->ctx.arena;

	return arena_fmt(a, "%s%s; SameSite=%s%s; HttpOnly",
		dev ? "" : "; Domain=", dev ? "" : messenger_host(a),
		!dev     ? "strict"
		: secure ? "None"
			 : "Lax",
		secure ? "; secure" : "");
}

void
messenger_cookie(struct req *r, const char *name, const char *token, struct utc until)
{
	struct arena *a = &r->ctx.arena;

	reply_header_fmt(r, "Set-Cookie", "%s=%s; path=%s; Expires=%s%s", name, token,
		messenger_path(a, str_eq(name, "admin_token") ? "/admin" : "/account"),
		http_date(a, until), cookie_words(r));
}

void
messenger_drop_admin_cookie(struct req *r)
{
	messenger_cookie(r, "admin_token", "DUMMY", (struct utc){0});
}

void
messenger_drop_cookies(struct req *r)
{
	messenger_cookie(r, "refresh_token", "DUMMY", (struct utc){0});
	messenger_drop_admin_cookie(r);
}

/* -- who calls */

enum err
messenger_access_token(struct req *r, struct messenger_token *out)
{
	struct ctx *c = &r->ctx;
	const char *csrf = input_header(r, "X-Csrf-Token"),
		   *header = input_header(r, "Authorization");
	const size_t n = strlen("Bearer ");

	if (csrf == NULL || header == NULL || strncasecmp(header, "Bearer ", n) != 0)
		return fail(c, E_UNSIGNED, NULL);
	enum err e = messenger_token_read(r, header + n, "Access", csrf, out);
	if (e == OK || e == E_TOKEN_EXPIRED)
		return e;
	ctx_clear_error(c);
	return fail(c, E_UNSIGNED, NULL);
}

static bool
role_has_admin(const char *role)
{
	struct json_object *list = role == NULL ? NULL : json_tokener_parse(role);
	bool found = false;

	for (size_t i = 0; json_object_is_type(list, json_type_array) &&
			   i < json_object_array_length(list);
		i++)
		found = found || str_eq(json_object_get_string(
						json_object_array_get_idx(list, i)),
					 "admin");
	json_object_put(list);
	return found;
}

/* The row is live and its account active, as far as anybody knows. */
static enum err
take_session(struct req *r, const struct messenger_token *token, const char *jti,
	const char *kind)
{
	struct ctx *c = &r->ctx;
	struct messenger_caller *caller = messenger_caller(r);

	if (jti == NULL || !uuid_valid(jti))
		return fail(c, E_UNSIGNED, NULL);
	enum err e = session_check(c, "messenger", jti, kind, &caller->session);
	if (e == E_TOKEN_EXPIRED)
		ctx_clear_error(c);
	else
		TRY(e);
	if (e != OK || caller->session.account_id != token->account ||
		!str_eq(caller->session.status, "active"))
		return fail(c, E_UNSIGNED, NULL);
	caller->session.jti = jti;
	caller->number = token->number;
	caller->role = token->role;
	caller->is_admin = role_has_admin(token->role);
	r->session = &caller->session;
	c->actor = caller->session.account_id;
	c->actor_uuid = caller->session.uuid;
	return OK;
}

enum err
messenger_access(struct req *r)
{
	struct messenger_token token = {0};

	TRY(messenger_access_token(r, &token));
	return take_session(r, &token, token.sid, "access");
}

bool
messenger_owns(struct req *r, int64_t profile)
{
	const char *role = messenger_caller(r)->role;
	struct json_object *list = role == NULL ? NULL : json_tokener_parse(role);
	bool found = false;

	for (size_t i = 0; profile > 0 && json_object_is_type(list, json_type_array) &&
			   i < json_object_array_length(list);
		i++) {
		struct json_object *item = json_object_array_get_idx(list, i);

		found = found || (str_eq(json_text(item, "type"), "profile") &&
					 json_number(item, "id") == profile);
	}
	json_object_put(list);
	return found;
}

enum err
messenger_refresh_cookie(struct req *r, struct messenger_token *out)
{
	struct ctx *c = &r->ctx;
	const char *cookie = req_cookie(r, "refresh_token");

	if (cookie == NULL)
		return fail(c, E_NO_COOKIE, NULL);
	enum err e = messenger_token_read(r, cookie, "Refresh", NULL, out);
	if (e == OK && out->otp != NULL && out->otp[0] != '\0')
		return OK;
	ctx_clear_error(c);
	return fail(
		c, e == E_TOKEN_EXPIRED ? E_REFRESH_EXPIRED : E_REFRESH_INVALID, NULL);
}

/* The row of a refresh token. */
struct refresh_row {
	const char *jti, *otp, *user_agent, *push_token;
	struct utc expires;
	bool is_spent;
};

static FIELDS(refresh_fields, FIELD(struct refresh_row, jti),
	FIELD(struct refresh_row, otp), FIELD(struct refresh_row, user_agent),
	FIELD(struct refresh_row, push_token), FIELD(struct refresh_row, expires),
	FIELD(struct refresh_row, is_spent));

/* Each of a family's refresh tokens has its row, so that a spent one is known. */
static enum err
find_refresh(struct req *r, const struct messenger_token *token,
	const struct refresh_row **out)
{
	struct ctx *c = &r->ctx;
	struct refresh_row *rows;
	size_t count;

	TRY(db_many(c, &MESSENGER_REFRESH_ROWS, refresh_fields, &rows, &count,
		ARGS(c, token->number, token->account)));
	for (size_t i = 0; i < count; i++)
		if (rows[i].otp != NULL && str_same_secret(rows[i].otp, token->otp) &&
			rows[i].expires.us / US_PER_SECOND == token->expires) {
			*out = &rows[i];
			return OK;
		}
	return fail(c, E_REFRESH_INVALID, NULL);
}

enum err
messenger_refresh(struct req *r)
{
	struct ctx *c = &r->ctx;
	struct messenger_caller *caller = messenger_caller(r);
	struct messenger_token token = {0};
	const struct refresh_row *row = NULL;

	TRY(messenger_refresh_cookie(r, &token));
	TRY(find_refresh(r, &token, &row));
	if (row == NULL)
		return fail(c, E_REFRESH_INVALID, NULL);
	enum err e = take_session(r, &token, row->jti, "refresh");
	if (e == E_UNSIGNED) {
		ctx_clear_error(c);
		return fail(c, E_REFRESH_INVALID, NULL);
	}
	TRY(e);
	caller->otp = row->otp;
	caller->user_agent = row->user_agent;
	caller->push_token = row->push_token;
	caller->refresh_expires = row->expires;
	caller->is_spent = row->is_spent;
	return OK;
}

enum err
messenger_is_admin(struct ctx *c, int64_t account_id, int64_t *is_admin)
{
	return db_int(c, &MESSENGER_IS_ADMIN, is_admin, ARGS(c, account_id));
}

enum err
messenger_admin(struct req *r)
{
	struct ctx *c = &r->ctx;
	const char *cookie = req_cookie(r, "admin_token");
	struct messenger_token token = {0};
	int64_t is_admin = 0;

	if (cookie == NULL)
		return fail(c, E_ADMIN_MISSING, NULL);
	enum err e = messenger_token_read(r, cookie, "Admin", NULL, &token);
	if (e == OK)
		e = take_session(r, &token, token.sid, "access");
	if (e == OK)
		e = messenger_is_admin(c, c->actor, &is_admin);
	if (e == OK && is_admin > 0)
		return OK;
	if (e == E_BUSY || e == E_BUG)
		return e;
	ctx_clear_error(c);
	return fail(c, e == E_TOKEN_EXPIRED ? E_ADMIN_EXPIRED : E_ADMIN_INVALID, NULL);
}
