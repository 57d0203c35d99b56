/* Accounts as phones know them: contract 5. */
#include <string.h>
#include <strings.h>

#include "account/account.h"
#include "account/session.h"
#include "base/conf.h"
#include "base/json_out.h"
#include "base/str.h"
#include "base/unicode.h"
#include "db/db.h"
#include "messenger/login.h"
#include "messenger/password.h"
#include "messenger/signup.h"
#include "messenger/user.h"
#include "messenger/token.h"

#include "messenger/account.sql.h"

/* -- sign-in */

struct signin {
	const char *id, *pw;
};

INPUT(messenger_signin_in, struct signin, FIELD(struct signin, id, .must = true),
	FIELD(struct signin, pw, .must = true, .as_typed = true));

struct state {
	const char *status, *status_reason;
	bool is_confirmed;
};

static FIELDS(state_fields, FIELD(struct state, status),
	FIELD(struct state, status_reason), FIELD(struct state, is_confirmed));

struct username {
	const char *username;
};

static FIELDS(username_fields, FIELD(struct username, username));

/* "@name" is a user name, "name@host.domain" an address, all else a user name. */
static enum err
name_sign_in(struct req *r, const char *typed, struct sign_in *s)
{
	struct ctx *c = &r->ctx;
	const struct field email = {.name = "id"};
	struct username name = {0};
	bool found;

	s->by = BY_USERNAME;
	s->name = typed + (typed[0] == '@');
	if (typed[0] != '@' && strchr(typed, '@') != NULL &&
		email_rule(c, &email, "body", &s->name) == OK) {
		s->by = BY_EMAIL;
		return OK;
	}
	ctx_clear_error(c);
	/* Here the case of a user name does not matter. */
	TRY(db_maybe(c, &MESSENGER_USERNAME, username_fields, &name, &found,
		ARGS(c, s->name)));
	if (found)
		s->name = name.username;
	return OK;
}

static enum err
refuse_inactive(struct req *r, int64_t account_id)
{
	struct ctx *c = &r->ctx;
	struct state state = {0};

	ctx_clear_error(c);
	TRY(db_one(c, &MESSENGER_STATE, state_fields, &state, ARGS(c, account_id)));
	return messenger_fail_reason(r,
		str_eq(state.status, "deactivated") ? E_ACCOUNT_DEACTIVATED
						    : E_ACCOUNT_LOCKED,
		state.status_reason);
}

/* What account_sign_in() has said, in the words of this API. */
static enum err
refuse_sign_in(struct req *r, enum err e, const struct sign_in *s, int64_t account_id)
{
	if (e == E_ACCOUNT_BLOCKED)
		return refuse_inactive(r, account_id);
	if ((e == E_LIMIT && s->is_locked) ||
		(e == E_CREDENTIALS && s->failures >= s->most))
		return messenger_fail_reason(
			r, E_ACCOUNT_LOCKED, "TOO_MUCH_LOGIN_FAIL");
	if (e == E_CREDENTIALS)
		return messenger_fail_instead(r, E_WRONG_PASSWORD,
			JSON(&r->ctx, "left_chance", s->most - s->failures));
	return e;
}

static struct sign_in
attempt(void)
{
	return (struct sign_in){.face = "messenger",
		.most = conf.messenger_lockout_failures,
		.tells = true};
}

static enum err
open_session(struct req *r, int64_t account_id)
{
	TRY(user_ensure(&r->ctx, account_id));
	return messenger_login(r, account_id, 200, "user.sign_in");
}

/*
 * POST /account/signin {id, pw}: 200. E_ACCOUNT_NOT_FOUND, E_ACCOUNT_LOCKED,
 * E_ACCOUNT_DEACTIVATED, E_WRONG_PASSWORD with left_chance, E_EMAIL_UNCONFIRMED.
 */
enum err
messenger_post_signin(struct req *r)
{
	const struct signin *in = r->in;
	struct ctx *c = &r->ctx;
	struct sign_in s = attempt();
	struct account a = {0};
	struct state state = {0};

	TRY(name_sign_in(r, in->id, &s));
	enum err e = account_sign_in(c, &s, in->pw, &a);
	if (e != OK)
		return refuse_sign_in(r, e, &s, a.id);
	TRY(db_one(c, &MESSENGER_STATE, state_fields, &state, ARGS(c, a.id)));
	if (messenger_must_confirm() && !state.is_confirmed)
		return fail(c, E_EMAIL_UNCONFIRMED, NULL);
	TRY(db_begin(c));
	return db_end(c, open_session(r, a.id));
}

/* POST /account/refresh, cookie: 200. E_NO_COOKIE, E_REFRESH_EXPIRED,
 * E_REFRESH_INVALID. */
enum err
messenger_post_refresh(struct req *r)
{
	return messenger_relogin(r);
}

struct signout {
	const char *signout;
};

INPUT(messenger_signout_in, struct signout,
	FIELD(struct signout, signout, .must = true, .json = true));

/* POST /account/signout {signout}: 200, whether or not there was a session. */
enum err
messenger_post_signout(struct req *r)
{
	struct ctx *c = &r->ctx;

	if (messenger_has_refresh(r))
		TRY(session_end_family(
			c, messenger_caller(r)->session.family, "sign-out"));
	if (messenger_own_origin(r) == OK) /* another site takes nobody's cookies */
		messenger_drop_cookies(r);
	ctx_clear_error(c);
	return messenger_reply(r, 200, "user.sign_out", NULL);
}

/* -- one's own account */

