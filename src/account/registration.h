#ifndef REGISTRATION_H
#define REGISTRATION_H

#include "account/account.h"

/*
 * Registration with an address that has to be confirmed, and what mailed links do.
 * Nothing here tells a caller which addresses are known: answers and work are the same.
 */

/*
 * Registers with account.confirm_email on: a new account and its mail; a fresh mail
 * where the account waits for its confirmation; a word to the owner where the address
 * is confirmed. *a needs username, email, name, surname and language. E_NAME_TAKEN.
 * Hashes one password in any case. The caller's transaction.
 */
enum err registration_ask(struct ctx *c, struct account *a, const char *password);

/* What a link or a code has done. */
struct confirmation {
	bool email_confirmed; /* the address of the account is, now */
	bool email_pending;   /* a change waits for the other side */
	bool password_reset;  /* nobody knows who set the password: a mail asks for a
				 new one, sessions have ended */
};

/* By the token of a link (confirm, change_old, change_new), or by a code beside its
 * address. Make their own transactions. E_EMAIL_TOKEN, E_EMAIL_TAKEN. */
enum err registration_confirm(
	struct ctx *c, const char *secret, struct confirmation *out);
enum err registration_confirm_code(
	struct ctx *c, const char *email, const char *code, struct confirmation *out);

/*
 * Asks for a mail, whether or not somebody has the address: a job looks. what: "resend"
 * for another confirmation, "forgot" for a link to a new password, "phone" for one to
 * the messenger's page.
 */
enum err registration_ask_mail(
	struct ctx *c, const char *what, const char *email, const char *language);

/* Sets a password by a token of purpose reset: all sessions end, locks too, and the
 * address is confirmed. E_EMAIL_TOKEN; E_INPUT: a rule of staff's passwords. The
 * caller's transaction. */
enum err registration_reset(struct ctx *c, const char *secret, const char *password);

/* Confirms the address of an account because staff or an operator says so. The caller's
 * transaction, and its audit row. E_EMAIL_TOKEN: it has none. */
enum err registration_vouch(struct ctx *c, const struct account *a);

#endif
