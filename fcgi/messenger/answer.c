/* The envelope of the phones' API, and what is said when something is wrong. */
#include "messenger/messenger.h"

#include <string.h>
#include <strings.h>

#include "base/conf.h"
#include "base/hash.h"
#include "base/str.h"
#include "condition.h"
#include "input.h"
#include "messenger/page.h"
#include "messenger/token.h"
#include "reply.h"

/* Why it failed, in the caller's language: where that has no words for the very reason,
 * those for its kind. */
static const char *
said(struct req *r)
{
	const struct ctx *c = &r->ctx;
	const char *why = c->why == NULL || c->err == E_BUG ? err_sentence(c->err)
							    : c->why,
		   *words = messenger_words(r, why);

	return words == why && !str_eq(messenger_language(r), "en")
		       ? messenger_words(r, err_sentence(c->err))
		       : words;
}

enum err
messenger_answer(
	struct req *r, int status, int code, const char *sub_code, const char *data)
{
	struct buf b = {.arena = &r->ctx.arena};
	const char *message = "";

	if (status == 204 || status == 304)
		return reply_empty(r, status);
	if (status >= 400)
		message = said(r);
	buf_fmt(&b, "{\"code\":%d,\"data\":", code);
	buf_add(&b, data == NULL ? "{}" : data);
	buf_add(&b, ",\"message\":");
	buf_json(&b, message);
	buf_fmt(&b, ",\"sub_code\":\"%s\",\"success\":%s}\n", sub_code,
		status < 400 ? "true" : "false");
	return reply_text(r, status, "application/json", b.text, b.used);
}

enum err
messenger_reply(struct req *r, int status, const char *sub_code, const char *data)
{
	return messenger_answer(r, status, status, sub_code, data);
}

enum err
messenger_reply_list(struct req *r, const char *name, const char *json)
{
	const char *etag = sha256_hex(&r->ctx.arena, json, strlen(json)),
		   *known = input_header(r, "If-None-Match");

	reply_header(r, "ETag", etag);
	if (known != NULL && etag_listed(known, etag))
		return messenger_reply(r, 304, "resource.multiple_result", NULL);
	return messenger_reply(r, 200, "resource.multiple_result",
		arena_fmt(&r->ctx.arena, "{\"%s\":%s}", name, json));
}

enum err
messenger_reply_one(struct req *r, int status, const char *sub_code, const char *name,
	const struct field *fields, const void *row)
{
	struct buf data = {.arena = &r->ctx.arena};

	buf_fmt(&data, "{\"%s\":", name);
	fields_to_json(&data, fields, row, r->face->manners->style);
	buf_add(&data, "}");
	return messenger_reply(r, status, sub_code, data.text);
}

struct messenger_caller *
messenger_caller(struct req *r)
{
	if (r->own == NULL)
		r->own = arena_new(&r->ctx.arena, sizeof(struct messenger_caller));
	return r->own;
}

enum err
messenger_fail(struct req *r, enum err e, const char *data)
{
	messenger_caller(r)->data = data;
	return fail(&r->ctx, e, NULL);
}

enum err
messenger_fail_list(struct req *r, enum err e, const char *name, const char *word)
{
	struct buf data = {.arena = &r->ctx.arena};

	buf_fmt(&data, "{\"%s\":[", name);
	buf_json(&data, word);
	buf_add(&data, "]}");
	return messenger_fail(r, e, data.text);
}

enum err
messenger_fail_instead(struct req *r, enum err e, const char *data)
{
	ctx_clear_error(&r->ctx);
	return messenger_fail(r, e, data);
}

enum err
messenger_fail_reason(struct req *r, enum err e, const char *reason)
{
	struct buf data = {.arena = &r->ctx.arena};

	buf_add(&data, "{\"reason\":");
	buf_json(&data, reason == NULL ? "" : reason);
	buf_add(&data, "}");
	return messenger_fail_instead(r, e, data.text);
}

enum err
messenger_field_error(struct req *r, const char *field, const char *reason)
{
	return field_error_add(&r->ctx, (struct field_error){.place = "body",
						.field = field,
						.kind = FIELD_ERROR_FORM,
						.expected = "value",
						.words = reason});
}

/* -- errors */

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
		messenger_page(
			r, w->status, conf.messenger_backend_name, said(r), NULL);
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
