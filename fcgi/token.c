#include "token.h"

#include <string.h>
#include <strings.h>

#include "base/conf.h"
#include "base/json.h"
#include "base/str.h"
#include "web_token.h"

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

static void
read_claims(struct ctx *c, struct json_object *json, struct claims *out)
{
	*out = (struct claims){
		.jti = json_text(json, "jti"),
		.type = json_text(json, "token_type"),
		.user_id = json_text(json, "user_id"),
		.email = json_text(json, "email"),
		.issued = json_number(json, "iat"),
		.expires = json_number(json, "exp"),
	};
	if (out->type == NULL)
		out->type = json_text(json, "typ");
	out->has_superuser =
		json_member(json, "is_superuser", json_type_boolean) != NULL;
	out->is_superuser = json_truth(json, "is_superuser");
	permissions_claim(c, json, out);
}

enum err
token_read(struct req *r, const char *token, struct claims *out)
{
	struct ctx *c = &r->ctx;
	struct json_object *json;

	TRY(jwt_read(c, token, conf.token_secret, &json));
	read_claims(c, json, out);
	return jwt_check_times(c, json);
}

static void
drop(void *json)
{
	json_object_put(json);
}

enum err
token_sign(struct req *r, const struct session *s, const char *type_claim,
	const char **out)
{
	struct ctx *c = &r->ctx;
	struct json_object *json = json_tokener_parse(s->claims);

	arena_defer(&c->arena, drop, json);
	if (!json_object_is_type(json, json_type_object))
		return fail(c, E_BUG, "claims are no object");
	json_object_object_add(json, "jti", json_object_new_string(s->jti));
	json_object_object_add(json, type_claim, json_object_new_string(s->kind));
	json_object_object_add(
		json, "iat", json_object_new_int64(s->created.us / US_PER_SECOND));
	json_object_object_add(
		json, "exp", json_object_new_int64(s->expires.us / US_PER_SECOND));
	return jwt_sign(c, json_object_to_json_string(json), conf.token_secret, out);
}
