#include "people/people.h"

#include "base/str.h"
#include "cors.h"
#include "input.h"
#include "reply.h"
#include "token.h"

/* An access token, or the refresh token that a handler is going to exchange: a spent
 * one may have its grace, so its row is not looked up here. */
static enum err
authenticate(struct req *r, const char *kind)
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

static enum err
enter(struct req *r)
{
	enum people_who who = (enum people_who)r->route->who;

	if (who != ANYONE)
		TRY(authenticate(r, who == WITH_REFRESH ? "refresh" : "access"));
	if (who == MANAGER && !people_may(r, "can_manage_people"))
		return fail(&r->ctx, E_DENIED, NULL);
	return input_read(r);
}

/* The first flaw names the field; all of them are reasons. */
static void
add_flaws(struct req *r, struct buf *body)
{
	struct ctx *c = &r->ctx;

	if (c->flaws->field != NULL) {
		buf_add(body, ",\"field\":");
		buf_json(body, c->flaws->field);
	}
	buf_add(body, ",\"reasons\":[");
	for (const struct flaw *f = c->flaws; f != NULL; f = f->next) {
		buf_add(body, f == c->flaws ? "" : ",");
		buf_json(body, arena_fmt(&c->arena, "%s: %s",
				       f->field == NULL ? f->place : f->field,
				       flaw_sentence(c, f)));
	}
	if (flaws_left_out(c) > 0)
		buf_fmt(body, ",\"%zu more\"", flaws_left_out(c));
	buf_add(body, "]");
}

/* Of what is wrong with the server nobody is told more. */
static const char *
detail(const struct ctx *c, int status, enum err e)
{
	if (c->flaws != NULL)
		return flaw_sentence((struct ctx *)c, c->flaws);
	return status >= 500 || c->why == NULL ? err_sentence(e) : c->why;
}

static void
refuse(struct req *r, enum err e)
{
	struct ctx *c = &r->ctx;
	const struct wire_case *w = face_case(r->face, e);
	struct buf body = {.arena = &c->arena};

	buf_add(&body, "{\"error\":");
	buf_json(&body, w->words);
	buf_add(&body, ",\"detail\":");
	buf_json(&body, detail(c, w->status, e));
	if (c->flaws != NULL)
		add_flaws(r, &body);
	buf_add(&body, "}");
	reply_retry_after(r, w->status == 429 ? 60 : w->status == 503 ? 5 : 0);
	reply_json(r, w->status, buf_text(&body));
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
	.refuse = refuse,
	.last_slash = SLASH_EITHER,
	.serves_head = true,
	.cors = &cors_site,
};
