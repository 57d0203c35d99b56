#include "programme/programme.h"

#include <string.h>

#include "base/conf.h"
#include "base/str.h"
#include "db/db.h"
#include "programme/webhook.h"
#include "cors.h"
#include "input.h"
#include "reply.h"
#include "token.h"

#include "programme/manners.sql.h"

/* A well signed token that is not live: whose was it? Blocked is told so, gone as the
 * level says. */
static enum err
dead_token(struct req *r, const struct session *session)
{
	struct ctx *c = &r->ctx;
	const char *email = r->claims->email;
	int64_t count = 1;

	ctx_clear_error(c);
	if (session->account_id != 0 && !str_eq(session->status, "active"))
		return fail(c, E_ACCOUNT_BLOCKED, NULL);
	if (session->account_id == 0 && email != NULL)
		TRY(db_int(c, &STAFF_EXISTS, &count, ARGS(c, email)));
	if (count > 0)
		return fail(c, E_TOKEN_EXPIRED, NULL);
	return fail(c, r->route->who == ACTIVE_STAFF ? E_ACCOUNT_NOT_FOUND : E_NO_ROLE,
		NULL);
}

/* Whatever is wrong with the token itself is one answer: 401. */
static enum err
authenticate(struct req *r)
{
	struct ctx *c = &r->ctx;
	const struct claims *claims = r->claims;
	struct session *session = arena_new(&c->arena, sizeof(*session));

	if (claims->email == NULL)
		return fail(c, E_TOKEN_PAYLOAD, NULL);
	enum err e = token_session(r, "programme", "access", session);
	return e == E_TOKEN_EXPIRED ? dead_token(r, session) : e;
}

static enum err
authorise(struct req *r)
{
	struct ctx *c = &r->ctx;
	const struct session *s = r->session;

	if (!str_eq(s->status, "active"))
		return fail(c, E_ACCOUNT_BLOCKED, NULL);
	if (s->role == NULL ||
		(r->route->who == ADMINISTRATOR && !str_eq(s->role, "administrator")))
		return fail(c, E_NO_ROLE, NULL);
	return OK;
}

/* A hook's secret stands in a header, so that nobody else's body is read. */
static enum err
know_webhook(struct req *r)
{
	struct ctx *c = &r->ctx;
	const char *secret = req_header(r, "X-Telegram-Bot-Api-Secret-Token");

	if (!conf.bot_webhook_mode)
		return fail(c, E_NO_ROUTE, NULL);
	if (secret == NULL || !str_same_secret(secret, webhook_secret(c)))
		return fail(c, E_UNSIGNED, NULL);
	r->trusted = true;
	return OK;
}

/*
 * docs/openapi/programme.yaml: header, input, token, account. Whether the token is
 * signed is looked at before the input all the same: a stranger's body is a small one.
 */
static enum err
enter(struct req *r)
{
	struct claims *claims = arena_new(&r->ctx.arena, sizeof(*claims));
	const char *token;

	if (r->route->who == TELEGRAM)
		return know_webhook(r);
	if (r->route->who == ANYONE_AT_ALL)
		return input_read(r);
	TRY(token_bearer(r, true, &token));
	enum err unsigned_why = token_read(r, token, claims);
	ctx_clear_error(&r->ctx);
	r->trusted = unsigned_why == OK;
	TRY(input_read(r));
	if (!r->trusted)
		return fail(&r->ctx, unsigned_why, NULL);
	r->claims = claims;
	TRY(authenticate(r));
	return authorise(r);
}

