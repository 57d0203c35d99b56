#include "account/account.h"

#include <string.h>

#include "account/email_token.h"
#include "account/limit.h"
#include "account/person_mail.h"
#include "account/second_factor.h"
#include "account/session.h"
#include "base/conf.h"
#include "base/hash.h"
#include "base/str.h"
#include "base/unicode.h"
#include "db/counted.h"
#include "db/db.h"

#include "account/account.sql.h"

#define NOTE_AT_ONCE 1000 /* names of before whose look is noted by the way */

static FIELDS(account_fields, FIELD(struct account, id), FIELD(struct account, uuid),
	FIELD(struct account, username), FIELD(struct account, email),
	FIELD(struct account, name), FIELD(struct account, surname),
	FIELD(struct account, password), FIELD(struct account, status),
	FIELD(struct account, role), FIELD(struct account, is_superuser),
	FIELD(struct account, is_unconfirmed), FIELD(struct account, language));

bool
account_confirms(void)
{
	return !str_eq(conf.account_confirm_email, "off");
}

bool
account_confirms_first(void)
{
	return str_eq(conf.account_confirm_email, "before");
}

enum err
account_by_id(struct ctx *c, int64_t id, struct account *out)
{
	return db_one(c, &ACCOUNT_GET_ID, account_fields, out, ARGS(c, id));
}

enum err
account_by_uuid(struct ctx *c, const char *uuid, struct account *out)
{
	return db_one(c, &ACCOUNT_GET_UUID, account_fields, out, ARGS(c, uuid));
}

enum err
account_by_email(struct ctx *c, const char *email, struct account *out)
{
	return db_one(c, &ACCOUNT_GET_EMAIL, account_fields, out, ARGS(c, email));
}

enum err
account_by_any(struct ctx *c, const char *text, struct account *out)
{
	return db_one(c, &ACCOUNT_GET_ANY, account_fields, out, ARGS(c, text));
}

static enum err
hashed(struct ctx *c, const char *password, const char **hash)
{
	*hash = password == NULL ? NULL : hash_make(c, password);
	return password != NULL && *hash == NULL ? fail(c, E_BUG, NULL) : OK;
}

/* The looks of names that came without: those of before, and those that somebody
 * has put into the table. */
enum err
account_note_looks(struct ctx *c, int64_t most, int64_t *done)
{
	struct account *found;
	size_t count;

	TRY(db_many(c, &ACCOUNT_WITHOUT_LOOK, account_fields, &found, &count,
		ARGS(c, most)));
	for (size_t i = 0; i < count; i++) {
		struct unicode_skeleton look =
			unicode_skeleton(&c->arena, found[i].username);

		TRY(db_do(c, &ACCOUNT_LOOK_SET,
			ARGS(c, found[i].id, look.typed, look.folded)));
	}
	*done = (int64_t)count;
	return OK;
}

/* A user name that looks like somebody's is taken. The locks last until the transaction
 * ends: of two that come at once one finds the other. */
static enum err
looks_like_nobody(struct ctx *c, struct unicode_skeleton look)
{
	int64_t count;

	TRY(account_note_looks(c, NOTE_AT_ONCE, &count));
	TRY(db_do(c, &ACCOUNT_LOCK_LOOK, ARGS(c, look.typed, look.folded)));
	TRY(db_int(c, &ACCOUNT_LOOKALIKES, &count, ARGS(c, look.typed, look.folded)));
	return count == 0 ? OK : fail(c, E_NAME_TAKEN, NULL);
}

enum err
account_name_free(struct ctx *c, const char *username)
{
	return looks_like_nobody(c, unicode_skeleton(&c->arena, username));
}

/* claimed: an address that is told to this account only. confirm_by: when an address
 * that is not confirmed has to be; none for one that is. */
static enum err
add(struct ctx *c, struct account *a, const char *password, const char *claimed,
	bool confirmed, struct utc confirm_by)
{
	struct unicode_skeleton look = {NULL, NULL};
	const char *hash;

	if (a->username != NULL) {
		look = unicode_skeleton(&c->arena, a->username);
		TRY(looks_like_nobody(c, look));
	}
	TRY(hashed(c, password, &hash));
	return db_one(c, &ACCOUNT_INSERT, account_fields, a,
		ARGS(c, a->username, a->email, a->name, a->surname, hash, a->role,
			a->is_superuser, c->now, look.typed, look.folded, claimed,
			confirmed, confirm_by, a->language));
}

enum err
account_add(struct ctx *c, struct account *a, const char *password)
{
	return add(c, a, password, NULL, true, (struct utc){0});
}

enum err
account_register(struct ctx *c, struct account *a, const char *password)
{
	const char *email = a->email;
	struct utc confirm_by = {0};
	int64_t staff;

	TRY(db_int(c, &ACCOUNT_IS_STAFF_EMAIL, &staff, ARGS(c, email)));
	if (staff > 0)
		a->email = NULL;
	if (account_confirms())
		confirm_by = utc_after(c->now, conf.account_unconfirmed_lifetime);
	TRY(add(c, a, password, staff > 0 ? email : NULL, false, confirm_by));
	TRY(counted(c, "registrations", "", 1));
	return account_confirms() && a->email != NULL && person_mail_allowed(c, email)
		       ? account_ask_to_confirm(c, a, false, a->language)
		       : OK;
}

enum err
account_ask_to_confirm(
	struct ctx *c, const struct account *a, bool is_repeat, const char *language)
{
	struct email_token token = {.account_id = a->id,
		.purpose = "confirm",
		.address = a->email,
		.is_repeat = is_repeat};

	TRY(email_token_add(c, &token, conf.account_confirm_lifetime, true));
	return person_mail_token(c, &token, language);
}

