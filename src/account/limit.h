#ifndef LIMIT_H
#define LIMIT_H

#include "base/ctx.h"

/*
 * How often one may try. Counters per minute are Redis's: without it they do not limit.
 * Failures in a row are PostgreSQL's (account.lockout), by a keyed hash of the name
 * that was typed, so that a name that nobody has behaves like one that somebody has;
 * that lock holds without Redis too. E_LIMIT tells "retry_after", in seconds.
 */

/* Which of a person's names was typed: each has its own count. */
enum sign_in_by { BY_USERNAME, BY_EMAIL };

/* May this address and this name try to sign in? */
enum err limit_sign_in(struct ctx *c, enum sign_in_by by, const char *name);

/* A wrong password: counts, and locks the name after account.lockout_failures in a row.
 */
enum err limit_failed(struct ctx *c, enum sign_in_by by, const char *name);

/* A right one: the count begins anew. */
enum err limit_passed(struct ctx *c, enum sign_in_by by, const char *name);

/* Ends a lock by hand. */
enum err limit_unlock(struct ctx *c, enum sign_in_by by, const char *name);

/* Counts one use of what an address may do only so often a minute. kind is part of the
 * key. */
enum err limit_address(struct ctx *c, const char *kind, int64_t per_minute);

/* E_LIMIT when this has failed so often in the last minute; limit_tried() counts one
 * failure. */
enum err limit_tries(struct ctx *c, const char *what, int64_t most);
void limit_tried(struct ctx *c, const char *what);

#endif