/* The codes that the older system's validation printed: docs/openapi/programme.yaml. */
static const char *
field_error_type(const struct field_error *f)
{
	switch (f->kind) {
	case FIELD_ERROR_MISSING:
		return "value_error.missing";
	case FIELD_ERROR_NULL:
		return "type_error.none.not_allowed";
	case FIELD_ERROR_EXTRA:
		return "value_error.extra";
	case FIELD_ERROR_SHORT:
		return "value_error.any_str.min_length";
	case FIELD_ERROR_LONG:
		return "value_error.any_str.max_length";
	case FIELD_ERROR_SMALL:
		return "value_error.number.not_ge";
	case FIELD_ERROR_LARGE:
		return "value_error.number.not_le";
	case FIELD_ERROR_CHOICE:
		return "type_error.enum";
	case FIELD_ERROR_MANY:
		return "value_error.list.max_items";
	case FIELD_ERROR_SURROGATE:
	case FIELD_ERROR_SYNTAX:
		return "value_error.jsondecode";
	case FIELD_ERROR_NOT_OBJECT:
		return "type_error.dict";
	case FIELD_ERROR_TYPE:
		return str_eq(f->expected, "str")    ? "type_error.str"
		       : str_eq(f->expected, "date") ? "value_error.date"
		       : str_eq(f->expected, "dict") ? "type_error.dict"
						     : "type_error.integer";
	case FIELD_ERROR_FORM:
		break;
	}
	if (f->words != NULL)
		return "value_error";
	return str_eq(f->expected, "uuid")            ? "type_error.uuid"
	       : str_eq(f->expected, "email address") ? "value_error.email"
						      : "value_error";
}

static void
field_error_to_json(struct ctx *c, struct buf *b, const struct field_error *f)
{
	buf_fmt(b, "{\"loc\":[\"%s\"", f->place);
	if (f->kind == FIELD_ERROR_SYNTAX || f->kind == FIELD_ERROR_SURROGATE)
		buf_fmt(b, ",%lld", (long long)f->limit);
	if (f->field != NULL) {
		buf_add(b, ",");
		buf_json(b, f->field);
	}
	buf_add(b, "],\"msg\":");
	buf_json(b, programme_field_error_words(c, f));
	buf_fmt(b, ",\"type\":\"%s\"", field_error_type(f));
	if (f->kind == FIELD_ERROR_SHORT || f->kind == FIELD_ERROR_LONG ||
		f->kind == FIELD_ERROR_SMALL || f->kind == FIELD_ERROR_LARGE)
		buf_fmt(b, ",\"ctx\":{\"limit_value\":%lld}", (long long)f->limit);
	buf_add(b, "}");
}

static void
add_field_errors(struct ctx *c, struct buf *b)
{
	buf_add(b, "[");
	for (const struct field_error *f = c->field_errors; f != NULL; f = f->next) {
		field_error_to_json(c, b, f);
		buf_add(b, f->next == NULL ? "" : ",");
	}
	if (field_errors_left_out(c) > 0)
		buf_fmt(b,
			",{\"loc\":[\"%s\"],\"msg\":\"Ещё ошибок: %zu.\","
			"\"type\":\"value_error\"}",
			c->last_field_error->place, field_errors_left_out(c));
	buf_add(b, "]");
}

/* The sentence of a case, with the id of the path where it has a place for one. */
static const char *
sentence(struct req *r, const char *words)
{
	const char *place = strstr(words, "{id}");

	return place == NULL
		       ? words
		       : arena_fmt(&r->ctx.arena, "%.*s%s%s", (int)(place - words),
				 words, r->word[0], place + strlen("{id}"));
}

static void
refuse(struct req *r, enum err e)
{
	const struct wire_case *w = face_case(r->face, e);
	struct ctx *c = &r->ctx;
	struct buf body = {.arena = &c->arena};

	buf_add(&body, "{\"detail\":");
	if (w->err == E_INPUT && c->field_errors != NULL)
		add_field_errors(c, &body);
	else
		buf_json(&body, w->words != NULL ? sentence(r, w->words) : c->why);
	buf_add(&body, "}");
	reply_retry_after(r, 0);
	reply_json(r, w->status, buf_text(&body));
}

/* The health page answers at the root, too. */
static bool
takes(struct req *r)
{
	return str_eq(r->path, "/healthcheck");
}

#define FACE_ROUTES "programme/routes.def"
#define FACE_CASES "programme/cases.def"
#include "face_tables.h"

const struct manners programme_manners = {
	FACE_TABLES,
	.takes = takes,
	.enter = enter,
	.refuse = refuse,
	.serves_head = true,
	.strict = true,
	.last_slash = SLASH_REDIRECTS,
	.cors = &cors_site,
};
