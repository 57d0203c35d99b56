#include "people/people.h"

#include "base/str.h"
#include "cors.h"
#include "input.h"
#include "refusal.h"
#include "token.h"

enum err
people_authenticate(struct req *r, const char *kind)
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
	if (str_eq(kind, "access")) {
		TRY(session_check(c, "people", claims->jti, kind, session));
		if (!str_eq(session->uuid, claims->user_id))
			return fail(c, E_TOKEN_PAYLOAD, NULL);
		session->jti = claims->jti;
		r->session = session;
		c->actor = session->account_id;
		c->actor_uuid = session->uuid;
	}
	r->trusted = true;
	return OK;
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

static enum err
enter(struct req *r)
{
	enum people_who who = (enum people_who)r->route->who;

	if (who == SOFT ? req_header(r, "Authorization") != NULL : who != ANYONE)
		TRY(people_authenticate(r, who == WITH_REFRESH ? "refresh" : "access"));
	if (who == MODERATOR && !people_is_moderator(r))
		return fail(&r->ctx, E_DENIED, NULL);
	if (who == MANAGER && !people_may(r, "can_manage_people"))
		return fail(&r->ctx, E_DENIED, NULL);
	return input_read(r);
}

static const struct wire_case cases[] = {
#define CASE(err, status, words) {err, status, words},
#include "people/cases.def"
#undef CASE
	{0}};

static const struct route routes[] = {
#define ROUTE(...) ROUTE_ROW(__VA_ARGS__),
#include "people/routes.def"
#undef ROUTE
};

const struct manners people_manners = {
	.routes = routes,
	.route_count = sizeof(routes) / sizeof(*routes),
	.cases = cases,
	.enter = enter,
	.refuse = refusal_coded,
	.last_slash = SLASH_EITHER,
	.serves_head = true,
	.cors = &cors_site,
};
