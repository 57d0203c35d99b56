#include "base/field.h"

#include <ctype.h>
#include <json-c/json.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/str.h"
#include "base/unicode.h"

static const char *const type_names[] = {[FIELD_TEXT] = "str",
	[FIELD_INT] = "integer",
	[FIELD_BOOL] = "boolean",
	[FIELD_REAL] = "float",
	[FIELD_TIME] = "datetime",
	[FIELD_DATE] = "date",
	[FIELD_TEXTS] = "list",
	[FIELD_OBJECT] = "dict"};

static enum err
field_error_at(struct ctx *c, const struct field *f, const char *place,
	enum field_error_kind kind, int64_t limit, const char *expected)
{
	return field_error_add(c, (struct field_error){.place = place,
					  .field = f->name,
					  .kind = kind,
					  .limit = limit,
					  .expected = expected});
}

enum err
uuid_rule(struct ctx *c, const struct field *f, const char *place, void *member)
{
	const char *uuid = uuid_read(&c->arena, *(const char **)member);

	if (uuid == NULL)
		return field_error_at(c, f, place, FIELD_ERROR_FORM, 0, "uuid");
	*(const char **)member = uuid;
	return OK;
}

static enum err
check_range(
	struct ctx *c, const struct field *f, const char *place, int64_t v, bool text)
{
	if (f->min == 0 && f->max == 0)
		return OK;
	if (v < f->min)
		return field_error_at(c, f, place,
			text ? FIELD_ERROR_SHORT : FIELD_ERROR_SMALL, f->min, NULL);
	if (v > f->max)
		return field_error_at(c, f, place,
			text ? FIELD_ERROR_LONG : FIELD_ERROR_LARGE, f->max, NULL);
	return OK;
}

static enum err
put_text(struct ctx *c, const struct field *f, const char *place, const char *s,
	void *member)
{
	if (utf8_count(s) < 0)
		return field_error_at(c, f, place, FIELD_ERROR_FORM, 0, "utf-8");
	s = f->trim ? str_trim(&c->arena, s) : arena_str(&c->arena, s);
	if (!f->as_typed)
		s = unicode_nfc(&c->arena, s);
	if (s == NULL)
		return field_error_at(
			c, f, place, FIELD_ERROR_FORM, 0, "text of any language");
	TRY(check_range(c, f, place, utf8_count(s), true));
	if (f->one_of != NULL && !str_in(s, f->one_of))
		return field_error_at(c, f, place, FIELD_ERROR_CHOICE, 0, f->one_of);
	*(const char **)member = s;
	return OK;
}

static enum err
put_texts(struct ctx *c, const struct field *f, struct json_object *json,
	struct texts *out)
{
	size_t n = json_object_array_length(json);
	const char **list = arena_new(&c->arena, (n + 1) * sizeof(*list));

	for (size_t i = 0; i < n; i++) {
		struct json_object *item = json_object_array_get_idx(json, i);

		if (!json_object_is_type(item, json_type_string))
			return field_error_at(c, f, "body", FIELD_ERROR_TYPE, 0, "str");
		TRY(put_text(c, &(struct field){.name = f->name}, "body",
			json_object_get_string(item), &list[i]));
	}
	*out = (struct texts){n, list};
	return OK;
}

/* A value of the field's own JSON type, else FIELD_ERROR_TYPE. */
static enum err
put_json(struct ctx *c, const struct field *f, struct json_object *json, void *member)
{
	enum json_type type = json_object_get_type(json);

	if (f->type == FIELD_TEXT && type == json_type_string) {
		if (strlen(json_object_get_string(json)) !=
			(size_t)json_object_get_string_len(json))
			return field_error_at(
				c, f, "body", FIELD_ERROR_FORM, 0, "text without NUL");
		return put_text(c, f, "body", json_object_get_string(json), member);
	}
	if (f->type == FIELD_INT && type == json_type_int) {
		*(int64_t *)member = json_object_get_int64(json);
		/* json-c cuts a larger number down to the largest that fits. */
		if (*(int64_t *)member == INT64_MAX &&
			json_object_get_uint64(json) > INT64_MAX)
			return field_error_at(
				c, f, "body", FIELD_ERROR_LARGE, INT64_MAX, NULL);
		return check_range(c, f, "body", *(int64_t *)member, false);
	}
	if (f->type == FIELD_BOOL && type == json_type_boolean) {
		*(bool *)member = json_object_get_boolean(json);
		return OK;
	}
	if (f->type == FIELD_REAL &&
		(type == json_type_double || type == json_type_int)) {
		double v = json_object_get_double(json);

		*(double *)member = v;
		return !isfinite(v)
			       ? field_error_at(
					 c, f, "body", FIELD_ERROR_TYPE, 0, "float")
			       : check_range(c, f, "body",
					 (int64_t)(v < 0 ? floor(v) : ceil(v)), false);
	}
	if (f->type == FIELD_TEXTS && type == json_type_array)
		return put_texts(c, f, json, member);
	if (f->type == FIELD_TIME && type == json_type_string &&
		utc_parse(json_object_get_string(json), member))
		return OK;
	if (f->type == FIELD_DATE && type == json_type_string &&
		date_parse(json_object_get_string(json), member))
		return OK;
	return field_error_add(c, (struct field_error){.place = "body",
					  .field = f->name,
					  .kind = FIELD_ERROR_TYPE,
					  .expected = type_names[f->type],
					  .got = json_type_to_name(type)});
}

