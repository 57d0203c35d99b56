#include "token.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/conf.h"
#include "base/json.h"
#include "base/secret.h"
#include "base/str.h"
#include "reply.h"
#include "base/jwt.h"

#define KNOWN_MOST 256 /* tokens of a process, of about a kilobyte each */

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
	if (out->user_id == NULL)
		out->user_id = json_text(json, "sub");
	out->has_superuser =
		json_member(json, "is_superuser", json_type_boolean) != NULL;
	out->is_superuser = json_truth(json, "is_superuser");
	permissions_claim(c, json, out);
}

/* Bytes for the texts of claims, and for the list of permissions. */
static size_t
claims_bytes(const struct claims *k)
{
	const char *const texts[] = {k->jti, k->type, k->user_id, k->email};
	size_t n = k->permissions.count * sizeof(char *);

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		n += texts[i] == NULL ? 0 : strlen(texts[i]) + 1;
	for (size_t i = 0; i < k->permissions.count; i++)
		n += strlen(k->permissions.list[i]) + 1;
	return n;
}

static const char *
put_text(char **room, const char *text)
{
	char *at = *room;
	size_t n;

	if (text == NULL)
		return NULL;
	n = strlen(text) + 1;
	*room += n;
	return memcpy(at, text, n);
}

/* A copy whose texts are in `room`, of claims_bytes(from), aligned for pointers. */
static struct claims
claims_copy(const struct claims *from, void *room)
{
	struct claims to = *from;
	const char **list = room;
	char *at = (char *)(list + from->permissions.count);

	for (size_t i = 0; i < from->permissions.count; i++)
		list[i] = put_text(&at, from->permissions.list[i]);
	to.permissions.list = list;
	to.jti = put_text(&at, from->jti);
	to.type = put_text(&at, from->type);
	to.user_id = put_text(&at, from->user_id);
	to.email = put_text(&at, from->email);
	return to;
}

/*
 * A token that this process has verified, to the letter: libjwt and the readers of JSON
 * need not see it again while it is used. Times and session are looked at each time.
 */
struct known {
	uint64_t hash; /* keyed, so that nobody can choose whose place a token takes */
	char *token;
	size_t length;
	void *room;
	struct claims claims;
};

static struct known *
place_of(const char *token, size_t length, uint64_t *hash)
{
	static struct known known[KNOWN_MOST];
	static unsigned char key[crypto_shorthash_KEYBYTES];
	static bool has_key;

	if (!has_key)
		crypto_shorthash_keygen(key);
	has_key = true;
	crypto_shorthash(
		(unsigned char *)hash, (const unsigned char *)token, length, key);
	return &known[*hash % KNOWN_MOST];
}

static void
remember(struct known *k, uint64_t hash, const char *token, size_t length,
	const struct claims *claims)
{
	char *text = malloc(length + 1);
	void *room = malloc(claims_bytes(claims) + 1);

	if (text == NULL || room == NULL) {
		free(text);
		free(room);
		return;
	}
	free(k->token);
	free(k->room);
	memcpy(text, token, length + 1);
	k->hash = hash;
	k->token = text;
	k->length = length;
	k->room = room;
	k->claims = claims_copy(claims, room);
}

/* The key of that number, to verify by. */
static struct jwt_key
verifier(size_t i)
{
	return (struct jwt_key){conf.token_algorithm,
		secret_is_pem() ? secret_public(i) : secret_key(i), NULL};
}

/* The first key signs; a token of before a change of keys is one of the others. */
static enum err
verify(struct ctx *c, const char *token, struct json_object **out)
{
	enum err e = E_TOKEN_FORGED;

	*out = NULL;
	for (size_t i = 0; e == E_TOKEN_FORGED && i < secret_count(); i++) {
		struct jwt_key key = verifier(i);

		ctx_clear_error(c);
		e = key.key == NULL ? fail(c, E_TOKEN_FORGED, NULL)
				    : jwt_verify(c, token, &key, out);
	}
	return e;
}

enum err
token_read(struct req *r, const char *token, struct claims *out)
{
	struct ctx *c = &r->ctx;
	struct json_object *json;
	size_t length = strlen(token);
	uint64_t hash;
	struct known *k = place_of(token, length, &hash);

	if (k->token != NULL && k->hash == hash && k->length == length &&
		sodium_memcmp(k->token, token, length) == 0) {
		*out = claims_copy(
			&k->claims, arena_new(&c->arena, claims_bytes(&k->claims) + 1));
	} else {
		TRY(verify(c, token, &json));
		read_claims(c, json, out);
		remember(k, hash, token, length, out);
	}
	return jwt_check_times(c, out->issued, out->expires);
}

enum err
token_session(struct req *r, const char *face, const char *kind, struct session *out)
{
	const struct claims *claims = r->claims;
	struct ctx *c = &r->ctx;

	if (claims->jti == NULL || !uuid_valid(claims->jti))
		return fail(c, E_TOKEN_PAYLOAD, NULL);
	TRY(session_check(c, face, claims->jti, kind, out));
	if (claims->user_id != NULL && !str_eq(out->uuid, claims->user_id))
		return fail(c, E_TOKEN_PAYLOAD, NULL);
	out->jti = claims->jti;
	r->session = out;
	c->actor = out->account_id;
	c->actor_uuid = out->uuid;
	return OK;
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
	return jwt_make(c, json_object_to_json_string(json),
		&(struct jwt_key){conf.token_algorithm, secret_key(0), secret_id(0)},
		out);
}

enum err
token_reply_pair(struct req *r, const struct session_pair *pair, const char *type_claim,
	const char *more)
{
	struct buf body = {.arena = &r->ctx.arena};
	const char *access = NULL, *refresh = NULL;

	TRY(token_sign(r, &pair->access, type_claim, &access));
	TRY(token_sign(r, &pair->refresh, type_claim, &refresh));
	buf_add(&body, "{\"access_token\":");
	buf_json(&body, access);
	buf_add(&body, ",\"refresh_token\":");
	buf_json(&body, refresh);
	buf_add(&body, more);
	buf_add(&body, "}");
	reply_header(r, "Cache-Control", "no-store");
	return reply_json(r, 200, buf_text(&body));
}
