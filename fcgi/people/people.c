#include "people/people.h"

#include "base/str.h"
#include "console/caller.h"
#include "token.h"

/* By the token of the header. */
static enum err
by_token(struct req *r, const char *kind)
{
	struct ctx *c = &r->ctx;
	struct claims *claims = arena_new(&c->arena, sizeof(*claims));
	struct session *session = arena_new(&c->arena, sizeof(*session));
	const char *token;

	TRY(token_bearer(r, true, &token));
	TRY(token_read(r, token, claims));
	r->claims = claims;
	if (claims->jti == NULL || !uuid_valid(claims->jti) ||
		claims->user_id == NULL || !str_eq(claims->type, kind))
		return fail(c, E_TOKEN_PAYLOAD, NULL);
	return str_eq(kind, "access") ? token_session(r, "people", kind, session) : OK;
}

/* By the console's cookie, as if its session were a token. */
static enum err
by_cookie(struct req *r)
{
	struct console_caller *caller = arena_new(&r->ctx.arena, sizeof(*caller));
	struct claims *claims = arena_new(&r->ctx.arena, sizeof(*claims));

	TRY(console_check_origin(r));
	TRY(console_check_reader(r));
	TRY(console_session(r, caller));
	*claims = (struct claims){.jti = caller->jti,
		.type = "console",
		.user_id = r->session->uuid,
		.permissions = caller->permissions,
		.has_permissions = true,
		.has_superuser = true,
		.is_superuser = caller->is_superuser};
	r->own = caller;
	r->claims = claims;
	return OK;
}

enum err
people_authenticate(struct req *r, const char *kind)
{
	bool has_token = req_header(r, "Authorization") != NULL;

	TRY(!has_token && console_has_cookie(r) ? by_cookie(r) : by_token(r, kind));
	r->trusted = true;
	return OK;
}

bool
people_by_cookie(const struct req *r)
{
	return r->own != NULL;
}

bool
people_may(const struct req *r, const char *permission)
{
	const struct claims *claims = r->claims;

	if (claims == NULL || claims->is_superuser)
		return claims != NULL;
	for (size_t i = 0; i < claims->permissions.count; i++)
		if (str_eq(claims->permissions.list[i], permission))
			return true;
	return false;
}

bool
people_is_moderator(const struct req *r)
{
	return people_may(r, "can_moderate") || people_may(r, "can_manage_people");
}