enum err
account_set_password(
	struct ctx *c, const struct account *a, const char *password, const char *why)
{
	const char *hash;

	TRY(hashed(c, password, &hash));
	TRY(db_do(c, &ACCOUNT_PASSWORD_SET, ARGS(c, a->id, hash, c->now)));
	return session_end_all(c, a->id, why);
}

enum err
account_change_password(
	struct ctx *c, const struct account *a, const char *password, const char *jti)
{
	const char *hash;

	TRY(hashed(c, password, &hash));
	TRY(db_do(c, &ACCOUNT_PASSWORD_SET, ARGS(c, a->id, hash, c->now)));
	return session_end_others(c, a->id, jti, "password");
}

enum err
account_set_status(
	struct ctx *c, const struct account *a, const char *status, const char *why)
{
	TRY(db_do(c, &ACCOUNT_STATUS_SET, ARGS(c, a->id, status, why, c->now)));
	return str_eq(status, "active") ? OK : session_end_all(c, a->id, status);
}

enum err
account_set_role(struct ctx *c, const struct account *a, const char *role)
{
	TRY(db_do(c, &ACCOUNT_ROLE_SET, ARGS(c, a->id, role, c->now)));
	return session_end_all(c, a->id, "role");
}

enum err
account_keep_an_administrator(struct ctx *c, const struct account *a)
{
	int64_t others;

	TRY(db_do(c, &ACCOUNT_LOCK_ADMINISTRATORS, ARGS(c)));
	TRY(db_int(c, &ACCOUNT_OTHER_ADMINISTRATORS, &others, ARGS(c, a->id)));
	return others > 0 ? OK : fail(c, E_LAST_ADMIN, NULL);
}

enum err
account_grant_all(struct ctx *c, const struct account *a)
{
	return db_do(c, &ACCOUNT_PERMISSION_ALL, ARGS(c, a->id));
}

static enum err
known_permission(struct ctx *c, const char *permission)
{
	enum err e = db_do(c, &ACCOUNT_PERMISSION_KNOWN, ARGS(c, permission));

	if (e != E_INPUT)
		return e;
	ctx_clear_error(c);
	return fail(c, E_INPUT, "there is no permission %s", permission);
}

/* Tokens of the messenger say who administers it: those of before end at once. */
static enum err
end_what_says(struct ctx *c, const struct account *a, const char *permission)
{
	return str_eq(permission, "can_manage_messenger")
		       ? session_end_access(c, a->id, "messenger", "role")
		       : OK;
}

enum err
account_grant(struct ctx *c, const struct account *a, const char *permission)
{
	TRY(known_permission(c, permission));
	TRY(db_do(c, &ACCOUNT_PERMISSION_ADD, ARGS(c, a->id, permission)));
	return end_what_says(c, a, permission);
}

enum err
account_revoke(struct ctx *c, const struct account *a, const char *permission)
{
	TRY(known_permission(c, permission));
	TRY(db_do(c, &ACCOUNT_PERMISSION_DROP, ARGS(c, a->id, permission)));
	return end_what_says(c, a, permission);
}

static enum err
find(struct ctx *c, enum sign_in_by by, const char *name, struct account *out,
	bool *found)
{
	return db_maybe(c, by == BY_EMAIL ? &ACCOUNT_GET_EMAIL : &ACCOUNT_GET_USERNAME,
		account_fields, out, found, ARGS(c, name));
}

enum err
account_sign_in(
	struct ctx *c, struct sign_in *s, const char *password, struct account *out)
{
	bool found, stale;

	const char *typed = s->name, *name = unicode_nfc(&c->arena, typed);

	if (name != NULL)
		s->name = name;
	TRY(limit_sign_in(c, s));
	TRY(find(c, s->by, s->name, out, &found));
	/* A name of before may stand in another form beside somebody else's. */
	if (!found && strcmp(s->name, typed) != 0)
		TRY(find(c, s->by, typed, out, &found));
	if (s->tells && !found)
		return fail(c, E_ACCOUNT_NOT_FOUND, NULL);
	if (s->tells && !str_eq(out->status, "active"))
		return fail(c, E_ACCOUNT_BLOCKED, NULL);
	if (!hash_check(c, found ? out->password : NULL, password, &stale)) {
		TRY(limit_failed(c, s));
		return fail(c, E_CREDENTIALS, NULL);
	}
	if (!str_eq(out->status, "active"))
		return fail(c, E_ACCOUNT_BLOCKED, NULL);
	if (account_confirms_first() && out->is_unconfirmed)
		return fail(c, E_EMAIL_UNCONFIRMED, NULL);
	if (stale) {
		const char *hash;
		TRY(hashed(c, password, &hash));
		TRY(db_do(c, &ACCOUNT_PASSWORD_RENEW,
			ARGS(c, out->id, out->password, hash)));
	}
	return limit_passed(c, s, out->id);
}

enum err
account_prove(struct ctx *c, const char *password, struct account *out)
{
	struct account a = {0};

	TRY(account_by_id(c, c->actor, &a));
	struct sign_in attempt = {.by = a.username != NULL ? BY_USERNAME : BY_EMAIL,
		.name = a.username != NULL ? a.username : a.email};
	enum err e = account_sign_in(c, &attempt, password, out);
	if (e == E_CREDENTIALS || (e == OK && out->id != c->actor)) {
		ctx_clear_error(c);
		return fail(c, E_OLD_PASSWORD, NULL);
	}
	return e;
}

enum err
account_unlock(struct ctx *c, const struct account *a)
{
	if (a->username != NULL)
		TRY(limit_unlock(c, BY_USERNAME, a->username));
	if (a->email != NULL)
		TRY(limit_unlock(c, BY_EMAIL, a->email));
	return second_factor_unlock(c, a->id);
}
