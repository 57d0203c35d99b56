#ifndef JSON_H
#define JSON_H

#include <stdbool.h>
#include <stdint.h>

#include <json-c/json.h>

#include "base/ctx.h"

/*
 * What others have sent as JSON (RFC 8259), read, and looked at member by member.
 * `json` may be NULL or of another type: then it has no member.
 */

/* The member of that name, NULL if there is none of that type. */
struct json_object *json_member(
	struct json_object *json, const char *name, enum json_type type);

/* The member's text, which belongs to `json`; NULL if there is none. */
const char *json_text(struct json_object *json, const char *name);

/* The member's integer, 0 if there is none. */
int64_t json_number(struct json_object *json, const char *name);

/* Is the member there, and true? */
bool json_truth(struct json_object *json, const char *name);

/*
 * Reads text as one JSON object: UTF-8, at most 32 levels, nothing behind it. The
 * object lives as long as the ctx. E_INPUT with one field error (FIELD_ERROR_MISSING,
 * FIELD_ERROR_SYNTAX, FIELD_ERROR_NOT_OBJECT) at "body" if it is not.
 */
enum err json_read(struct ctx *c, const char *text, size_t n, struct json_object **out);

/*
 * The same for what people send: more than `most` members and items are refused, and
 * half of a surrogate pair ("\\ud800"), which would be read as U+FFFD and make one text
 * of two (FIELD_ERROR_SURROGATE).
 */
enum err json_read_input(struct ctx *c, const char *text, size_t n, size_t most,
	struct json_object **out);

#endif
