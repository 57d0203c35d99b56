#ifndef LIMIT_H
#define LIMIT_H

#include <stdbool.h>

#include "base/ctx.h"

/*
 * How often one may try. Counters per minute are Redis's: without it they do not limit.
 * Failures in a row are PostgreSQL's (account.lockout), by a keyed hash of the name
 * that was typed, so that a name that nobody has behaves like one that somebody has;
 * that lock holds without Redis too. E_LIMIT tells "retry_after", in seconds.
 */

/* Which of a person's names was typed: each has its own count. */
enum sign_in_by { BY_USERNAME, BY_EMAIL };

/*
 * An attempt. Failures count by network, so that whoever guesses in one keeps nobody
 * out of another; of strangers' networks all together may fail ten times as often.
 * From a network where the person has signed in within 30 days, or from a device that
 * shows an old token of theirs, they get in also when all others are kept out.
 */
struct sign_in {
	enum sign_in_by by;
	const char *name; /* as it was typed */
	const char *face; /* "messenger": its failures count apart; NULL: the others' */
	int64_t most;     /* failures in a row that lock; 0: account.lockout_failures */
	bool tells;       /* whoever asks may know who has an account, and its state */
	bool is_locked;   /* E_LIMIT is because of such a lock */
	int64_t failures; /* in a row, with the one that limit_failed() has counted */
	const char *device;    /* the jti of such a token, NULL for none */
	const char *name_hash; /* these are filled by limit_sign_in() */
	const char *key;       /* whose failures count: 64 digits */
	bool is_stranger;      /* and those of all strangers, under name_hash */
};

/* May this address and this name try to sign in? E_LIMIT. */
enum err limit_sign_in(struct ctx *c, struct sign_in *inout);

/* A wrong password: counts, and locks after account.lockout_failures in a row. */
enum err limit_failed(struct ctx *c, struct sign_in *inout);

/* A right one: the count begins anew, and the network is familiar from now on. */
enum err limit_passed(struct ctx *c, const struct sign_in *s, int64_t account_id);

/* Ends all locks of a name by hand. */
enum err limit_unlock(struct ctx *c, enum sign_in_by by, const char *name);

/* Whom the counts by address mean: an address of IPv4, or a network of IPv6 (/64),
 * because who has one address there has all of it. "" when there is no caller. */
const char *limit_caller(struct ctx *c);

/* Counts one use of what an address may do only so often a minute. kind is part of
 * the key. E_LIMIT. */
enum err limit_address(struct ctx *c, const char *kind, int64_t per_minute);

/* E_LIMIT when this has failed so often in the last minute; limit_tried() counts one
 * failure. */
enum err limit_tries(struct ctx *c, const char *what, int64_t most);
void limit_tried(struct ctx *c, const char *what);

/* Has this succeeded within 30 days, as far as Redis knows? limit_know() says so. */
bool limit_knows(struct ctx *c, const char *what);
void limit_know(struct ctx *c, const char *what);

#endif
