/* What the phones' API says when something is wrong. */
#include "messenger/messenger.h"

#include "base/conf.h"
#include "base/str.h"
#include "messenger/page.h"
#include "messenger/token.h"
#include "reply.h"

/* Is the one thing that is wrong with the input that something is missing? */
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
	const char *place = c->field_errors == NULL ? "" : c->field_errors->place;

	buf_add(&data, "{\"lacks\":[");
	for (const struct field_error *f = c->field_errors; f != NULL; f = f->next) {
		buf_add(&data, f == c->field_errors ? "" : ",");
		buf_json(&data, f->field);
	}
	buf_add(&data, "]}");
	messenger_reply(r, 400,
		str_eq(place, "header")  ? "request.header.omitted"
		: str_eq(place, "query") ? "request.path.omitted"
					 : "request.body.omitted",
		buf_text(&data));
}

/* The types by the names that the older server's answers have. */
static const char *
type_name(const char *type)
{
	return str_eq(type, "str")    ? "string"
	       : str_eq(type, "list") ? "array"
	       : str_eq(type, "dict") ? "object"
				      : type;
}

static const char *
reason_of(struct ctx *c, const struct field_error *f)
{
	if (f->kind == FIELD_ERROR_TYPE && f->got != NULL)
		return arena_fmt(&c->arena, "Expected type `%s`, but got `%s`",
			type_name(f->expected), f->got);
	return field_error_sentence(c, f);
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
		buf_json(&data, reason_of(c, f));
		buf_add(&data, "}");
	}
	buf_add(&data, "]}");
	if (c->field_errors != NULL)
		c->why = reason_of(c, c->field_errors);
	messenger_reply(r, 422, "request.body.bad_semantics", buf_text(&data));
}

/* The numbers that were told, without what is for a header. */
static const char *
error_details_data(struct req *r)
{
	struct buf data = {.arena = &r->ctx.arena};

	buf_add(&data, "{");
	for (const struct error_detail *t = r->ctx.error_details; t != NULL;
		t = t->next)
		if (!str_eq(t->key, "retry_after"))
			buf_fmt(&data, "%s\"%s\":%lld", data.used > 1 ? "," : "",
				t->key, (long long)t->value);
	buf_add(&data, "}");
	return data.text;
}

static void
drop_cookies(struct req *r, enum err e)
{
	if (e == E_NO_COOKIE || e == E_REFRESH_INVALID || e == E_REFRESH_EXPIRED)
		messenger_drop_cookies(r);
	else if (e == E_ADMIN_INVALID || e == E_ADMIN_EXPIRED)
		messenger_drop_admin_cookie(r);
}

void
messenger_refuse(struct req *r, enum err e)
{
	struct ctx *c = &r->ctx;
	const struct messenger_caller *caller = messenger_caller(r);

	if (!messenger_is_developer(r)) {
		messenger_drop_cookies(r);
		messenger_reply(r, 200, "user.sign_out", NULL);
		return;
	}
	const struct wire_case *w = face_case(r->face, e);
	const char *told = error_details_data(r);
	reply_retry_after(r, 0);
	drop_cookies(r, w->err);
	if ((w->err == E_ADMIN_MISSING || w->err == E_ADMIN_INVALID ||
		    w->err == E_ADMIN_EXPIRED) &&
		messenger_wants_html(r)) {
		messenger_page(r, w->status, conf.messenger_backend_name,
			messenger_said(r), NULL);
		return;
	}
	if (w->err == E_INPUT && caller->data == NULL && all_missing(c))
		refuse_omitted(r);
	else if (w->err == E_INPUT && caller->data == NULL && c->field_errors != NULL)
		refuse_field_errors(r);
	else
		messenger_reply(r, w->status, w->words,
			caller->data != NULL ? caller->data : told);
}
