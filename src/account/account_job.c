#include "account/account_job.h"

#include <string.h>

#include "account/audit.h"
#include "account/erase.h"
#include "account/person_mail.h"
#include "base/conf.h"
#include "base/seal.h"
#include "base/str.h"
#include "db/db.h"
#include "messenger/erase.h"
#include "net/mail.h"

#include "account/account_job.sql.h"

#define NOTE_AT_ONCE 1000
#define ERASE_AT_ONCE 20
#define SEAL_CONTEXT "samovar mail"

struct recipient {
	const char *name, *email, *token;
};

static FIELDS(recipient_fields, FIELD(struct recipient, name),
	FIELD(struct recipient, email), FIELD(struct recipient, token));

enum err
mail_password(struct ctx *c, const struct account *a, const char *password)
{
	return job_add(c, &(struct job_order){.kind = "mail.send",
				  .subject = arena_fmt(&c->arena, "password %s %s",
					  a->uuid, seal(c, SEAL_CONTEXT, password))});
}

enum err
mail_test(struct ctx *c, const char *to, const char *title, const char *body)
{
	const char *text = arena_fmt(&c->arena, "%s\n%.*s\n%s", to,
		(int)strcspn(title, "\r\n"), title, body);

	return job_add(c, &(struct job_order){.kind = "mail.send",
				  .subject = arena_fmt(&c->arena, "test %s",
					  seal(c, SEAL_CONTEXT, text))});
}

static enum err
send_test(struct ctx *c, const char *sealed)
{
	const char *to = unseal(c, SEAL_CONTEXT, sealed);
	const char *title = to == NULL ? NULL : strchr(to, '\n');
	const char *body = title == NULL ? NULL : strchr(title + 1, '\n');

	if (body == NULL)
		return fail(c, E_BUG, "the sealed mail cannot be read");
	const struct pair words[] = {
		{"title", arena_strn(&c->arena, title + 1, (size_t)(body - title - 1))},
		{"body", body + 1}};
	return mail_send(
		c, &(struct mail){.to = arena_strn(&c->arena, to, (size_t)(title - to)),
			   .template = "test",
			   .words = words,
			   .word_count = 2});
}

/* page: below site.url, up to the token. The console's has it behind a "#", which no
 * browser sends to a server. */
static enum err
send_invitation(struct ctx *c, const char *id, const char *page)
{
	struct recipient to = {0};
	bool found;

	TRY(db_maybe(c, &MAIL_INVITATION, recipient_fields, &to, &found,
		ARGS(c, id, c->now)));
	if (!found)
		return OK; /* closed or used meanwhile */
	const struct pair words[] = {{"name", to.name},
		{"url", arena_fmt(&c->arena, "%s%s%s", conf.site_url, page, to.token)}};
	return mail_send(c, &(struct mail){.to = to.email,
				    .template = "invitation",
				    .words = words,
				    .word_count = 2});
}

static enum err
send_password(struct ctx *c, const char *rest)
{
	const char *blank = strchr(rest, ' ');
	struct recipient to = {0};
	bool found;

	const char *secret = blank == NULL ? NULL : unseal(c, SEAL_CONTEXT, blank + 1);
	if (secret == NULL)
		return fail(c, E_BUG,
			"the sealed password cannot be read: has token.secret "
			"changed?");
	TRY(db_maybe(c, &MAIL_ACCOUNT, recipient_fields, &to, &found,
		ARGS(c, arena_strn(&c->arena, rest, (size_t)(blank - rest)))));
	if (!found)
		return OK; /* erased meanwhile */
	const struct pair words[] = {{"name", to.name}, {"password", secret}};
	return mail_send(c, &(struct mail){.to = to.email,
				    .template = "password",
				    .words = words,
				    .word_count = 2});
}

enum err
mail_send_job(struct ctx *c, const struct job *job)
{
	bool known;

	if (str_starts(job->subject, "invitation "))
		return send_invitation(
			c, job->subject + strlen("invitation "), "/pwd_create/");
	if (str_starts(job->subject, "invitation.console "))
		return send_invitation(c, job->subject + strlen("invitation.console "),
			"/console/invitation#");
	if (str_starts(job->subject, "password "))
		return send_password(c, job->subject + strlen("password "));
	if (str_starts(job->subject, "test "))
		return send_test(c, job->subject + strlen("test "));
	TRY(person_mail_send(c, job->subject, &known));
	return known ? OK : fail(c, E_BUG, "no such mail");
}

/* Accounts that have been deactivated for long enough. */
static enum err
erase_gone(struct ctx *c)
{
	struct gone *gone;
	size_t count;

	TRY(messenger_gone(c, ERASE_AT_ONCE, &gone, &count));
	for (size_t i = 0; i < count; i++) {
		struct account a = {0};

		TRY(account_by_id(c, gone[i].account_id, &a));
		TRY(account_erase(c, &a));
		TRY(audit_add(c, "account.erase", "account", a.uuid, NULL));
	}
	return OK;
}

enum err
account_sweep(struct ctx *c)
{
	TRY(erase_gone(c));
	TRY(db_do(c, &SWEEP_UNCONFIRMED, ARGS(c, c->now)));
	TRY(db_do(c, &SWEEP_EMAIL_TOKENS, ARGS(c, c->now)));
	return db_do(c, &SWEEP_PENDING, ARGS(c));
}

enum err
account_sweep_job(struct ctx *c, const struct job *job)
{
	(void)job;
	return account_sweep(c);
}

enum err
session_sweep_job(struct ctx *c, const struct job *job)
{
	int64_t done = 1;

	(void)job;
	while (done > 0)
		TRY(account_note_looks(c, NOTE_AT_ONCE, &done));
	TRY(db_do(c, &SWEEP_SESSIONS, ARGS(c, c->now)));
	TRY(db_do(c, &SWEEP_FAMILIAR, ARGS(c, c->now)));
	return db_do(c, &SWEEP_LOCKOUTS, ARGS(c, c->now, conf.account_lockout_time));
}