static void
flag_extra_keys(struct ctx *c, struct json_object *json, const struct field *fields)
{
	json_object_object_foreach(json, key, value)
	{
		const struct field *f = fields;

		(void)value;
		while (f->name != NULL && strcmp(f->name, key) != 0)
			f++;
		if (f->name == NULL)
			field_error_add(c, (struct field_error){.place = "body",
						   .kind = FIELD_ERROR_EXTRA,
						   .field = arena_str(&c->arena, key)});
	}
}

enum err
fields_from_json(struct ctx *c, struct json_object *json, const struct field *fields,
	bool strict, void *out)
{
	for (const struct field *f = fields; f->name != NULL; f++) {
		void *member = (char *)out + f->offset;
		struct json_object *value;

		if (!json_object_object_get_ex(json, f->name, &value)) {
			if (f->must)
				field_error_at(
					c, f, "body", FIELD_ERROR_MISSING, 0, NULL);
		} else if (value == NULL) {
			if (f->must)
				field_error_at(c, f, "body", FIELD_ERROR_NULL, 0, NULL);
		} else if (put_json(c, f, value, member) == OK && f->rule != NULL) {
			f->rule(c, f, "body", member);
		}
	}
	if (strict)
		flag_extra_keys(c, json, fields);
	return c->err;
}

static enum err
put_pair(struct ctx *c, const struct field *f, const char *place, const char *s,
	void *member)
{
	switch (f->type) {
	case FIELD_TEXT:
		return put_text(c, f, place, s, member);
	case FIELD_INT:
		if (!int_read(s, member))
			return field_error_at(
				c, f, place, FIELD_ERROR_TYPE, 0, "integer");
		return check_range(c, f, place, *(int64_t *)member, false);
	case FIELD_BOOL:
		*(bool *)member = str_eq(s, "true") || str_eq(s, "1");
		return *(bool *)member || str_eq(s, "false") || str_eq(s, "0")
			       ? OK
			       : field_error_at(
					 c, f, place, FIELD_ERROR_TYPE, 0, "boolean");
	case FIELD_DATE:
		return date_parse(s, member) ? OK
					     : field_error_at(c, f, place,
						       FIELD_ERROR_TYPE, 0, "date");
	default:
		return field_error_at(
			c, f, place, FIELD_ERROR_TYPE, 0, type_names[f->type]);
	}
}

/* All values of a name that may be repeated: ?status=a&status=b */
static enum err
put_repeated(struct ctx *c, const struct field *f, const char *place,
	const struct pair *pairs, size_t count, struct texts *out)
{
	const char **list = arena_new(&c->arena, (count + 1) * sizeof(*list));
	struct field one = {
		.name = f->name, .one_of = f->one_of, .min = f->min, .max = f->max};

	out->list = list;
	for (size_t i = 0; i < count; i++)
		if (strcmp(pairs[i].name, f->name) == 0)
			TRY(put_text(
				c, &one, place, pairs[i].value, &list[out->count++]));
	return OK;
}

enum err
fields_from_pairs(struct ctx *c, const struct pair *pairs, size_t count,
	const char *place, const struct field *fields, void *out)
{
	for (const struct field *f = fields; f->name != NULL; f++) {
		void *member = (char *)out + f->offset;
		const char *value = NULL;

		for (size_t i = 0; i < count; i++)
			if (strcmp(pairs[i].name, f->name) == 0)
				value = pairs[i].value;
		if (value == NULL) {
			if (f->must)
				field_error_at(
					c, f, place, FIELD_ERROR_MISSING, 0, NULL);
		} else if (f->type == FIELD_TEXTS) {
			put_repeated(c, f, place, pairs, count, member);
		} else if (put_pair(c, f, place, value, member) == OK &&
			   f->rule != NULL) {
			f->rule(c, f, place, member);
		}
	}
	return c->err;
}

