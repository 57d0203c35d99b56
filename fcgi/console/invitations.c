/* Invitations of staff: whoever invites, and the page that the mails lead to. */
#include "account/invitation.h"

#include "account/account.h"
#include "account/limit.h"
#include "base/conf.h"
#include "base/str.h"
#include "console/console.h"
#include "db/db.h"
#include "reply.h"

#include "console/invitations.sql.h"

#define NAMES(type)                                                                    \
	FIELD(type, name, .must = true, .min = 2, .max = 20,                           \
		.rule = person_name_rule),                                             \
		FIELD(type, surname, .must = true, .min = 2, .max = 100,               \
			.rule = person_name_rule)

INPUT(console_invitation_in, struct invitation, NAMES(struct invitation),
	FIELD(struct invitation, email, .must = true, .max = 100,
		.rule = staff_email_rule));

/* GET /invitations: 200 {"data"}: open ones, and those whose time is over. */
enum err
console_get_invitations(struct req *r)
{
	struct ctx *c = &r->ctx;
	const char *json = NULL;

	TRY(db_json(c, &CONSOLE_INVITATIONS, &json, ARGS(c, c->now)));
	return console_reply(r, json);
}

/* POST /invitations {"name", "surname", "email"}: 204; mailed. E_EMAIL_TAKEN. */
enum err
console_post_invitation(struct req *r)
{
	struct invitation in = *(const struct invitation *)r->in;
	const char *json = NULL;

	in.page = PAGE_OF_CONSOLE;
	TRY(invitation_add(&r->ctx, &in, &json));
	return reply_empty(r, 204);
}

/* POST /invitations/{uuid}/resend: 204; the same code, and all its time again.
 * E_INVITE_NOT_FOUND, E_INVITE_USED. */
enum err
console_post_invitation_resend(struct req *r)
{
	const char *json = NULL;

	TRY(invitation_resend(&r->ctx, r->word[0], &json));
	return reply_empty(r, 204);
}

/* POST /invitations/{uuid}/withdraw: 204. E_INVITE_NOT_FOUND, E_INVITE_CLOSED. */
enum err
console_post_invitation_withdraw(struct req *r)
{
	const char *json = NULL;

	TRY(invitation_close(&r->ctx, r->word[0], &json));
	return reply_empty(r, 204);
}

/* -- whoever is invited */

struct invited_body {
	const char *code, *name, *surname, *password;
};

INPUT(console_invited_in, struct invited_body,
	FIELD(struct invited_body, code, .must = true, .rule = uuid_rule));

INPUT(console_accept_in, struct invited_body,
	FIELD(struct invited_body, code, .must = true, .rule = uuid_rule),
	NAMES(struct invited_body),
	FIELD(struct invited_body, password, .must = true, .as_typed = true, .min = 0,
		.max = 1000, .rule = staff_password_rule));

/* One count with the programme's own page: who guesses codes guesses them for both. */
static enum err
count_attempt(struct ctx *c)
{
	return limit_address(c, "register", conf.account_registrations_per_address);
}

/* POST /invitation {"code"}: 200 {"name", "surname", "email", ...}. E_CODE_INVALID. */
enum err
console_post_invited(struct req *r)
{
	const struct invited_body *in = r->in;
	const char *json = NULL;

	TRY(count_attempt(&r->ctx));
	TRY(invitation_show(&r->ctx, in->code, &json));
	return reply_json(r, 200, json);
}

/* POST /invitation/accept {"code", "name", "surname", "password"}: 204, an account of
 * an expert; the invitation is used. E_CODE_INVALID, E_EMAIL_TAKEN. */
enum err
console_post_accept(struct req *r)
{
	const struct invited_body *in = r->in;
	const char *json = NULL;

	TRY(count_attempt(&r->ctx));
	TRY(invitation_use(
		&r->ctx, in->code, in->name, in->surname, in->password, &json));
	return reply_empty(r, 204);
}
