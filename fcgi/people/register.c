/* Registration, confirmation, passwords, addresses: docs/openapi/people.yaml. */
#include "account/registration.h"

#include <string.h>
#include <strings.h>

#include "account/email_token.h"
#include "account/limit.h"
#include "base/conf.h"
#include "base/json_out.h"
#include "base/str.h"
#include "db/db.h"
#include "people/people.h"
#include "reply.h"

#include "people/register.sql.h"

#define SENT "{\"status\":\"mail_sent\"}"

struct register_body {
	const char *email, *password, *name, *surname, *username, *language;
};

INPUT(people_register_in, struct register_body,
	FIELD(struct register_body, email, .must = true, .min = 3, .max = 254,
		.rule = email_rule),
	FIELD(struct register_body, password, .must = true, .as_typed = true, .min = 8,
		.max = 100),
	FIELD(struct register_body, name, .max = 100, .rule = plain_text_rule),
	FIELD(struct register_body, surname, .max = 100, .rule = plain_text_rule),
	FIELD(struct register_body, username, .min = 1, .max = 100,
		.rule = username_rule),
	FIELD(struct register_body, language, .one_of = "ru en ko"));

struct confirm_body {
	const char *token, *email, *code;
};

INPUT(people_confirm_in, struct confirm_body,
	FIELD(struct confirm_body, token, .max = 100),
	FIELD(struct confirm_body, email, .max = 254, .rule = email_rule),
	FIELD(struct confirm_body, code, .min = 6, .max = 6));

struct look_body {
	const char *token;
};

INPUT(people_look_in, struct look_body,
	FIELD(struct look_body, token, .must = true, .max = 100));

struct email_body {
	const char *email;
};

INPUT(people_email_in, struct email_body,
	FIELD(struct email_body, email, .must = true, .min = 3, .max = 254,
		.rule = email_rule));

struct reset_body {
	const char *token, *password;
};

INPUT(people_reset_in, struct reset_body,
	FIELD(struct reset_body, token, .must = true, .max = 100),
	FIELD(struct reset_body, password, .must = true, .as_typed = true, .min = 8,
		.max = 100));

static enum err
field_error(struct ctx *c, const char *field, const char *words)
{
	return field_error_add(c, (struct field_error){.place = "body",
					  .field = field,
					  .kind = FIELD_ERROR_FORM,
					  .words = words});
}

static enum err
person_reply(struct req *r, int64_t id)
{
	const char *json;

	TRY(people_show(&r->ctx, id, &json));
	return reply_json(r, 201, json);
}

static enum err
try_register(struct req *r, struct account *a, const char *password)
{
	struct ctx *c = &r->ctx;

	TRY(db_begin(c));
	return db_end(c, account_confirms() ? registration_ask(c, a, password)
					    : account_register(c, a, password));
}

/*
 * POST /register: 202 whatever is known of the address, or 201 Person where addresses
 * need no confirmation. E_REGISTER_CLOSED, E_LIMIT, E_INPUT for a user name that is
 * taken; without confirmation E_EMAIL_TAKEN.
 */
enum err
people_post_register(struct req *r)
{
	const struct register_body *in = r->in;
	struct ctx *c = &r->ctx;
	const struct account asked = {.username = in->username,
		.email = in->email,
		.name = in->name == NULL ? "" : in->name,
		.surname = in->surname == NULL ? "" : in->surname,
		.language = in->language != NULL ? in->language : req_language(r)};
	struct account a = asked;

	if (!conf.account_registration_open)
		return fail(c, E_REGISTER_CLOSED, NULL);
	TRY(limit_address(c, "register", conf.account_registrations_per_address));
	enum err e = try_register(r, &a, in->password);
	/* Two at once: the second one finds the first. */
	if (e == E_EMAIL_TAKEN && account_confirms()) {
		ctx_clear_error(c);
		a = asked;
		e = try_register(r, &a, in->password);
	}
	if (e == E_NAME_TAKEN) {
		ctx_clear_error(c);
		return field_error(
			c, "username", "is taken, or looks like one that is");
	}
	TRY(e);
	return account_confirms() ? reply_json(r, 202, SENT) : person_reply(r, a.id);
}

/*
 * POST /confirm {"token"} or {"email", "code"}: 200 {"email_confirmed",
 * "email_pending", "password_reset"}. E_EMAIL_TOKEN.
 */
enum err
people_post_confirm(struct req *r)
{
	const struct confirm_body *in = r->in;
	struct ctx *c = &r->ctx;
	struct confirmation done = {0};

	if (in->token != NULL)
		TRY(registration_confirm(c, in->token, &done));
	else if (in->email != NULL && in->code != NULL)
		TRY(registration_confirm_code(c, in->email, in->code, &done));
	else
		return field_error(
			c, "token", "token, or email and code, must be there");
	return reply_json(r, 200,
		JSON(c, "email_confirmed", done.email_confirmed, "email_pending",
			done.email_pending, "password_reset", done.password_reset));
}

/* POST /confirm/look {"token"}: 200 {"purpose", "address"}, for the page of a link:
 * where it went, or of a change that the old side is asked about the new address.
 * Changes nothing. E_EMAIL_TOKEN. */
enum err
people_post_look(struct req *r)
{
	const struct look_body *in = r->in;
	struct ctx *c = &r->ctx;
	struct email_token token = {0};
	const char *json;
	bool expired = false;

	TRY(email_token_look(c, "confirm change_old change_new undo reset", in->token,
		&token, &expired));
	if (expired)
		return fail(c, E_EMAIL_TOKEN, NULL);
	TRY(db_json(c, &PEOPLE_LOOK, &json, ARGS(c, token.id)));
	reply_header(r, "Cache-Control", "no-store");
	return reply_json(r, 200, json);
}

/* POST /confirm/resend {"email"}: 202, always. */
enum err
people_post_resend(struct req *r)
{
	const struct email_body *in = r->in;

	TRY(registration_ask_mail(&r->ctx, "resend", in->email, req_language(r)));
	return reply_json(r, 202, SENT);
}

/* POST /password/forgot {"email"}: 202, always. */
enum err
people_post_forgot(struct req *r)
{
	const struct email_body *in = r->in;

	TRY(registration_ask_mail(&r->ctx, "forgot", in->email, req_language(r)));
	return reply_json(r, 202, SENT);
}

/* POST /password/reset {"token", "password"}: 200. E_EMAIL_TOKEN. */
enum err
people_post_reset(struct req *r)
{
	const struct reset_body *in = r->in;

	TRY(registration_reset(&r->ctx, in->token, in->password));
	return reply_json(r, 200, "{\"password_set\":true}");
}
