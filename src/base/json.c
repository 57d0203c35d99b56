#include "base/json.h"

#include <ctype.h>
#include <string.h>

#include "base/field.h"

#define JSON_DEPTH 32

struct json_object *
json_member(struct json_object *json, const char *name, enum json_type type)
{
	struct json_object *v;

	return json_object_is_type(json, json_type_object) &&
			       json_object_object_get_ex(json, name, &v) &&
			       json_object_is_type(v, type)
		       ? v
		       : NULL;
}

const char *
json_text(struct json_object *json, const char *name)
{
	struct json_object *v = json_member(json, name, json_type_string);

	return v == NULL ? NULL : json_object_get_string(v);
}

int64_t
json_number(struct json_object *json, const char *name)
{
	struct json_object *v = json_member(json, name, json_type_int);

	return v == NULL ? 0 : json_object_get_int64(v);
}

bool
json_truth(struct json_object *json, const char *name)
{
	struct json_object *v = json_member(json, name, json_type_boolean);

	return v != NULL && json_object_get_boolean(v);
}

static void
json_drop(void *json)
{
	json_object_put(json);
}

static void
tokener_drop(void *tokener)
{
	json_tokener_free(tokener);
}

/* json-c takes 'text' for "text", whatever its flags: an apostrophe between strings. */
static const char *
apostrophe(const char *text, size_t n)
{
	bool inside = false;

	for (const char *s = text; s < text + n; s++) {
		if (inside && *s == '\\')
			s++;
		else if (*s == '"')
			inside = !inside;
		else if (*s == '\'' && !inside)
			return s;
	}
	return NULL;
}

enum err
json_read(struct ctx *c, const char *text, size_t n, struct json_object **out)
{
	struct field_error field_error = {.place = "body", .kind = FIELD_ERROR_SYNTAX};
	json_tokener *t = json_tokener_new_ex(JSON_DEPTH);
	json_object *json = NULL;

	if (t == NULL)
		return fail(c, E_BUG, NULL);
	if (n == 0) {
		json_tokener_free(t);
		field_error.kind = FIELD_ERROR_MISSING;
		return field_error_add(c, field_error);
	}
	arena_defer(&c->arena, tokener_drop, t);
	const char *bare = apostrophe(text, n);
	if (bare != NULL) {
		field_error.limit = bare - text;
		return field_error_add(c, field_error);
	}
	json_tokener_set_flags(t, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	/* The NUL behind the text ends a number that stands alone. */
	if (n < INT32_MAX && memchr(text, '\0', n) == NULL)
		json = json_tokener_parse_ex(t, text, (int)n + 1);
	if (json == NULL && (json_tokener_get_error(t) != json_tokener_success ||
				    memchr(text, '\0', n) != NULL)) {
		field_error.limit = (int64_t)json_tokener_get_parse_end(t);
		return field_error_add(c, field_error);
	}
	arena_defer(&c->arena, json_drop, json);
	if (!json_object_is_type(json, json_type_object)) {
		field_error.kind = FIELD_ERROR_NOT_OBJECT;
		return field_error_add(c, field_error);
	}
	*out = json;
	return OK;
}

static bool
hex_read(const char *s, const char *end, unsigned *out)
{
	unsigned value = 0;

	if (end - s < 4)
		return false;
	for (int i = 0; i < 4; i++) {
		if (!isxdigit((unsigned char)s[i]))
			return false;
		value = value << 4 |
			(unsigned)(s[i] <= '9' ? s[i] - '0' : (s[i] & 7) + 9);
	}
	*out = value;
	return true;
}

/* The first "\uD800" to "\uDFFF" that is not one of a pair, NULL for none. Outside of
 * strings there is no backslash in JSON. */
static const char *
half_surrogate(const char *text, size_t n)
{
	const char *end = text + n, *s = text;
	unsigned first, second;

	while ((s = memchr(s, '\\', (size_t)(end - s))) != NULL) {
		const char *at = s;

		s += 2;
		if (s > end)
			break;
		if (at[1] != 'u' || !hex_read(s, end, &first))
			continue;
		s += 4;
		if (first < 0xD800 || first > 0xDFFF)
			continue;
		if (first > 0xDBFF || end - s < 2 || s[0] != '\\' || s[1] != 'u' ||
			!hex_read(s + 2, end, &second) || second < 0xDC00 ||
			second > 0xDFFF)
			return at;
		s += 6;
	}
	return NULL;
}

/* Members and items of what may be JSON: commas outside of strings, and one more. A
 * value costs the reader a hundred times the bytes that it has. */
static size_t
count_values(const char *text, size_t n)
{
	bool inside = false;
	size_t count = 1;

	for (const char *s = text; s < text + n; s++) {
		if (inside && *s == '\\')
			s++;
		else if (*s == '"')
			inside = !inside;
		else if (*s == ',' && !inside)
			count++;
	}
	return count;
}

enum err
json_read_input(struct ctx *c, const char *text, size_t n, size_t most,
	struct json_object **out)
{
	const char *half = half_surrogate(text, n);

	if (count_values(text, n) > most)
		return field_error_add(c, (struct field_error){.place = "body",
						  .kind = FIELD_ERROR_MANY,
						  .limit = (int64_t)most});
	if (half != NULL)
		return field_error_add(c, (struct field_error){.place = "body",
						  .kind = FIELD_ERROR_SURROGATE,
						  .limit = half - text});
	return json_read(c, text, n, out);
}
