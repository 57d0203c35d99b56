#ifndef SECOND_FACTOR_H
#define SECOND_FACTOR_H

#include "account/account.h"

/*
 * One-time codes of an app on a phone (RFC 6238: SHA-1, six digits, 30 seconds), beside
 * the password. A code counts once, half a minute early or late at most. For a phone
 * that is lost there are ten recovery codes, each good once. Ten wrong ones in a row
 * lock it for account.lockout_time, and so does each further one until a right one has
 * come; all of them stand in the audit trail.
 */

/* Has the account confirmed one? */
enum err second_factor_is_on(struct ctx *c, int64_t account_id, bool *out);

/*
 * A new secret, which counts when a code of it has confirmed it: *secret for typing,
 * *address for a QR code (otpauth://). E_FACTOR_ON when the account has one. The
 * caller's transaction.
 */
enum err second_factor_begin(struct ctx *c, const struct account *a,
	const char **secret, const char **address);

/*
 * Confirms it by a code; *codes gets the recovery codes as a JSON list, which nobody
 * can see again. NULL: a wrong code, which is counted, so the caller's transaction has
 * to be committed all the same. E_FACTOR_CODE, E_FACTOR_ON, E_LIMIT.
 */
enum err second_factor_confirm(
	struct ctx *c, int64_t account_id, const char *code, const char **codes);

/*
 * Is it a code of now, or a recovery code that has not been used? E_FACTOR_CODE,
 * E_LIMIT (told: "retry_after"). A transaction of its own, so that a failure is counted
 * although the request fails.
 */
enum err second_factor_check(struct ctx *c, int64_t account_id, const char *code);

/* Wrong codes are forgotten. The caller's transaction. */
enum err second_factor_unlock(struct ctx *c, int64_t account_id);

/* Takes it away, with its recovery codes; nothing happens where there is none. c->rows
 * says whether there was one. The caller's transaction and row of the audit trail. */
enum err second_factor_off(struct ctx *c, const struct account *a);

#endif