struct change {
	const char *id, *nickname, *private, *description;
};

INPUT(messenger_account_in, struct change, FIELD(struct change, id),
	FIELD(struct change, nickname, .min = 1, .max = 64, .rule = plain_text_rule),
	FIELD(struct change, private, .rule = messenger_bool_rule),
	FIELD(struct change, description, .max = 2000));

static enum err
set_account(struct req *r, const struct change *in)
{
	struct ctx *c = &r->ctx;
	struct unicode_skeleton look = {NULL, NULL};
	int64_t owner = 0;

	if (in->id != NULL)
		look = unicode_skeleton(&c->arena, in->id);
	if (in->id != NULL)
		TRY(user_by_name(c, in->id, &owner));
	if (in->id != NULL && owner != c->actor) {
		TRY(account_name_free(c, in->id));
	}
	TRY(db_do(c, &MESSENGER_ACCOUNT_SET,
		ARGS(c, c->actor, in->id, look.typed, look.folded, c->now)));
	return user_change(c, c->actor, in->nickname, in->private, in->description);
}

/* POST /account {id, nickname, private, description}: 200 with the user. E_BODY_EMPTY,
 * E_TAKEN. */
enum err
messenger_post_account(struct req *r)
{
	const struct change *in = r->in;
	struct ctx *c = &r->ctx;
	struct user person = {0};

	if (in->id == NULL && in->nickname == NULL && in->private == NULL &&
		in->description == NULL)
		return fail(c, E_BODY_EMPTY, NULL);
	if (in->id != NULL && user_name_fault(in->id, "_-") != NULL)
		return messenger_field_error(r, "id", user_name_fault(in->id, "_-"));
	enum err e = set_account(r, in);
	if (e == E_NAME_TAKEN || e == E_TAKEN)
		return messenger_taken(r, e == E_TAKEN ? "nickname" : "id");
	TRY(e);
	TRY(user_get(c, c->actor, &person));
	return messenger_reply_one(
		r, 200, "user.safe_to_use", "user", user_fields, &person);
}

/* -- passwords */

/* Checks the password of whoever is signed in, and counts a wrong one. */
static enum err
check_password(struct req *r, struct account *a, const char *password)
{
	struct ctx *c = &r->ctx;
	struct sign_in s = attempt();

	TRY(account_by_id(c, c->actor, a));
	s.by = a->username != NULL ? BY_USERNAME : BY_EMAIL;
	s.name = a->username != NULL ? a->username : a->email;
	enum err e = account_sign_in(c, &s, password, a);
	if (e == E_CREDENTIALS && s.failures < s.most)
		return messenger_fail_instead(r, E_WRONG_PASSWORD, NULL);
	return e == OK ? OK : refuse_sign_in(r, e, &s, c->actor);
}

static enum err
change_own(struct req *r, const struct passwords *in)
{
	struct ctx *c = &r->ctx;
	struct account a = {0};

	if (in->original_password == NULL)
		return field_error_add(c, (struct field_error){.place = "body",
						  .field = "original_password",
						  .kind = FIELD_ERROR_MISSING});
	TRY(check_password(r, &a, in->original_password));
	TRY(messenger_check_new_password(r, &a, in->new_password));
	TRY(db_begin(c));
	TRY(db_end(c, account_change_password(c, &a, in->new_password,
			      messenger_caller(r)->session.jti)));
	return messenger_reply(r, 200, "password.changed", NULL);
}

/*
 * POST /account/change-password, cookie: 200, and all other sessions of the account
 * end. E_PASSWORD_RULE with its reason, E_WRONG_PASSWORD, E_NO_COOKIE.
 */
enum err
messenger_post_change_password(struct req *r)
{
	const struct passwords *in = r->in;

	TRY(messenger_typed_alike(r));
	if (!messenger_has_refresh(r))
		return fail(&r->ctx, E_NO_COOKIE, NULL);
	return change_own(r, in);
}

/* -- the end */

struct deactivate {
	const char *email, *password;
};

INPUT(messenger_deactivate_in, struct deactivate,
	FIELD(struct deactivate, email, .must = true),
	FIELD(struct deactivate, password, .must = true, .as_typed = true));

static enum err
deactivate(struct req *r, const struct account *a)
{
	struct ctx *c = &r->ctx;

	if (str_eq(a->role, "administrator"))
		TRY(account_keep_an_administrator(c, a));
	TRY(account_set_status(
		c, a, "deactivated", "ACCOUNT_LOCKED::USER_SELF_LOCKED"));
	return user_hide(c, a->id, a->id);
}

/*
 * POST /account/deactivate {email, password}, cookie: 204; all sessions end, and what
 * the account shows is hidden. E_OTHER_EMAIL, E_WRONG_PASSWORD.
 */
enum err
messenger_post_deactivate(struct req *r)
{
	const struct deactivate *in = r->in;
	struct ctx *c = &r->ctx;
	struct account a = {0};
	struct user person = {0};

	TRY(user_get(c, c->actor, &person));
	if (person.email == NULL || strcasecmp(person.email, in->email) != 0)
		return messenger_fail_list(r, E_OTHER_EMAIL, "fields", "email");
	TRY(check_password(r, &a, in->password));
	if (a.is_superuser)
		return fail(c, E_SUPERADMIN, NULL);
	TRY(db_begin(c));
	TRY(db_end(c, deactivate(r, &a)));
	messenger_drop_cookies(r);
	return messenger_reply(r, 204, "user.deactivate_success", NULL);
}
