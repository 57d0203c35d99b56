/* Signing up, and whether names are free: contract 5. */
#include "messenger/signup.h"

#include "account/account.h"
#include "base/conf.h"
#include "base/str.h"
#include "base/unicode.h"
#include "messenger/email.h"
#include "messenger/login.h"
#include "messenger/sync.h"
#include "messenger/user.h"
#include "reply.h"

INPUT(messenger_signup_in, struct new_person,
	FIELD(struct new_person, id, .must = true),
	FIELD(struct new_person, pw, .must = true, .as_typed = true),
	FIELD(struct new_person, nick, .must = true),
	FIELD(struct new_person, email, .must = true));

/* The older shape of a field error: its field names the reason. */
static enum err
bad(struct req *r, const char *field, const char *reason)
{
	return messenger_fail_instead(r, E_INPUT,
		arena_fmt(&r->ctx.arena, "{\"bad_semantics\":[{\"%s\":\"%s\"}]}", field,
			reason));
}

enum err
messenger_taken(struct req *r, const char *field)
{
	ctx_clear_error(&r->ctx);
	return messenger_fail_list(r, E_TAKEN, "duplicate", field);
}

static enum err
check_nick(struct req *r, struct new_person *in)
{
	struct ctx *c = &r->ctx;

	in->nick = unicode_plain_blanks(&c->arena, in->nick, BLANKS_INSIDE);
	if (in->nick[0] == '\0')
		return bad(r, "nick", "TOO_SHORT");
	if (utf8_count(in->nick) > 64)
		return bad(r, "nick", "TOO_LONG");
	return unicode_name_fault(&c->arena, in->nick) == NULL
		       ? OK
		       : bad(r, "nick", "FORBIDDEN_CHAR");
}

/* The order is the contract's. */
static enum err
check_signup(struct req *r, struct new_person *in)
{
	struct ctx *c = &r->ctx;
	const struct field email = {.name = "email"};
	const char *fault;

	if (email_rule(c, &email, "body", &in->email) != OK)
		return bad(r, "email", "NOT_A_VALID_EMAIL_ADDRESS");
	if ((fault = user_name_fault(in->id, "")) != NULL)
		return bad(r, "id", fault);
	if ((fault = user_password_fault(in->pw, in->id, in->email, in->nick)) != NULL)
		return bad(r, "pw", fault);
	return check_nick(r, in);
}

/* Which of the three is somebody's already? NULL: none. */
static enum err
find_taken(struct req *r, const char *id, const char *nickname, const char *email,
	const char **field)
{
	struct ctx *c = &r->ctx;
	bool found = false;

	*field = NULL;
	if (id != NULL) {
		enum err e = account_name_free(c, id);
		if (e != E_NAME_TAKEN)
			TRY(e);
		ctx_clear_error(c);
		if (e != OK)
			*field = "id";
	}
	if (*field == NULL && nickname != NULL) {
		TRY(user_nickname_taken(c, nickname, &found));
		*field = found ? "nickname" : NULL;
	}
	if (*field == NULL && email != NULL) {
		TRY(user_email_taken(c, email, &found));
		*field = found ? "email" : NULL;
	}
	return OK;
}

bool
messenger_must_confirm(void)
{
	return conf.messenger_mail && conf.messenger_confirm_email;
}

enum err
messenger_check_person(struct req *r, struct new_person *in)
{
	const char *field;

	TRY(check_signup(r, in));
	TRY(find_taken(r, in->id, in->nick, in->email, &field));
	return field == NULL ? OK : messenger_taken(r, field);
}

/* Signed in; ETag is the MD5 of the copy that the phone will find at /sync. */
static enum err
welcome(struct req *r, int64_t account_id)
{
	struct sync_bytes copy = {0};
	const char *etag = NULL;

	TRY(sync_unstored(&r->ctx, account_id, &copy, &etag));
	reply_header(r, "ETag", etag);
	return messenger_login(r, account_id, 201, "user.sign_up");
}

/*
 * POST /account/signup {id, pw, nick, email}: 201, signed in, or without cookies where
 * the address has to be confirmed first. 422 with the reason, E_TAKEN with the field,
 * E_LIMIT.
 */
enum err
messenger_post_signup(struct req *r)
{
	struct new_person in = *(const struct new_person *)r->in;
	struct ctx *c = &r->ctx;
	struct account a = {.name = "", .surname = ""};
	const char *field;
	bool first;

	TRY(check_signup(r, &in));
	TRY(limit_address(c, "register", conf.account_registrations_per_address));
	TRY(find_taken(r, in.id, in.nick, in.email, &field));
	if (field != NULL)
		return messenger_taken(r, field);
	a.username = in.id;
	a.email = in.email;
	TRY(user_is_first(c, &first));
	enum err e = account_register(c, &a, in.pw);
	if (e == E_NAME_TAKEN || e == E_EMAIL_TAKEN)
		return messenger_taken(r, e == E_NAME_TAKEN ? "id" : "email");
	TRY(e);
	e = user_add(c, a.id, in.nick);
	if (e == E_TAKEN)
		return messenger_taken(r, "nickname");
	TRY(e);
	if (first)
		TRY(user_crown(c, a.id));
	if (!first)
		TRY(messenger_ask_to_confirm(r, a.id));
	if (messenger_must_confirm())
		return messenger_reply(
			r, 201, "user.sign_up_but_need_email_verification", NULL);
	return welcome(r, a.id);
}

/* -- is it free? */

struct duplicate {
	const char *id, *nickname, *email;
};

INPUT(messenger_duplicate_in, struct duplicate, FIELD(struct duplicate, id),
	FIELD(struct duplicate, nickname), FIELD(struct duplicate, email));

/* POST /account/duplicate {id, nickname, email}: 200. E_TAKEN with those that are. */
enum err
messenger_post_duplicate(struct req *r)
{
	const struct duplicate *in = r->in;
	struct ctx *c = &r->ctx;
	struct buf data = {.arena = &c->arena};
	const struct duplicate one[] = {
		{.id = in->id}, {.nickname = in->nickname}, {.email = in->email}};

	for (size_t i = 0; i < 3; i++) {
		const char *field;

		TRY(find_taken(r, one[i].id, one[i].nickname, one[i].email, &field));
		if (field != NULL)
			buf_fmt(&data, "%s\"%s\"", data.used > 0 ? "," : "", field);
	}
	if (data.used == 0)
		return messenger_reply(r, 200, "user.safe_to_use", NULL);
	return messenger_fail(r, E_TAKEN,
		arena_fmt(&c->arena, "{\"duplicate\":[%s]}", buf_text(&data)));
}
