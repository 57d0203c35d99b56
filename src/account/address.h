#ifndef ADDRESS_H_ACCOUNT
#define ADDRESS_H_ACCOUNT

#include "account/account.h"
#include "account/email_token.h"

/*
 * A change of an account's address. The new side proves that it reads its mail; the old
 * side, if it is confirmed and account.both_addresses is set, agrees; then the old side
 * gets a link that takes it back.
 */

/*
 * Asks both sides by mail. An address that somebody else has waits like any other, so
 * that nobody learns who is here; its owner is told. The caller's transaction.
 */
enum err address_change(struct ctx *c, const struct account *a, const char *email,
	const char *language);

/*
 * A side has agreed, by a token of purpose change_old or change_new that was just used.
 * *confirmed: the account's address is confirmed; *pending: the other side is waited
 * for. E_EMAIL_TOKEN, E_EMAIL_TAKEN. The caller's transaction.
 */
enum err address_agree(
	struct ctx *c, const struct email_token *t, bool *confirmed, bool *pending);

/* Gives up a change that waits. The caller's transaction. */
enum err address_cancel(struct ctx *c, int64_t account_id);

/*
 * The old side says no (a token of purpose change_old), or takes the change back
 * (undo): then all sessions end, and a mail to it asks for a new password, because
 * somebody else knows the one there is. E_EMAIL_TOKEN, E_EMAIL_TAKEN. The caller's
 * transaction.
 */
enum err address_undo(struct ctx *c, const char *secret);

/* Sets an address because an operator says so; it counts as confirmed. E_EMAIL_TAKEN.
 * The caller's transaction, and its audit row. */
enum err address_set(struct ctx *c, const struct account *a, const char *email);

#endif
