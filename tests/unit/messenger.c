#include "messenger.h"

void
is_case(const struct answer *a, int status, const char *sub_code)
{
	if (a->status != status || !str_eq(answer_text(a, "sub_code"), sub_code))
		fail_msg("%d %s, wanted %d %s", a->status, a->body, status, sub_code);
	assert_int_equal(json_truth(a->json, "success"), status < 400);
	assert_non_null(json_member(a->json, "data", json_type_object));
	assert_non_null(json_member(a->json, "message", json_type_string));
	assert_int_equal(json_object_object_length(a->json), 5);
}

struct json_object *
data_of(const struct answer *a, const char *path)
{
	struct json_object *at = json_member(a->json, "data", json_type_object);

	while (at != NULL && *path != '\0') {
		size_t n = strcspn(path, ".");
		const char *step = text("%.*s", (int)n, path);
		int64_t index;

		if (json_object_is_type(at, json_type_array) && int_read(step, &index))
			at = json_object_array_get_idx(at, (size_t)index);
		else if (!json_object_object_get_ex(at, step, &at))
			at = NULL;
		path += n + (path[n] == '.');
	}
	return at;
}

const char *
data_text(const struct answer *a, const char *path)
{
	struct json_object *at = data_of(a, path);

	return at == NULL ? NULL : json_object_get_string(at);
}

int64_t
data_number(const struct answer *a, const char *path)
{
	struct json_object *at = data_of(a, path);

	return at == NULL ? 0 : json_object_get_int64(at);
}
