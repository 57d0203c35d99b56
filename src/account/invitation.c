#include "account/invitation.h"

#include "account/account.h"
#include "account/audit.h"
#include "base/conf.h"
#include "base/field.h"
#include "db/db.h"
#include "job/job.h"

#include "account/invitation.sql.h"

struct row {
	const char *id, *email, *token;
	struct utc expires;
};

static FIELDS(row_fields, FIELD(struct row, id), FIELD(struct row, email),
	FIELD(struct row, token), FIELD(struct row, expires));

/* "A day ago" is how the contract closes one. */
static struct utc
closed(struct ctx *c)
{
	return utc_after(c->now, -conf.account_invite_lifetime);
}

static enum err
mail(struct ctx *c, const char *id, enum invitation_page page)
{
	const char *subject = arena_fmt(&c->arena, "invitation%s %s",
		page == PAGE_OF_CONSOLE ? ".console" : "", id);

	return job_add(c, &(struct job_order){.kind = "mail.send", .subject = subject});
}

static enum err
not_staff(struct ctx *c, const char *email, enum err e)
{
	int64_t count;

	TRY(db_int(c, &INVITATION_IS_STAFF, &count, ARGS(c, email)));
	return count == 0 ? OK : fail(c, e, NULL);
}

/* Who has confirmed the address elsewhere could not use the invitation. The older API
 * knows staff only, and goes on sending it. */
static enum err
not_somebody(struct ctx *c, const struct invitation *in)
{
	int64_t count;

	if (in->page != PAGE_OF_CONSOLE)
		return OK;
	TRY(db_int(c, &INVITATION_IS_SOMEBODY, &count, ARGS(c, in->email)));
	return count == 0 ? OK : fail(c, E_EMAIL_TAKEN, NULL);
}

enum err
invitation_add(struct ctx *c, const struct invitation *in, const char **out)
{
	struct row row = {0};

	TRY(not_staff(c, in->email, E_EMAIL_TAKEN));
	TRY(not_somebody(c, in));
	TRY(db_one(c, &INVITATION_INSERT, row_fields, &row,
		ARGS(c, in->name, in->surname, in->email,
			utc_after(c->now, conf.account_invite_lifetime), c->actor,
			c->now)));
	TRY(mail(c, row.id, in->page));
	TRY(audit_add(c, "invitation.add", "invitation", row.id, NULL));
	return db_json(c, &INVITATION_JSON, out, ARGS(c, row.id));
}

enum err
invitation_list(struct ctx *c, const char **out)
{
	return db_json(c, &INVITATION_ALL, out, ARGS(c));
}

static enum err
set_expiry(struct ctx *c, const char *id, struct utc expires, const char *action,
	const char **out)
{
	TRY(db_do(c, &INVITATION_EXPIRE, ARGS(c, id, expires, c->now)));
	TRY(audit_add(c, action, "invitation", id, NULL));
	return db_json(c, &INVITATION_JSON, out, ARGS(c, id));
}

enum err
invitation_close(struct ctx *c, const char *id, const char **out)
{
	struct row row = {0};

	TRY(db_one(c, &INVITATION_LOCK, row_fields, &row, ARGS(c, id)));
	if (row.expires.us <= c->now.us)
		return fail(c, E_INVITE_CLOSED, NULL);
	return set_expiry(c, id, closed(c), "invitation.close", out);
}

enum err
invitation_open(struct ctx *c, const char *id, const char **out)
{
	struct row row = {0};

	TRY(db_one(c, &INVITATION_LOCK, row_fields, &row, ARGS(c, id)));
	if (row.expires.us > c->now.us)
		return fail(c, E_INVITE_OPEN, NULL);
	TRY(not_staff(c, row.email, E_INVITE_USED));
	TRY(mail(c, id, PAGE_OF_PROGRAMME));
	return set_expiry(c, id, utc_after(c->now, conf.account_invite_lifetime),
		"invitation.open", out);
}

enum err
invitation_resend(struct ctx *c, const char *id, const char **out)
{
	struct row row = {0};

	TRY(db_one(c, &INVITATION_LOCK, row_fields, &row, ARGS(c, id)));
	TRY(not_staff(c, row.email, E_INVITE_USED));
	TRY(mail(c, id, PAGE_OF_CONSOLE));
	return set_expiry(c, id, utc_after(c->now, conf.account_invite_lifetime),
		"invitation.resend", out);
}

enum err
invitation_show(struct ctx *c, const char *token, const char **out)
{
	return db_json(c, &INVITATION_BY_TOKEN, out, ARGS(c, token, c->now));
}

enum err
invitation_use(struct ctx *c, const char *token, const char *name, const char *surname,
	const char *password, const char **out)
{
	struct row row = {0};
	struct account a = {.name = name, .surname = surname, .role = "expert"};

	/* All of one person's are locked in one order, so that two used at once do not
	 * block each other. */
	TRY(db_do(c, &INVITATION_LOCK_EMAIL, ARGS(c, token)));
	TRY(db_one(c, &INVITATION_TAKE, row_fields, &row, ARGS(c, token, c->now)));
	a.email = row.email;
	TRY(db_do(c, &INVITATION_FREE_EMAIL, ARGS(c, row.email, c->now)));
	TRY(account_add(c, &a, password));
	TRY(db_do(c, &INVITATION_USED, ARGS(c, row.id, row.email, c->now, closed(c))));
	c->actor = a.id;
	TRY(audit_add(c, "account.register", "account", a.uuid, NULL));
	return db_json(c, &INVITATION_STAFF_JSON, out, ARGS(c, a.id));
}
