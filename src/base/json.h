#ifndef JSON_H
#define JSON_H

#include <stdbool.h>
#include <stdint.h>

#include <json-c/json.h>

/*
 * What others have sent as JSON, looked at member by member. `json` may be NULL or of
 * another type: then it has no member.
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

#endif
