#ifndef MESSENGER_TOKEN_H
#define MESSENGER_TOKEN_H

#include "messenger/messenger.h"

/* What a token of this face says. */
struct messenger_token {
	int64_t number; /* jti: the session's number */
	int64_t account;
	int64_t expires; /* seconds */
	const char *sid; /* the row of account.session; NULL in a refresh token */
	const char *role, *otp;
};

/*
 * Reads a token of the kind sub ("Access", "Refresh", "Admin"). csrf: what the caller
 * has added to the key, NULL for none. E_TOKEN_FORGED for what is not one of ours,
 * E_TOKEN_EXPIRED.
 */
enum err messenger_token_read(struct req *r, const char *token, const char *sub,
	const char *csrf, struct messenger_token *out);

/* The token of a session's row. */
enum err messenger_token_sign(struct req *r, const struct session *s, const char *sub,
	const char *csrf, const char **out);

/* Adds a cookie of this face: name is "refresh_token" or "admin_token", until is when
 * it ends. */
void messenger_cookie(
	struct req *r, const char *name, const char *token, struct utc until);

/* Takes the cookies back, both or only the administrator's. */
void messenger_drop_cookies(struct req *r);
void messenger_drop_admin_cookie(struct req *r);

/* Has the caller's access token been read, signed and live? Fills the caller.
 * E_UNSIGNED or E_TOKEN_EXPIRED. */
enum err messenger_access(struct req *r);

/* The refresh token that came as a cookie, as far as it can be read without asking
 * anybody. E_NO_COOKIE, E_REFRESH_EXPIRED, E_REFRESH_INVALID. */
enum err messenger_refresh_cookie(struct req *r, struct messenger_token *out);

/* The same of the access token, which must come with the X-Csrf-Token that it was made
 * with. E_UNSIGNED, E_TOKEN_EXPIRED. */
enum err messenger_access_token(struct req *r, struct messenger_token *out);

/* Whose the refresh cookie is: its row must be live. Fills the caller. */
enum err messenger_refresh(struct req *r);

/* May the account administer the messenger, as it is now? */
enum err messenger_is_admin(struct ctx *c, int64_t account_id, int64_t *is_admin);

/* The administrator's cookie. E_ADMIN_MISSING, E_ADMIN_INVALID, E_ADMIN_EXPIRED. */
enum err messenger_admin(struct req *r);

#endif
