#include "web_token.h"

#include <jwt.h>
#include <stdlib.h>
#include <string.h>

#include "base/field.h"
#include "base/json.h"

#define SKEW_SECONDS 60
#define MAX_TOKEN 4096

static void
drop(void *jwt)
{
	jwt_free(jwt);
}

enum err
jwt_read(struct ctx *c, const char *token, const char *key, struct json_object **out)
{
	jwt_t *jwt = NULL;

	if (strlen(token) > MAX_TOKEN ||
		jwt_decode(&jwt, token, (const unsigned char *)key, (int)strlen(key)) !=
			0)
		return fail(c, E_TOKEN_FORGED, NULL);
	arena_defer(&c->arena, drop, jwt);
	/* libjwt takes whatever algorithm the token names. */
	if (jwt_get_alg(jwt) != JWT_ALG_HS256)
		return fail(c, E_TOKEN_FORGED, NULL);

	char *text = jwt_get_grants_json(jwt, NULL);
	enum err e = text == NULL ? E_INPUT : json_read(c, text, strlen(text), out);
	free(text);
	if (e == OK)
		return OK;
	ctx_forgive(c);
	return fail(c, E_TOKEN_PAYLOAD, NULL);
}

enum err
jwt_check_times(struct ctx *c, int64_t issued, int64_t expires)
{
	int64_t now = c->now.us / US_PER_SECOND;

	if (expires == 0)
		return fail(c, E_TOKEN_PAYLOAD, NULL);
	return expires <= now || issued > now + SKEW_SECONDS
		       ? fail(c, E_TOKEN_EXPIRED, NULL)
		       : OK;
}

enum err
jwt_sign(struct ctx *c, const char *json, const char *key, const char **out)
{
	jwt_t *jwt = NULL;

	if (jwt_new(&jwt) != 0)
		return fail(c, E_BUG, NULL);
	arena_defer(&c->arena, drop, jwt);
	if (jwt_set_alg(jwt, JWT_ALG_HS256, (const unsigned char *)key,
		    (int)strlen(key)) != 0 ||
		jwt_add_grants_json(jwt, json) != 0)
		return fail(c, E_BUG, "token cannot be made");
	char *text = jwt_encode_str(jwt);
	*out = arena_str(&c->arena, text);
	free(text);
	return *out == NULL ? fail(c, E_BUG, "token cannot be signed") : OK;
}
