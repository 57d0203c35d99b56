#ifndef ACCESS_TOKEN_H
#define ACCESS_TOKEN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ctx.h"

/*
 * Access tokens that a refresh token is exchanged for (RFC 6749, 6), kept by the
 * process for as long as they live. For jobs: a call may take 30 s.
 */
struct access_grant {
	const char *whose; /* for the words of errors: "Google" */
	const char *url;   /* of the token endpoint */
	const char *client_id, *client_secret, *refresh_token;
};

/* One a grant, static in whoever has it. */
struct access_token {
	struct arena arena;
	const char *text; /* NULL: none yet */
	int64_t until_us; /* when another one is got */
};

/* The token that is kept; another one a minute before its end, or if `afresh`: it has
 * just been refused. E_PEER: there is none to be had. E_FENCED. */
enum err access_token_get(struct ctx *c, const struct access_grant *grant, bool afresh,
	struct access_token *kept, const char **out);

#endif
