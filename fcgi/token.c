#include "token.h"

#include <jwt.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/conf.h"
#include "base/json.h"
#include "base/str.h"

#define SKEW_SECONDS 60
#define MAX_TOKEN 4096

enum err
token_bearer(struct req *r, bool any_case, const char **out)
{
	const char *header = req_header(r, "Authorization");
	const size_t n = strlen("Bearer");

	if (header == NULL)
		return fail(&r->ctx, E_TOKEN_MISSING, NULL);
	bool bearer = any_case ? strncasecmp(header, "Bearer", n) == 0
			       : strncmp(header, "Bearer", n) == 0;
	const char *token = header + n + (bearer ? strspn(header + n, " ") : 0);
	if (!bearer || header[n] != ' ' || *token == '\0' || strchr(token, ' ') != NULL)
		return fail(&r->ctx, E_TOKEN_SCHEME, NULL);
	*out = token;
	return OK;
}

static void
jwt_drop(void *jwt)
{
	jwt_free(jwt);
}

static void
permissions_claim(struct ctx *c, struct json_object *json, struct claims *out)
{
	struct json_object *v = json_member(json, "permissions", json_type_array);

	if (v == NULL)
		return;
	size_t n = json_object_array_length(v);
	const char **list = arena_new(&c->arena, (n + 1) * sizeof(*list));
	for (size_t i = 0; i < n; i++) {
		struct json_object *item = json_object_array_get_idx(v, i);

		if (!json_object_is_type(item, json_type_string))
			return;
		list[i] = json_object_get_string(item);
	}
	out->permissions = (struct texts){n, list};
	out->has_permissions = true;
}

/* The payload of a token whose signature is ours. */
static enum err
claims_read(struct ctx *c, const char *text, struct claims *out)
{
	struct json_object *json;

	if (text == NULL || json_read(c, text, strlen(text), &json) != OK) {
		ctx_forgive(c);
		return fail(c, E_TOKEN_PAYLOAD, NULL);
	}
	*out = (struct claims){
		.jti = json_text(json, "jti"),
		.type = json_text(json, "token_type"),
		.user_id = json_text(json, "user_id"),
		.email = json_text(json, "email"),
		.text = text,
		.issued = json_number(json, "iat"),
		.expires = json_number(json, "exp"),
	};
	if (out->type == NULL)
		out->type = json_text(json, "typ");
	out->has_superuser =
		json_member(json, "is_superuser", json_type_boolean) != NULL;
	out->is_superuser = json_truth(json, "is_superuser");
	permissions_claim(c, json, out);
	return OK;
}

enum err
token_read(struct req *r, const char *token, struct claims *out)
{
	struct ctx *c = &r->ctx;
	const char *key = conf.token_secret;
	int64_t now = c->now.us / US_PER_SECOND;
	jwt_t *jwt = NULL;

	if (strlen(token) > MAX_TOKEN ||
		jwt_decode(&jwt, token, (const unsigned char *)key, (int)strlen(key)) !=
			0)
		return fail(c, E_TOKEN_FORGED, NULL);
	arena_defer(&c->arena, jwt_drop, jwt);
	/* libjwt takes whatever algorithm the token names. */
	if (jwt_get_alg(jwt) != JWT_ALG_HS256)
		return fail(c, E_TOKEN_FORGED, NULL);

	char *text = jwt_get_grants_json(jwt, NULL);
	const char *payload = arena_str(&c->arena, text);
	free(text);
	TRY(claims_read(c, payload, out));
	if (out->expires == 0)
		return fail(c, E_TOKEN_PAYLOAD, NULL);
	return out->expires <= now || out->issued > now + SKEW_SECONDS
		       ? fail(c, E_TOKEN_EXPIRED, NULL)
		       : OK;
}

enum err
token_sign(struct req *r, const struct session *s, const char *type_claim,
	const char **out)
{
	struct ctx *c = &r->ctx;
	const char *key = conf.token_secret;
	jwt_t *jwt = NULL;

	if (jwt_new(&jwt) != 0)
		return fail(c, E_BUG, NULL);
	arena_defer(&c->arena, jwt_drop, jwt);
	if (jwt_set_alg(jwt, JWT_ALG_HS256, (const unsigned char *)key,
		    (int)strlen(key)) != 0 ||
		jwt_add_grants_json(jwt, s->claims) != 0 ||
		jwt_add_grant(jwt, "jti", s->jti) != 0 ||
		jwt_add_grant(jwt, type_claim, s->kind) != 0 ||
		jwt_add_grant_int(jwt, "iat", s->created.us / US_PER_SECOND) != 0 ||
		jwt_add_grant_int(jwt, "exp", s->expires.us / US_PER_SECOND) != 0)
		return fail(c, E_BUG, "token cannot be made");
	char *text = jwt_encode_str(jwt);
	*out = arena_str(&c->arena, text);
	free(text);
	return *out == NULL ? fail(c, E_BUG, "token cannot be signed") : OK;
}
