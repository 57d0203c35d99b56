#ifndef WEB_TOKEN_H
#define WEB_TOKEN_H

#include "base/ctx.h"
#include "base/json.h"

/*
 * JSON Web Tokens (RFC 7519) of HS256. What the claims mean, and which key a face has
 * for whom, is the face's.
 */

/*
 * The payload of a token that `key` has signed; it lives as long as the ctx.
 * E_TOKEN_FORGED: not a token, another key or algorithm; E_TOKEN_PAYLOAD: signed, but
 * no JSON object.
 */
enum err jwt_read(
	struct ctx *c, const char *token, const char *key, struct json_object **out);

/* The claims iat and exp, in seconds. E_TOKEN_PAYLOAD: no exp (0). E_TOKEN_EXPIRED: exp
 * has passed, or iat is more than a minute ahead. */
enum err jwt_check_times(struct ctx *c, int64_t issued, int64_t expires);

/* A token of this JSON object. The same object and key always give the same token. */
enum err jwt_sign(struct ctx *c, const char *json, const char *key, const char **out);

#endif
