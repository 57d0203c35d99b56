#ifndef BASE_JWT_H
#define BASE_JWT_H

#include "base/ctx.h"
#include "base/json.h"

/*
 * JSON Web Tokens (RFC 7519). What the claims mean, and which key a face has for whom,
 * is the face's.
 */

/* How a token is signed (RFC 7518): the algorithm and its key, text for HS..., PEM for
 * RS256 and ES256 (private to sign, public to verify). */
struct jwt_key {
	const char *algorithm; /* HS256, HS384, HS512, RS256, ES256 */
	const char *key;
	const char *id; /* "kid" of the header; NULL: none */
};

/*
 * The payload of a token that `key` has signed; it lives as long as the ctx. A token
 * whose header names another algorithm is refused before its signature is looked at.
 * E_TOKEN_FORGED: not a token, another key or algorithm; E_TOKEN_PAYLOAD: signed, but
 * no JSON object.
 */
enum err jwt_verify(struct ctx *c, const char *token, const struct jwt_key *key,
	struct json_object **out);

/* A token of this JSON object. With HS... and RS256 the same object and key always give
 * the same token. */
enum err jwt_make(
	struct ctx *c, const char *json, const struct jwt_key *key, const char **out);

/* The same by HS256 under a text, whatever the installation's algorithm is. */
enum err jwt_read(
	struct ctx *c, const char *token, const char *key, struct json_object **out);

/* The claims iat and exp, in seconds. E_TOKEN_PAYLOAD: no exp (0). E_TOKEN_EXPIRED: exp
 * has passed, or iat is more than a minute ahead. */
enum err jwt_check_times(struct ctx *c, int64_t issued, int64_t expires);

/* The counterpart of jwt_read(). */
enum err jwt_sign(struct ctx *c, const char *json, const char *key, const char **out);

#endif
