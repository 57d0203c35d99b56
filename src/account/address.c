#include "account/address.h"

#include <strings.h>

#include "account/audit.h"
#include "account/person_mail.h"
#include "account/session.h"
#include "base/conf.h"
#include "base/str.h"
#include "db/db.h"

#include "account/address.sql.h"

#define UNDO_SECONDS (INT64_C(72) * 3600)
#define CHANGES "change_old change_new"

/* Where a change stands. */
struct change {
	int64_t id;
	const char *uuid, *email, *pending;
	bool confirmed; /* the address that the account has */
	bool new_agreed, old_agreed;
	bool old_asked; /* the old side has a say */
};

static FIELDS(change_fields, FIELD(struct change, id), FIELD(struct change, uuid),
	FIELD(struct change, email), FIELD(struct change, pending),
	FIELD(struct change, confirmed), FIELD(struct change, new_agreed),
	FIELD(struct change, old_agreed), FIELD(struct change, old_asked));

static enum err
mail_new_side(
	struct ctx *c, const struct account *a, const char *email, const char *language)
{
	struct account other = {0};

	enum err e = account_by_email(c, email, &other);
	if (e == OK)
		return person_mail_exists(c, &other, language);
	if (e != E_ACCOUNT_NOT_FOUND)
		return e;
	ctx_clear_error(c);
	return person_mail_link(
		c, a->id, "change_new", email, conf.account_confirm_lifetime, language);
}

enum err
address_change(
	struct ctx *c, const struct account *a, const char *email, const char *language)
{
	if (!person_mail_allowed(c, email))
		return OK;
	TRY(email_token_drop(c, a->id, CHANGES));
	TRY(db_do(c, &ADDRESS_PENDING, ARGS(c, a->id, email, c->now)));
	TRY(mail_new_side(c, a, email, language));
	if (conf.account_both_addresses && a->email != NULL && !a->is_unconfirmed)
		TRY(person_mail_link(c, a->id, "change_old", a->email,
			conf.account_confirm_lifetime, language));
	return audit_add(c, "account.ask_email", "account", a->uuid, NULL);
}

/* The new address takes the old one's place, and the old side can take it back. */
static enum err
put_in_place(struct ctx *c, const struct change *change)
{
	TRY(db_do(c, &ADDRESS_PUT, ARGS(c, change->id, change->pending, c->now)));
	TRY(audit_add(c, "account.change_email", "account", change->uuid, NULL));
	if (change->email == NULL || !change->confirmed)
		return OK;
	return person_mail_link(
		c, change->id, "undo", change->email, UNDO_SECONDS, NULL);
}

enum err
address_agree(
	struct ctx *c, const struct email_token *t, bool *confirmed, bool *pending)
{
	struct change change = {0};

	TRY(db_one(c, &ADDRESS_STANDS, change_fields, &change, ARGS(c, t->account_id)));
	*confirmed = change.confirmed;
	*pending = false;
	/* Said again after the change: the link of the new side leads to what it made.
	 */
	if (change.pending == NULL)
		return change.email != NULL && strcasecmp(change.email, t->address) == 0
			       ? OK
			       : fail(c, E_EMAIL_TOKEN, NULL);
	*pending = !change.new_agreed || (change.old_asked && !change.old_agreed);
	if (*pending)
		return OK;
	*confirmed = true;
	return put_in_place(c, &change);
}

enum err
address_cancel(struct ctx *c, int64_t account_id)
{
	TRY(email_token_drop(c, account_id, CHANGES));
	return db_do(
		c, &ADDRESS_PENDING, ARGS(c, account_id, (const char *)NULL, c->now));
}

static enum err
take_back(struct ctx *c, const struct account *a, const char *email)
{
	struct account restored = *a;

	restored.email = email;
	TRY(db_do(c, &ADDRESS_TAKE_BACK, ARGS(c, a->id, email, c->now)));
	/* What was mailed to the other address opens nothing any more. */
	TRY(email_token_drop(c, a->id, "reset undo confirm"));
	TRY(session_end_all(c, a->id, "email"));
	return person_mail_reset(c, &restored, a->language);
}

enum err
address_undo(struct ctx *c, const char *secret)
{
	struct email_token token = {0};
	struct account a = {0};

	TRY(email_token_use(c, "undo change_old", secret, &token));
	TRY(account_by_id(c, token.account_id, &a));
	TRY(address_cancel(c, a.id));
	if (str_eq(token.purpose, "undo"))
		TRY(take_back(c, &a, token.address));
	return audit_add(c, "account.undo_email", "account", a.uuid, NULL);
}

enum err
address_set(struct ctx *c, const struct account *a, const char *email)
{
	TRY(email_token_drop(c, a->id, "confirm reset undo " CHANGES));
	return db_do(c, &ADDRESS_PUT, ARGS(c, a->id, email, c->now));
}
