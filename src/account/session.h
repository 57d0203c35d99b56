#ifndef SESSION_H
#define SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ctx.h"
#include "base/field.h"

/*
 * Sessions: one row of account.session for each token that was issued. A token whose
 * row is absent, revoked or past is not valid. A host remembers live ones for a moment
 * (cache/near.h), Redis keeps copies of live rows for some seconds and marks of those
 * that were revoked; PostgreSQL knows.
 */
struct session {
	const char *jti, *face, *family, *kind; /* kind: "access" or "refresh" */
	const char *claims; /* JSON: what the token says beside jti, times and kind */
	int64_t account_id;
	const char *uuid, *email, *role, *status; /* of the account, as it is now */
	struct utc created, expires;              /* whole seconds: iat and exp */
	struct utc revoked_at, spent_at;
	int64_t number; /* messenger: of the family; 0: none */
};

/* What is asked of a new pair of tokens. */
struct session_order {
	const char *face;
	const char *claims;
	const char *user_agent; /* NULL: unknown */
	int64_t access_seconds, refresh_seconds;
	bool only_one;   /* every other session of the account in this face ends */
	bool end_access; /* at a refresh the old access tokens of the family end */
	int64_t number;  /* of the family, 0: none */
	const char *otp, *push_token; /* of the refresh token; NULL: none */
};

struct session_pair {
	struct session access, refresh;
};

/*
 * Is this token live? Redis answers, else PostgreSQL. *out is filled with account and
 * status only (account_id, uuid, email, role, status). E_TOKEN_EXPIRED: unknown,
 * revoked or past; then *out is what PostgreSQL knows of it, account_id 0 when it knows
 * nothing.
 */
enum err session_check(struct ctx *c, const char *face, const char *jti,
	const char *kind, struct session *out);

/* A new sign-in: a family with its first pair. The caller's transaction. */
enum err session_open(struct ctx *c, int64_t account_id,
	const struct session_order *order, struct session_pair *out);

/*
 * Exchanges a refresh token. The first exchange gives a new pair of the same family; a
 * repeat within token.refresh_grace seconds gives that pair again (two tabs refresh at
 * once); a later repeat is theft: the family ends and the answer is E_TOKEN_EXPIRED, as
 * for every token that is not live. Makes its own transaction, because the end of a
 * family must stay although the request fails. order->claims is asked for by claims(),
 * with the account locked, when a pair is made.
 */
enum err session_rotate(struct ctx *c, const char *jti, struct session_order *order,
	enum err (*claims)(
		struct ctx *c, int64_t account_id, struct session_order *order),
	struct session_pair *out);

/*
 * One more access token of a family, whose others stay: for order->access_seconds, with
 * the claims that are asked for as session_rotate() does. E_TOKEN_EXPIRED when the
 * refresh token `jti` is not live. The caller's transaction.
 */
enum err session_add_access(struct ctx *c, const char *jti, struct session_order *order,
	enum err (*claims)(
		struct ctx *c, int64_t account_id, struct session_order *order),
	struct session *out);

/*
 * A sign-in with one token, kept by a browser: jti is made from a secret that only the
 * browser has. It ends order->access_seconds after the last session_prolong(). Caller's
 * transaction.
 */
enum err session_open_single(struct ctx *c, int64_t account_id, const char *jti,
	const struct session_order *order, struct session *out);

/* Puts off the end of a live token to so many seconds from now, unless that would be
 * less than five minutes more. */
enum err session_prolong(struct ctx *c, const char *jti, int64_t seconds);

/* Ends it; nothing happens to one that is not there. */
enum err session_end_single(struct ctx *c, const char *jti, const char *why);

/* Ends sessions; `why` is one word for the row. The caller's transaction. */
enum err session_end_all(struct ctx *c, int64_t account_id, const char *why);
enum err session_end_face(
	struct ctx *c, int64_t account_id, const char *face, const char *why);
/* Only the access tokens: the refresh tokens give new ones. */
enum err session_end_access(
	struct ctx *c, int64_t account_id, const char *face, const char *why);
enum err session_end_family_access(struct ctx *c, const char *family, const char *why);
/* All but those of the family that the token `jti` is of. */
enum err session_end_others(
	struct ctx *c, int64_t account_id, const char *jti, const char *why);
enum err session_end_family(struct ctx *c, const char *family, const char *why);

#endif
