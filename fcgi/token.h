#ifndef TOKEN_H
#define TOKEN_H

#include "account/session.h"
#include "req.h"

/* What a JSON Web Token (RFC 7519, of token.algorithm) says. Absent: NULL, 0, false. */
struct claims {
	const char *jti,
		*type; /* type: "access" or "refresh", from token_type or typ */
	const char *user_id, *email;
	struct texts permissions;
	bool has_permissions, has_superuser, is_superuser;
	int64_t issued, expires; /* seconds; expires 0: there is no exp */
};

/*
 * Takes the token out of the Authorization header. any_case: the word Bearer is
 * compared whatever its case. E_TOKEN_MISSING: no header; E_TOKEN_SCHEME: not "Bearer"
 * and one word.
 */
enum err token_bearer(struct req *r, bool any_case, const char **out);

/*
 * Checks signature and times. E_TOKEN_FORGED: not a token of ours (other algorithms
 * included), E_TOKEN_EXPIRED: past, or from a future beyond a minute of skew,
 * E_TOKEN_PAYLOAD: no exp.
 */
enum err token_read(struct req *r, const char *token, struct claims *out);

/*
 * From the claims of r->claims to who asks: looks their session up, and makes it the
 * request's (r->session, c->actor, c->actor_uuid). E_TOKEN_PAYLOAD: they name none, or
 * that of another account. What session_check() fails with; *out is what it found then,
 * too.
 */
enum err token_session(
	struct req *r, const char *face, const char *kind, struct session *out);

/*
 * The token of a session row: its claims and jti, iat, exp, and the kind under the name
 * type_claim. The same row always gives the same token.
 */
enum err token_sign(struct req *r, const struct session *s, const char *type_claim,
	const char **out);

/*
 * 200 {"access_token", "refresh_token"} and what `more` adds in front of the last brace
 * (JSON, or ""); not to be kept by anybody on the way.
 */
enum err token_reply_pair(struct req *r, const struct session_pair *pair,
	const char *type_claim, const char *more);

#endif
