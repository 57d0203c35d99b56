/*
 * What mailed links lead to: contract 4. A link alone changes nothing, because scanners
 * of mails open it, too: the page has a button.
 */
#include "messenger/email.h"

#include <string.h>
#include <strings.h>

#include "account/account.h"
#include "account/limit.h"
#include "account/person_mail.h"
#include "account/registration.h"
#include "base/conf.h"
#include "base/str.h"
#include "db/db.h"
#include "messenger/page.h"
#include "messenger/password.h"
#include "messenger/site.h"

#include "messenger/email.sql.h"

#define LINK_SECONDS (INT64_C(48) * 3600)
#define PURPOSES "phone_confirm phone_reset"

enum err
messenger_ask_to_confirm(struct req *r, int64_t account_id)
{
	struct ctx *c = &r->ctx;
	struct account a = {0};

	TRY(account_by_id(c, account_id, &a));
	if (a.email == NULL || !conf.messenger_mail || !person_mail_allowed(c, a.email))
		return OK;
	return person_mail_link(
		c, a.id, "phone_confirm", a.email, LINK_SECONDS, messenger_language(r));
}

/* The link's token as it is. E_LINK_INVALID: not of its form. E_LINK_USED: not known
 * any more. E_LINK_EXPIRED. */
static enum err
look(struct req *r, const char *purposes, struct email_token *out)
{
	struct ctx *c = &r->ctx;
	const char *secret = r->word[0];
	size_t n = strlen(secret);
	bool expired = false;

	if (n != 43 ||
		strspn(secret, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvw"
			       "xyz0123456789-_") != n)
		return fail(c, E_LINK_INVALID, NULL);
	enum err e = email_token_look(c, purposes, secret, out, &expired);
	if (e == E_EMAIL_TOKEN) {
		ctx_clear_error(c);
		return fail(c, E_LINK_USED, NULL);
	}
	TRY(e);
	return expired ? fail(c, E_LINK_EXPIRED, NULL) : OK;
}

/* An error of a link as a page, where a page was asked for. */
static enum err
as_page(struct req *r, enum err e)
{
	if ((e != E_LINK_INVALID && e != E_LINK_EXPIRED && e != E_LINK_USED) ||
		!messenger_wants_html(r))
		return e;
	ctx_clear_error(&r->ctx);
	return messenger_page(r, e == E_LINK_USED ? 404 : 410,
		messenger_words(r, "Link"), messenger_words(r, err_sentence(e)), NULL);
}

static enum err
confirm_page(struct req *r)
{
	return messenger_page(r, 200, messenger_words(r, "Confirm your address"), NULL,
		arena_fmt(&r->ctx.arena,
			"<form method=\"post\"><button>%s</button></form>\n",
			messenger_words(r, "Confirm")));
}

static enum err
reset_page(struct req *r)
{
	struct arena *a = &r->ctx.arena;
	const char *title = messenger_words(r, "New password");

	return messenger_page(r, 200, title, NULL,
		arena_fmt(a,
			"<form method=\"post\" action=\"%s\">\n"
			"<p><label>%s <input type=\"password\" name=\"new_password\" "
			"autocomplete=\"new-password\" required></label></p>\n"
			"<p><label>%s <input type=\"password\" "
			"name=\"new_password_check\" autocomplete=\"new-password\" "
			"required></label></p>\n<button>%s</button></form>\n",
			messenger_path(a, arena_fmt(a, "/account/change-password/%s",
						  r->word[0])),
			title, messenger_words(r, "Once more"),
			messenger_words(r, "Set")));
}

static enum err
get_email(struct req *r)
{
	struct email_token token = {0};
	bool html = messenger_wants_html(r);

	TRY(look(r, PURPOSES, &token));
	if (str_eq(token.purpose, "phone_confirm"))
		return html ? confirm_page(r)
			    : messenger_reply(r, 200, "email.success", NULL);
	return html ? reset_page(r) : fail(&r->ctx, E_NOT_ACCEPTABLE, NULL);
}

/* GET /account/email/{token}: 200, a page with a button or a form. E_LINK_INVALID,
 * E_LINK_EXPIRED, E_LINK_USED, E_NOT_ACCEPTABLE. */
enum err
messenger_get_email(struct req *r)
{
	return as_page(r, get_email(r));
}

static enum err
confirm(struct req *r)
{
	struct ctx *c = &r->ctx;
	struct email_token token = {0};

	TRY(look(r, "phone_confirm", &token));
	TRY(db_do(c, &MESSENGER_CONFIRMED,
		ARGS(c, token.account_id, c->now, token.address)));
	TRY(email_token_drop(c, token.account_id, "phone_confirm"));
	if (!messenger_wants_html(r))
		return messenger_reply(r, 200, "email.success", NULL);
	return messenger_page(r, 200, messenger_words(r, "Done"),
		messenger_words(r, "Your address is confirmed."), NULL);
}

/* POST /account/email/{token}: 200, and the address is confirmed. E_LINK_INVALID,
 * E_LINK_EXPIRED, E_LINK_USED. */
enum err
messenger_post_email(struct req *r)
{
	return as_page(r, confirm(r));
}

/* -- passwords */

struct reset {
	const char *email;
};

INPUT(messenger_reset_in, struct reset, FIELD(struct reset, email, .must = true));

/* POST /account/reset-password {email}: 201, whether or not somebody has the address.
 */
enum err
messenger_post_reset(struct req *r)
{
	const struct reset *in = r->in;
	struct ctx *c = &r->ctx;
	const struct field field = {.name = "email"};
	const char *email = in->email;
	bool fits = email_rule(c, &field, "body", &email) == OK;

	ctx_clear_error(c);
	if (fits && conf.messenger_mail)
		TRY(registration_ask_mail(c, "phone", email, messenger_language(r)));
	return messenger_reply(r, 201, "password.reset_mail_sent", NULL);
}

/* Whoever reads the mailbox is not kept out by wrong passwords. */
static enum err
set_password(struct req *r, const struct account *a, const char *password)
{
	struct ctx *c = &r->ctx;

	TRY(account_set_password(c, a, password, "password"));
	TRY(db_do(c, &MESSENGER_CONFIRMED, ARGS(c, a->id, c->now, a->email)));
	TRY(email_token_drop(c, a->id, "phone_reset reset"));
	TRY(limit_unlock(c, BY_EMAIL, a->email));
	return a->username == NULL ? OK : limit_unlock(c, BY_USERNAME, a->username);
}

static enum err
reset(struct req *r)
{
	struct ctx *c = &r->ctx;
	struct email_token token = {0};
	struct account a = {0};

	TRY(look(r, "phone_reset", &token));
	TRY(account_by_id(c, token.account_id, &a));
	if (!str_eq(a.status, "active") || a.email == NULL || token.address == NULL ||
		strcasecmp(a.email, token.address) != 0)
		return fail(c, E_LINK_USED, NULL);
	const char *password;
	TRY(messenger_new_password(r, &a, &password));
	TRY(set_password(r, &a, password));
	if (!messenger_wants_html(r))
		return messenger_reply(r, 200, "password.changed", NULL);
	return messenger_page(r, 200, messenger_words(r, "Done"),
		messenger_words(r, "The password is changed. Sign in again."), NULL);
}

/*
 * POST /account/change-password/{token}: 200, and all sessions end. The link counts
 * before a cookie, and is used up by success only. E_LINK_INVALID, E_LINK_EXPIRED,
 * E_LINK_USED, E_PASSWORD_RULE.
 */
enum err
messenger_post_new_password(struct req *r)
{
	return as_page(r, reset(r));
}
