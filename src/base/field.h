#ifndef FIELD_H
#define FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/ctx.h"
#include "base/utc.h"

/*
 * Descriptions of the members of a struct. The same list fills it from a row of SQL
 * (src/db), from a JSON object or a form, and writes it as JSON. What a client may send
 * is a list of its own.
 */
enum field_type {
	FIELD_NONE, /* ends a list */
	FIELD_TEXT,
	FIELD_INT,
	FIELD_BOOL,
	FIELD_REAL,
	FIELD_TIME,
	FIELD_DATE,
	FIELD_TEXTS,
	FIELD_OBJECT
};

/* A list of texts, NULL at its end. */
struct texts {
	size_t count;
	const char *const *list;
};

/* The texts with blanks between, as statements take lists; "" of none. */
const char *texts_joined(struct arena *a, const struct texts *t);

struct field {
	const char *name; /* the column, and the JSON key */
	enum field_type type;
	size_t offset;
	bool must;     /* input: must be there and not null */
	bool trim;     /* input: white space at both ends is dropped first */
	bool as_typed; /* input: not in normal form C (a password, whose older hash
			  may be of other bytes) */
	bool json;     /* input of a text, where bodies are read forgivingly: an object
			  or a list is taken as its text */
	int64_t min, max; /* input: of a number, or of the characters of a text; both 0:
			     any */
	const char *one_of;     /* input: the blank-separated words allowed */
	const struct field *in; /* FIELD_OBJECT: the members of the struct inside */

	/*
	 * Input: a rule of its own for a member that is there; may rewrite it in place.
	 * Adds a field error by field_error_add() or fails with fail(), and returns
	 * that error.
	 */
	enum err (*rule)(
		struct ctx *c, const struct field *f, const char *place, void *member);
};

#define FIELD_TYPE(member)                                                             \
	_Generic((member), const char *: FIELD_TEXT, char *: FIELD_TEXT,                 \
		int64_t: FIELD_INT, bool: FIELD_BOOL, double: FIELD_REAL,                \
		struct utc: FIELD_TIME, struct date: FIELD_DATE, struct texts: FIELD_TEXTS)

/* One member: name, place and type come from the struct; what follows are struct
 * field's others. */
#define FIELD(type_, member_, ...)                                                     \
	{                                                                              \
		.name = #member_, .type = FIELD_TYPE(((type_ *)0)->member_),           \
		.offset = offsetof(type_, member_), __VA_ARGS__                        \
	}

/* A struct inside: columns member_name..., in JSON an object. */
#define FIELD_OBJ(type_, member_, in_)                                                 \
	{                                                                              \
		.name = #member_, .type = FIELD_OBJECT,                                \
		.offset = offsetof(type_, member_), .in = (in_)                        \
	}

#define FIELDS(name_, ...) const struct field name_[] = {__VA_ARGS__, {.name = NULL}}

/* Rule for a text that must be a UUID: in its usual form afterwards. */
enum err uuid_rule(
	struct ctx *c, const struct field *f, const char *place, void *member);

/* What a route reads: a struct and the list of its members that a client may send. */
struct input {
	size_t size;
	const struct field *fields;
};

/* INPUT(link_in, struct link_in, FIELD(...), ...) makes link_in_fields and link_in. */
#define INPUT(name_, type_, ...)                                                       \
	static const struct field name_##_fields[] = {__VA_ARGS__, {.name = NULL}};    \
	const struct input name_ = {sizeof(type_), name_##_fields}

/* How a face writes what it answers, in flags. */
enum face_style {
	STYLE_KEEP_NULL = 0, /* a text or time that is not there is null */
	STYLE_OMIT_NULL = 1, /* ... is left out */
	STYLE_HTTP_TIME = 2  /* times are as in HTTP's headers, else as in ISO 8601 */
};

struct json_object;

/*
 * Fills a zeroed struct from a JSON object, checks included. All field errors are
 * noted, not just the first; keys that no field names are field errors if strict.
 * E_INPUT if there is one, a rule's error else. Texts live as long as the ctx.
 */
enum err fields_from_json(struct ctx *c, struct json_object *json,
	const struct field *fields, bool strict, void *out);

/* A piece of a query string or of a form. */
struct pair {
	const char *name, *value;
};

/* The same from decoded pairs; unknown names are ignored. place is "query" or "body".
 */
enum err fields_from_pairs(struct ctx *c, const struct pair *pairs, size_t count,
	const char *place, const struct field *fields, void *out);

/* Appends the struct as a JSON object. */
void fields_to_json(struct buf *b, const struct field *fields, const void *in,
	enum face_style style);

#endif
