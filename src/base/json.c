#include "base/json.h"

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