static bool
member_absent(const struct field *f, const void *member)
{
	return (f->type == FIELD_TEXT && *(const char *const *)member == NULL) ||
	       (f->type == FIELD_TIME && ((const struct utc *)member)->us == 0) ||
	       (f->type == FIELD_DATE && ((const struct date *)member)->year == 0);
}

const char *
texts_joined(struct arena *a, const struct texts *t)
{
	struct buf out = {.arena = a};

	for (size_t i = 0; i < t->count; i++)
		buf_fmt(&out, "%s%s", i == 0 ? "" : " ", t->list[i]);
	return buf_text(&out);
}

static void
texts_to_json(struct buf *b, const struct texts *t)
{
	buf_add(b, "[");
	for (size_t i = 0; i < t->count; i++) {
		buf_add(b, i == 0 ? "" : ",");
		buf_json(b, t->list[i]);
	}
	buf_add(b, "]");
}

/* Digits by hand: a list may have a hundred thousand times and dates, and printf()
 * takes longer than all the rest. */
static void
add_digits(struct buf *b, int64_t value, int digits)
{
	char text[8];

	for (int i = digits - 1; i >= 0; i--, value /= 10)
		text[i] = (char)('0' + value % 10);
	buf_addn(b, text, (size_t)digits);
}

static void
date_to_json(struct buf *b, const struct date *d)
{
	buf_addn(b, "\"", 1);
	add_digits(b, d->year, 4);
	buf_addn(b, "-", 1);
	add_digits(b, d->month, 2);
	buf_addn(b, "-", 1);
	add_digits(b, d->day, 2);
	buf_addn(b, "\"", 1);
}

/* As utc_iso(), which has the years before 1970, too. */
static void
time_to_json(struct buf *b, struct utc t)
{
	time_t seconds = t.us / US_PER_SECOND;
	struct tm tm;

	if (t.us < 0) {
		buf_json(b, utc_iso(b->arena, t));
		return;
	}
	gmtime_r(&seconds, &tm);
	buf_addn(b, "\"", 1);
	add_digits(b, tm.tm_year + 1900, 4);
	buf_addn(b, "-", 1);
	add_digits(b, tm.tm_mon + 1, 2);
	buf_addn(b, "-", 1);
	add_digits(b, tm.tm_mday, 2);
	buf_addn(b, "T", 1);
	add_digits(b, tm.tm_hour, 2);
	buf_addn(b, ":", 1);
	add_digits(b, tm.tm_min, 2);
	buf_addn(b, ":", 1);
	add_digits(b, tm.tm_sec, 2);
	if (t.us % US_PER_SECOND != 0) {
		buf_addn(b, ".", 1);
		add_digits(b, t.us % US_PER_SECOND, 6);
	}
	buf_addn(b, "Z\"", 2);
}

static void
member_to_json(
	struct buf *b, const struct field *f, const void *member, enum face_style style)
{
	switch (f->type) {
	case FIELD_TEXT:
		buf_json(b, *(const char *const *)member);
		break;
	case FIELD_INT:
		buf_fmt(b, "%lld", (long long)*(const int64_t *)member);
		break;
	case FIELD_BOOL:
		buf_add(b, *(const bool *)member ? "true" : "false");
		break;
	case FIELD_REAL:
		buf_fmt(b, "%.15g", *(const double *)member);
		break;
	case FIELD_TIME:
		if ((style & STYLE_HTTP_TIME) != 0)
			buf_json(b, http_date(b->arena, *(const struct utc *)member));
		else
			time_to_json(b, *(const struct utc *)member);
		break;
	case FIELD_DATE:
		date_to_json(b, member);
		break;
	case FIELD_TEXTS:
		texts_to_json(b, member);
		break;
	case FIELD_OBJECT:
		fields_to_json(b, f->in, member, style);
		break;
	case FIELD_NONE:
		break;
	}
}

void
fields_to_json(struct buf *b, const struct field *fields, const void *in,
	enum face_style style)
{
	const char *comma = "\"";

	buf_add(b, "{");
	for (const struct field *f = fields; f->name != NULL; f++) {
		const void *member = (const char *)in + f->offset;
		bool absent = member_absent(f, member);

		if (absent && (style & STYLE_OMIT_NULL) != 0)
			continue;
		buf_add(b, comma);
		buf_add(b, f->name);
		buf_addn(b, "\":", 2);
		if (absent)
			buf_add(b, "null");
		else
			member_to_json(b, f, member, style);
		comma = ",\"";
	}
	buf_add(b, "}");
}
