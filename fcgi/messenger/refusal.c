/* What the phones' API says when something is wrong. */
#include "messenger/messenger.h"

#include <string.h>
#include <strings.h>

#include "base/conf.h"
#include "base/json.h"
#include "base/str.h"
#include "input.h"
#include "messenger/page.h"
#include "messenger/token.h"
#include "reply.h"

struct refusal {
	int status;
	const char *sub_code, *data;
};

/* Is the one thing that is wrong with the input that something is missing? */
static bool
all_missing(const struct ctx *c)
{
	for (const struct field_error *f = c->field_errors; f != NULL; f = f->next)
		if (f->kind != FIELD_ERROR_MISSING)
			return false;
	return c->field_errors != NULL;
}

static struct refusal
omitted(struct req *r)
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
	return (struct refusal){400,
		str_eq(place, "header")  ? "request.header.omitted"
		: str_eq(place, "query") ? "request.path.omitted"
					 : "request.body.omitted",
		buf_text(&data)};
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

static struct refusal
field_errors(struct req *r)
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
	return (struct refusal){422, "request.body.bad_semantics", buf_text(&data)};
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

static struct refusal
refusal_of(struct req *r, const struct wire_case *w)
{
	struct ctx *c = &r->ctx;
	const char *data = messenger_caller(r)->data;

	if (w->err == E_INPUT && data == NULL && all_missing(c))
		return omitted(r);
	if (w->err == E_INPUT && data == NULL && c->field_errors != NULL)
		return field_errors(r);
	return (struct refusal){
		w->status, w->words, data != NULL ? data : error_details_data(r)};
}

/* -- as a page */

static void
add_point(struct buf *b, const char *name, struct json_object *value)
{
	if (value == NULL)
		return;
	buf_add(b, "<li>");
	buf_xml(b, name);
	buf_add(b, ": ");
	buf_xml(b, json_object_get_string(value));
	buf_add(b, "</li>\n");
}

/* The answer's data as points of a list: {"lacks": ["id"]} is "lacks: id". */
static void
add_points(struct buf *b, const char *name, struct json_object *data)
{
	const char *field = json_text(data, "field");

	if (field != NULL) {
		add_point(b, field, json_member(data, "reason", json_type_string));
	} else if (json_object_is_type(data, json_type_object)) {
		json_object_object_foreach(data, key, value)
		{
			add_points(b, key, value);
		}
	} else if (json_object_is_type(data, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(data); i++)
			add_points(b, name, json_object_array_get_idx(data, i));
	} else {
		add_point(b, name, data);
	}
}

static void
refuse_as_page(struct req *r, const struct refusal *refusal)
{
	struct ctx *c = &r->ctx;
	struct buf b = {.arena = &c->arena};
	struct json_object *data = NULL;

	buf_add(&b, "<ul>\n");
	if (json_read(c, refusal->data, strlen(refusal->data), &data) == OK)
		add_points(&b, "", data);
	buf_fmt(&b, "</ul>\n<p><a href=\"%s\">%s</a></p>\n",
		messenger_path(&c->arena, "/admin"), conf.messenger_backend_name);
	messenger_page(r, refusal->status, conf.messenger_backend_name,
		messenger_said(r), b.text);
}

/* Administrators have a browser: it puts text/html first. */
static bool
is_browser_of_admin(struct req *r)
{
	const char *accept = input_header(r, "Accept");

	return r->route != NULL && r->route->who == ADMIN && accept != NULL &&
	       strncasecmp(accept, "text/html", 9) == 0;
}

void
messenger_refuse(struct req *r, enum err e)
{
	if (!messenger_is_developer(r)) {
		messenger_drop_cookies(r);
		messenger_reply(r, 200, "user.sign_out", NULL);
		return;
	}
	const struct wire_case *w = face_case(r->face, e);
	bool outside = w->err == E_ADMIN_MISSING || w->err == E_ADMIN_INVALID ||
		       w->err == E_ADMIN_EXPIRED;
	const struct refusal refusal = refusal_of(r, w);
	reply_retry_after(r, 0);
	drop_cookies(r, w->err);
	if (outside && messenger_wants_html(r))
		messenger_page(r, w->status, conf.messenger_backend_name,
			messenger_said(r), NULL);
	else if (is_browser_of_admin(r))
		refuse_as_page(r, &refusal);
	else
		messenger_reply(r, refusal.status, refusal.sub_code, refusal.data);
}
