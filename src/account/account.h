#ifndef ACCOUNT_H
#define ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>

#include "account/limit.h"
#include "base/ctx.h"
#include "base/field.h"

/* A person who signs in, as far as rules need it. What is shown is JSON made by SQL. */
struct account {
	int64_t id;
	const char *uuid;
	const char *username, *email; /* NULL where the account has none */
	const char *name, *surname;
	const char *password; /* the hash; NULL: cannot sign in by password */
	const char *status;   /* "active", "blocked", "locked", "deactivated" */
	const char *role;     /* "administrator", "expert", NULL */
	bool is_superuser;
	bool is_unconfirmed;  /* has an address, and nobody has answered a mail to it */
	const char *language; /* of mails: "ru", "en", "ko"; NULL: site.language */
};

/* Has who registers to confirm the address, and before the first sign-in? From
 * account.confirm_email. */
bool account_confirms(void);
bool account_confirms_first(void);

/* By its id, its uuid, its exact user name, or its e-mail whatever its case.
 * E_ACCOUNT_NOT_FOUND. */
enum err account_by_id(struct ctx *c, int64_t id, struct account *out);
enum err account_by_uuid(struct ctx *c, const char *uuid, struct account *out);
enum err account_by_email(struct ctx *c, const char *email, struct account *out);

/* As an operator types it: #7 is an id, what holds an @ is an e-mail and nothing
 * else, all else a user name whatever its case. So nobody can take a name that means
 * another. E_ACCOUNT_NOT_FOUND. */
enum err account_by_any(struct ctx *c, const char *text, struct account *out);

/*
 * Makes an account from username, email, name, surname, role, is_superuser, language
 * and `password` in clear (NULL: none), and fills its id and uuid. Somebody vouches for
 * the e-mail: it is confirmed. E_NAME_TAKEN, also for a name that looks like another's;
 * E_EMAIL_TAKEN. The caller's transaction.
 */
enum err account_add(struct ctx *c, struct account *a, const char *password);

/*
 * The same for a registration that is open to all. The e-mail of a member of staff is
 * taken as any that nobody has, so that nobody learns who is staff; but it is theirs,
 * and the new account only claims it. Unless account.confirm_email is off, a mail asks
 * to confirm the address, and the account goes after account.unconfirmed_lifetime.
 * E_NAME_TAKEN.
 */
enum err account_register(struct ctx *c, struct account *a, const char *password);

/* E_NAME_TAKEN for a user name that looks like somebody's. It stays free until the
 * transaction ends. */
enum err account_name_free(struct ctx *c, const char *username);

/* Queues the mail with link and code that confirm the address. is_repeat: whoever asks
 * gave another password than the account has. The caller's transaction. */
enum err account_ask_to_confirm(
	struct ctx *c, const struct account *a, bool is_repeat, const char *language);

/* Notes the look of at most so many user names that came into the table without, so
 * that nobody takes a name that looks the same; *done says how many there were. */
enum err account_note_looks(struct ctx *c, int64_t most, int64_t *done);

/*
 * Sets a password and ends all sessions of the account. `why` goes into the audit
 * trail. The caller's transaction. E_ACCOUNT_NOT_FOUND.
 */
enum err account_set_password(
	struct ctx *c, const struct account *a, const char *password, const char *why);

/* The same for one's own: the session of the token `jti` goes on.
 * E_ACCOUNT_NOT_FOUND. */
enum err account_change_password(
	struct ctx *c, const struct account *a, const char *password, const char *jti);

/* Sets status with its reason; anything but "active" ends all sessions. The caller's
 * transaction. E_ACCOUNT_NOT_FOUND. */
enum err account_set_status(
	struct ctx *c, const struct account *a, const char *status, const char *why);

/* Sets the role in the programme (NULL: none) and ends all sessions. The caller's
 * transaction. E_ACCOUNT_NOT_FOUND. */
enum err account_set_role(struct ctx *c, const struct account *a, const char *role);

/*
 * The accounts that are active administrators are locked until the transaction ends, so
 * that two of them cannot remove each other. E_LAST_ADMIN if there is none but this
 * one.
 */
enum err account_keep_an_administrator(struct ctx *c, const struct account *a);

/* Grants every permission there is. */
enum err account_grant_all(struct ctx *c, const struct account *a);

/* Grants or takes one; E_INPUT for a name that is none. They show from the next token
 * on. */
enum err account_grant(struct ctx *c, const struct account *a, const char *permission);
enum err account_revoke(struct ctx *c, const struct account *a, const char *permission);

/*
 * Who is it? Checks the limits, then the password, counting failures; a locked or
 * hurried name is E_LIMIT (told: "retry_after" seconds), everything that does not fit
 * E_CREDENTIALS after the same work, whether the account exists or not. An account that
 * is not active is E_ACCOUNT_BLOCKED, but only after its right password; one that has
 * to confirm its address first (account.confirm_email = before) E_EMAIL_UNCONFIRMED,
 * likewise. With s->tells an unknown name is E_ACCOUNT_NOT_FOUND, and the state comes
 * before the password. A hash of an older form is replaced. Makes its own small
 * transactions, so that a failure is counted although the request fails.
 */
enum err account_sign_in(
	struct ctx *c, struct sign_in *s, const char *password, struct account *out);

/* Ends the locks after wrong passwords and wrong codes. The caller's transaction. */
enum err account_unlock(struct ctx *c, const struct account *a);

/* Who is signed in shows the password again; a wrong one counts as at the sign-in.
 * E_OLD_PASSWORD. */
enum err account_prove(struct ctx *c, const char *password, struct account *out);

/* Rules for input fields (struct field.rule). plain_text_rule: what may stand in a
 * name, without blanks at its ends; plain_title_rule: without double blanks, too;
 * username_rule: in a name that must not be taken for another's (base/unicode.h). */
enum err username_rule(
	struct ctx *c, const struct field *f, const char *place, void *member);
enum err plain_text_rule(
	struct ctx *c, const struct field *f, const char *place, void *member);
enum err plain_title_rule(
	struct ctx *c, const struct field *f, const char *place, void *member);
enum err email_rule(
	struct ctx *c, const struct field *f, const char *place, void *member);
enum err staff_email_rule(
	struct ctx *c, const struct field *f, const char *place, void *member);
enum err staff_password_rule(
	struct ctx *c, const struct field *f, const char *place, void *member);
enum err person_name_rule(
	struct ctx *c, const struct field *f, const char *place, void *member);

#endif
