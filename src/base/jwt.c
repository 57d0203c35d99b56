#include "base/jwt.h"

#include <jwt.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/field.h"
#include "base/json.h"
#include "base/str.h"

#define SKEW_SECONDS 60
#define MAX_TOKEN 4096

static void
drop(void *jwt)
{
	jwt_free(jwt);
}

/* What the header says of the algorithm; NULL: it is none. */
static const char *
named_algorithm(struct ctx *c, const char *token)
{
	size_t n = strcspn(token, "."), size;
	unsigned char *text = arena_new(&c->arena, n + 1);
	struct json_object *json;

	if (sodium_base642bin(text, n, token, n, NULL, &size, NULL,
		    sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)
		return NULL;
	if (json_read(c, (const char *)text, size, &json) == OK)
		return json_text(json, "alg");
	ctx_clear_error(c);
	return NULL;
}

enum err
jwt_verify(struct ctx *c, const char *token, const struct jwt_key *key,
	struct json_object **out)
{
	jwt_t *jwt = NULL;

	if (strlen(token) > MAX_TOKEN ||
		!str_eq(named_algorithm(c, token), key->algorithm) ||
		jwt_decode(&jwt, token, (const unsigned char *)key->key,
			(int)strlen(key->key)) != 0)
		return fail(c, E_TOKEN_FORGED, NULL);
	arena_defer(&c->arena, drop, jwt);
	/* libjwt takes whatever algorithm the token names. */
	if (jwt_get_alg(jwt) != jwt_str_alg(key->algorithm))
		return fail(c, E_TOKEN_FORGED, NULL);

	char *text = jwt_get_grants_json(jwt, NULL);
	enum err e = text == NULL ? E_INPUT : json_read(c, text, strlen(text), out);
	free(text);
	if (e == OK)
		return OK;
	ctx_clear_error(c);
	return fail(c, E_TOKEN_PAYLOAD, NULL);
}

enum err
jwt_read(struct ctx *c, const char *token, const char *key, struct json_object **out)
{
	return jwt_verify(c, token, &(struct jwt_key){"HS256", key, NULL}, out);
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
jwt_make(struct ctx *c, const char *json, const struct jwt_key *key, const char **out)
{
	jwt_t *jwt = NULL;

	if (jwt_new(&jwt) != 0)
		return fail(c, E_BUG, NULL);
	arena_defer(&c->arena, drop, jwt);
	if (jwt_set_alg(jwt, jwt_str_alg(key->algorithm),
		    (const unsigned char *)key->key, (int)strlen(key->key)) != 0 ||
		(key->id != NULL && jwt_add_header(jwt, "kid", key->id) != 0) ||
		jwt_add_grants_json(jwt, json) != 0)
		return fail(c, E_BUG, "token cannot be made");
	char *text = jwt_encode_str(jwt);
	*out = arena_str(&c->arena, text);
	free(text);
	return *out == NULL ? fail(c, E_BUG, "token cannot be signed") : OK;
}

enum err
jwt_sign(struct ctx *c, const char *json, const char *key, const char **out)
{
	return jwt_make(c, json, &(struct jwt_key){"HS256", key, NULL}, out);
}
