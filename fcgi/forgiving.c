#include "forgiving.h"
#include "base/json.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/conf.h"
#include "base/file.h"
#include "base/str.h"
#include "base/unicode.h"
#include "multipart.h"

static void
drop(void *json)
{
	json_object_put(json);
}

const char *
forgiving_text(struct arena *a, const char *text)
{
	const char *s = unicode_nfc(a, text);

	s = s == NULL ? NULL : unicode_trim(a, s);
	return s == NULL || *s == '\0' ? NULL : s;
}

/* Text that is none stays as it is, so that its field says what is wrong. */
static struct json_object *
cleaned_text(struct ctx *c, struct json_object *json)
{
	const char *text = json_object_get_string(json);

	if (strlen(text) != (size_t)json_object_get_string_len(json) ||
		unicode_nfc(&c->arena, text) == NULL)
		return json_object_get(json);
	const char *s = forgiving_text(&c->arena, text);
	return s == NULL ? NULL : json_object_new_string(s);
}

static struct json_object *cleaned(struct ctx *c, struct json_object *json);

static struct json_object *
cleaned_array(struct ctx *c, struct json_object *json)
{
	struct json_object *out = json_object_new_array();

	for (size_t i = 0; i < json_object_array_length(json); i++) {
		struct json_object *item =
			cleaned(c, json_object_array_get_idx(json, i));

		if (item != NULL)
			json_object_array_add(out, item);
	}
	return out;
}

static struct json_object *
cleaned_object(struct ctx *c, struct json_object *json)
{
	struct json_object *out = json_object_new_object();

	json_object_object_foreach(json, key, value)
	{
		const char *name = forgiving_text(&c->arena, key);
		struct json_object *member = name == NULL ? NULL : cleaned(c, value);

		if (member != NULL)
			json_object_object_add(out, name, member);
	}
	return out;
}

/* A reference to what is left of a value, NULL for nothing. json_read() has seen to it
 * that it is not deep. */
static struct json_object *
cleaned(struct ctx *c, struct json_object *json)
{
	struct json_object *out;
	bool empty;

	switch (json_object_get_type(json)) {
	case json_type_null:
		return NULL;
	case json_type_string:
		return cleaned_text(c, json);
	case json_type_array:
		out = cleaned_array(c, json);
		empty = json_object_array_length(out) == 0;
		break;
	case json_type_object:
		out = cleaned_object(c, json);
		empty = json_object_object_length(out) == 0;
		break;
	default:
		return json_object_get(json);
	}
	if (!empty)
		return out;
	json_object_put(out);
	return NULL;
}

/* What the field's type makes of a value of another type, NULL if it stays. */
static struct json_object *
meant(const struct field *f, struct json_object *value)
{
	enum json_type type = json_object_get_type(value);
	const char *text = json_object_get_string(value);
	int64_t number;

	if (f->type == FIELD_TEXT &&
		(type == json_type_int || type == json_type_double ||
			type == json_type_boolean))
		return json_object_new_string(text);
	if (f->type == FIELD_TEXT && f->json &&
		(type == json_type_object || type == json_type_array))
		return json_object_new_string(json_object_to_json_string_ext(value,
			JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	if (type != json_type_string)
		return NULL;
	if (f->type == FIELD_INT && int_read(text, &number))
		return json_object_new_int64(number);
	if (f->type == FIELD_BOOL && (str_eq(text, "true") || str_eq(text, "false")))
		return json_object_new_boolean(*text == 't');
	return NULL;
}

static void
mean_types(struct json_object *json, const struct field *fields)
{
	for (const struct field *f = fields; f->name != NULL; f++) {
		struct json_object *value, *other;

		if (json_object_object_get_ex(json, f->name, &value) &&
			(other = meant(f, value)) != NULL)
			json_object_object_add(json, f->name, other);
	}
}

/* The first of several values of a name counts. */
static void
add_value(struct json_object *json, const char *name, const char *value, size_t n)
{
	if (utf8_valid(name, strlen(name)) &&
		!json_object_object_get_ex(json, name, NULL))
		json_object_object_add(
			json, name, json_object_new_string_len(value, (int)n));
}

static bool
is_multipart(const struct req *r)
{
	return strncasecmp(req_param(r, "CONTENT_TYPE"), "multipart/form-data", 19) ==
	       0;
}

/* The parts of a form, in memory or in the file that nginx keeps it in. */
static enum err
parts_of(struct req *r, const char *type, struct part **parts, size_t *n)
{
	return r->body_file != NULL ? req_parts(r, parts, n)
				    : multipart_split(&r->ctx, type, r->body,
					      r->body_size, parts, n);
}

static struct json_object *
form(struct req *r)
{
	struct ctx *c = &r->ctx;
	struct json_object *json = json_object_new_object();
	const char *type = req_param(r, "CONTENT_TYPE");
	struct part *parts;
	size_t n = 0;

	if (!is_multipart(r)) {
		const struct pair *pairs = pairs_read(c, r->body, &n);

		for (size_t i = 0; i < n; i++)
			add_value(json, pairs[i].name, pairs[i].value,
				strlen(pairs[i].value));
		return json;
	}
	if (parts_of(r, type, &parts, &n) != OK) {
		ctx_clear_error(c);
		return json;
	}
	for (size_t i = 0; i < n; i++)
		if (parts[i].filename == NULL)
			add_value(json, parts[i].name, parts[i].bytes, parts[i].size);
	return json;
}

/* nginx keeps what is larger than a form's fields in a file where files may come. */
static enum err
body_in_memory(struct req *r)
{
	struct ctx *c = &r->ctx;
	size_t size = 0;

	if (r->body_file == NULL || r->body != NULL)
		return OK;
	const char *body = file_get(c, r->body_file, &size);
	if (body != NULL && (int64_t)size > conf.fcgi_max_body)
		return fail(c, E_TOO_LARGE, NULL);
	r->body = body == NULL ? "" : arena_strn(&c->arena, body, size);
	r->body_size = body == NULL ? 0 : size;
	return OK;
}

/* NULL for nothing, and for JSON that is no object. */
static enum err
json_body(struct req *r, struct json_object **out)
{
	struct ctx *c = &r->ctx;
	size_t most = r->trusted ? VALUES_MOST : STRANGER_VALUES;

	*out = NULL;
	if (r->body_file != NULL && is_multipart(r)) {
		*out = form(r);
		arena_defer(&c->arena, drop, *out);
		return OK;
	}
	TRY(body_in_memory(r));
	if (r->body == NULL || r->body_size == 0 ||
		json_read_input(c, r->body, r->body_size, most, out) == OK)
		return OK;
	const struct field_error *why = c->last_field_error;
	if (why == NULL || (why->kind != FIELD_ERROR_SYNTAX &&
				   why->kind != FIELD_ERROR_NOT_OBJECT))
		return c->err;
	ctx_clear_error(c);
	*out = NULL;
	if (why->kind == FIELD_ERROR_SYNTAX) {
		*out = form(r);
		arena_defer(&c->arena, drop, *out);
	}
	return OK;
}

enum err
forgiving_body(struct req *r, const struct field *fields, struct json_object **out)
{
	struct ctx *c = &r->ctx;
	struct json_object *body;

	TRY(c->err); /* or it would be forgiven, too */
	TRY(json_body(r, &body));
	*out = body == NULL ? json_object_new_object() : cleaned_object(c, body);
	arena_defer(&c->arena, drop, *out);
	mean_types(*out, fields);
	return OK;
}
