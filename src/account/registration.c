#include "account/registration.h"

#include <stdio.h>
#include <strings.h>

#include "account/account_job.h"
#include "account/address.h"
#include "account/audit.h"
#include "account/email_token.h"
#include "account/person_mail.h"
#include "account/session.h"
#include "base/hash.h"
#include "base/seal.h"
#include "base/str.h"
#include "db/counted.h"
#include "db/db.h"
#include "job/job.h"

#include "account/registration.sql.h"

#define PHONE_SECONDS (INT64_C(48) * 3600)
#define SEAL_CONTEXT "samovar mail ask"

static enum err
find(struct ctx *c, const char *email, struct account *out, bool *found)
{
	enum err e = account_by_email(c, email, out);

	*found = e == OK;
	if (e != E_ACCOUNT_NOT_FOUND)
		return e;
	ctx_clear_error(c);
	return OK;
}

/* The address waits for its confirmation: another mail; the password stays what it is.
 */
static enum err
ask_again(struct ctx *c, const struct account *known, bool same, const char *language)
{
	return person_mail_allowed(c, known->email)
		       ? account_ask_to_confirm(c, known, !same, language)
		       : OK;
}

static enum err
tell_owner(struct ctx *c, const struct account *known, const char *language)
{
	return person_mail_allowed(c, known->email)
		       ? person_mail_exists(c, known, language)
		       : OK;
}

enum err
registration_ask(struct ctx *c, struct account *a, const char *password)
{
	struct account known = {0};
	bool found, stale;

	if (a->username != NULL)
		TRY(account_name_free(c, a->username));
	TRY(find(c, a->email, &known, &found));
	if (!found)
		return account_register(c, a, password);
	/* The same work, and never the answer. */
	bool same = hash_check(
		c, known.is_unconfirmed ? known.password : NULL, password, &stale);
	return known.is_unconfirmed ? ask_again(c, &known, same, a->language)
				    : tell_owner(c, &known, a->language);
}

/*
 * Somebody registered this address again with another password: perhaps the first one
 * was not its owner, and waits with a password of theirs for the owner to confirm.
 */
static enum err
distrust(struct ctx *c, const struct account *a)
{
	TRY(db_do(c, &REGISTRATION_FORGET_PASSWORD, ARGS(c, a->id, c->now)));
	TRY(session_end_all(c, a->id, "confirmed"));
	return person_mail_reset(c, a, a->language);
}

static enum err
confirm(struct ctx *c, const struct email_token *t, struct confirmation *out)
{
	struct account a = {0};
	int64_t repeats;

	TRY(db_do(c, &REGISTRATION_LOCK, ARGS(c, t->account_id)));
	TRY(account_by_id(c, t->account_id, &a));
	if (a.email == NULL || strcasecmp(a.email, t->address) != 0)
		return fail(c, E_EMAIL_TOKEN, NULL);
	out->email_confirmed = true;
	if (!a.is_unconfirmed)
		return OK;
	TRY(registration_vouch(c, &a));
	TRY(counted(c, "confirmations", "", 1));
	TRY(audit_add(c, "account.confirm_email", "account", a.uuid, NULL));
	TRY(db_int(c, &REGISTRATION_REPEATS, &repeats, ARGS(c, a.id)));
	out->password_reset = repeats > 0;
	return out->password_reset ? distrust(c, &a) : OK;
}

static enum err
apply(struct ctx *c, const struct email_token *t, struct confirmation *out)
{
	if (str_eq(t->purpose, "confirm"))
		return confirm(c, t, out);
	return address_agree(c, t, &out->email_confirmed, &out->email_pending);
}

enum err
registration_confirm(struct ctx *c, const char *secret, struct confirmation *out)
{
	struct email_token token = {0};

	TRY(db_begin(c));
	enum err e =
		email_token_use(c, "confirm change_old change_new", secret, &token);
	if (e == OK)
		e = apply(c, &token, out);
	return db_end(c, e);
}

enum err
registration_confirm_code(
	struct ctx *c, const char *email, const char *code, struct confirmation *out)
{
	struct email_token token = {0};

	TRY(email_token_by_code(c, email, code, &token));
	TRY(db_begin(c));
	return db_end(c, apply(c, &token, out));
}

enum err
registration_vouch(struct ctx *c, const struct account *a)
{
	return db_do(c, &REGISTRATION_CONFIRMED, ARGS(c, a->id, c->now));
}

enum err
registration_ask_mail(
	struct ctx *c, const char *what, const char *email, const char *language)
{
	if (!person_mail_allowed(c, email))
		return OK;
	return job_add(c, &(struct job_order){.kind = "mail.ask",
				  .subject = arena_fmt(&c->arena, "%s %s %s", what,
					  language == NULL ? "-" : language,
					  seal(c, SEAL_CONTEXT, email))});
}

static enum err
answer(struct ctx *c, const char *what, const char *language, const struct account *a)
{
	if (str_eq(language, "-"))
		language = a->language;
	if (str_eq(what, "forgot"))
		return person_mail_reset(c, a, language);
	if (str_eq(what, "phone"))
		return person_mail_link(
			c, a->id, "phone_reset", a->email, PHONE_SECONDS, language);
	return a->is_unconfirmed ? account_ask_to_confirm(c, a, false, language) : OK;
}

enum err
mail_ask_job(struct ctx *c, const struct job *job)
{
	char what[8], language[8];
	struct account a = {0};
	int rest = 0;
	bool found;

	if (sscanf(job->subject, "%7s %7s %n", what, language, &rest) < 2)
		return fail(c, E_BUG, "no such mail");
	const char *email = unseal(c, SEAL_CONTEXT, job->subject + rest);
	if (email == NULL)
		return fail(c, E_BUG,
			"the sealed address cannot be read: has token.secret changed?");
	TRY(find(c, email, &a, &found));
	return found && str_eq(a.status, "active") ? answer(c, what, language, &a) : OK;
}

static enum err
check_staff_password(struct ctx *c, const struct account *a, const char *password)
{
	static const struct field field = {.name = "password"};

	return a->role == NULL ? OK : staff_password_rule(c, &field, "body", &password);
}

/* Whoever reads the mailbox is no longer kept out by wrong passwords. */
static enum err
unlock(struct ctx *c, const struct account *a)
{
	TRY(limit_unlock(c, BY_EMAIL, a->email));
	return a->username == NULL ? OK : limit_unlock(c, BY_USERNAME, a->username);
}

enum err
registration_reset(struct ctx *c, const char *secret, const char *password)
{
	struct email_token token = {0};
	struct account a = {0};

	TRY(email_token_use(c, "reset", secret, &token));
	TRY(account_by_id(c, token.account_id, &a));
	if (!str_eq(a.status, "active") || a.email == NULL ||
		strcasecmp(a.email, token.address) != 0)
		return fail(c, E_EMAIL_TOKEN, NULL);
	TRY(check_staff_password(c, &a, password));
	TRY(account_set_password(c, &a, password, "password"));
	TRY(registration_vouch(c, &a));
	TRY(email_token_drop(c, a.id, "reset"));
	TRY(unlock(c, &a));
	return audit_add(c, "account.reset_password", "account", a.uuid, NULL);
}
