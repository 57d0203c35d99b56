#ifndef EMAIL_TOKEN_H
#define EMAIL_TOKEN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ctx.h"

/*
 * The secrets of links that are mailed. What comes back proves that somebody reads that
 * mailbox. The table keeps keyed hashes only.
 */
struct email_token {
	int64_t id, account_id;
	const char *purpose; /* confirm, change_old, change_new, undo, reset */
	const char *address; /* where the mail goes */
	bool is_repeat;      /* made by a registration with another password */
	struct utc expires;
	const char *secret; /* of the link, from email_token_add() only */
	const char *code;   /* six digits, likewise; NULL: a link only */
};

/*
 * Makes one from account_id, purpose, address and is_repeat, good for so many seconds,
 * and fills in id, secret and, if asked for, code (good for account.code_lifetime). The
 * three newest of a purpose stay good. The caller's transaction.
 */
enum err email_token_add(
	struct ctx *c, struct email_token *t, int64_t seconds, bool with_code);

/*
 * The token of a link, if its purpose is one of the blank-separated words. It may be
 * used again until it expires. E_EMAIL_TOKEN: wrong, expired or replaced.
 */
enum err email_token_use(struct ctx *c, const char *purposes, const char *secret,
	struct email_token *out);

/* The same without using it. *expired: it is one, but its time is over.
 * E_EMAIL_TOKEN. */
enum err email_token_look(struct ctx *c, const char *purposes, const char *secret,
	struct email_token *out, bool *expired);

/*
 * The token of purpose confirm whose code was typed beside its address. A wrong code
 * counts against all of the address; after five they are dead. Not in a transaction,
 * because what is counted has to stay. E_EMAIL_TOKEN.
 */
enum err email_token_by_code(
	struct ctx *c, const char *address, const char *code, struct email_token *out);

/* Drops the account's tokens of these purposes. */
enum err email_token_drop(struct ctx *c, int64_t account_id, const char *purposes);

#endif
