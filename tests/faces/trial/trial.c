#include "faces/trial/trial.h"

#include "base/conf.h"
#include "base/str.h"
#include "cors.h"
#include "input.h"
#include "reply.h"
#include "token.h"
#include "base/jwt.h"

const char *
trial_key(struct req *r)
{
	return arena_fmt(&r->ctx.arena, "%s%s", conf.token_secret,
		input_header(r, "X-Csrf-Token"));
}

/* In the order headers, token, body. */
static enum err
enter(struct req *r)
{
	struct ctx *c = &r->ctx;
	struct json_object *claims;
	const char *token;
	bool with_key = r->route->who == WITH_KEY;

	TRY(input_needs(r, with_key ? "Authorization X-Csrf-Token" : NULL));
	if (with_key) {
		TRY(token_bearer(r, true, &token));
		TRY(jwt_read(c, token, trial_key(r), &claims));
		TRY(jwt_check_times(
			c, json_number(claims, "iat"), json_number(claims, "exp")));
		c->actor = json_number(claims, "user");
		r->trusted = true;
	}
	return input_read(r);
}

enum err
trial_reply(struct req *r, int status, const char *sub_code, const char *data)
{
	return reply_json(r, status,
		arena_fmt(&r->ctx.arena,
			"{\"code\":%d,\"data\":%s,\"message\":\"\",\"sub_code\":\"%s\","
			"\"success\":%s}\n",
			status, data, sub_code, status < 400 ? "true" : "false"));
}

static bool
all_missing(const struct ctx *c)
{
	for (const struct field_error *f = c->field_errors; f != NULL; f = f->next)
		if (f->kind != FIELD_ERROR_MISSING)
			return false;
	return c->field_errors != NULL;
}

static void
refuse_omitted(struct req *r)
{
	struct ctx *c = &r->ctx;
	struct buf data = {.arena = &c->arena};

	buf_add(&data, "{\"lacks\":[");
	for (const struct field_error *f = c->field_errors; f != NULL; f = f->next) {
		buf_add(&data, f == c->field_errors ? "" : ",");
		buf_json(&data, f->field);
	}
	buf_add(&data, "]}");
	trial_reply(r, 400,
		str_eq(c->field_errors->place, "header") ? "request.header.omitted"
							 : "request.body.omitted",
		buf_text(&data));
}

static void
refuse_field_errors(struct req *r)
{
	struct ctx *c = &r->ctx;
	struct buf data = {.arena = &c->arena};

	buf_add(&data, "{\"bad_semantics\":[");
	for (const struct field_error *f = c->field_errors; f != NULL; f = f->next) {
		buf_add(&data, f == c->field_errors ? "{\"field\":" : ",{\"field\":");
		buf_json(&data, f->field == NULL ? f->place : f->field);
		buf_add(&data, ",\"reason\":");
		buf_json(&data, field_error_sentence(c, f));
		buf_add(&data, "}");
	}
	buf_add(&data, "]}");
	trial_reply(r, 422, "request.body.bad_semantics", buf_text(&data));
}

static void
refuse(struct req *r, enum err e)
{
	const struct wire_case *w = face_case(r->face, e);

	if (w->err == E_INPUT && all_missing(&r->ctx))
		refuse_omitted(r);
	else if (w->err == E_INPUT && r->ctx.field_errors != NULL)
		refuse_field_errors(r);
	else
		trial_reply(r, w->status, w->words, "{}");
}

static enum err
options(struct req *r)
{
	return trial_reply(r, 200, "http.ok", "{}");
}

static const char *
origins(struct req *r)
{
	(void)r;
	return "https://phone.example";
}

static const struct cors_rule cors = {
	.origins = origins, .always = true, .exposes = true};

#define FACE_ROUTES "faces/trial/routes.def"
#define FACE_CASES "faces/trial/cases.def"
#include "face_tables.h"

const struct manners trial_manners = {
	FACE_TABLES,
	.enter = enter,
	.refuse = refuse,
	.options = options,
	.cors = &cors,
	.body = BODY_FORGIVING,
	.bad_id = BAD_ID_NO_ROUTE,
	.last_slash = SLASH_EITHER,
	.style = STYLE_HTTP_TIME,
	.clean_headers = true,
	.serves_head = true,
};
