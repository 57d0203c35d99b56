#include "s3/policy.h"

#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/str.h"

struct checked {
	struct ctx *c;
	const struct pair *fields;
	size_t count;
	bool *seen; /* is the field in a condition? */
	struct policy *policy;
};

static int
find(const struct pair *fields, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcasecmp(fields[i].name, name) == 0)
			return (int)i;
	return -1;
}

const char *
policy_field(const struct pair *fields, size_t count, const char *name)
{
	int i = find(fields, count, name);

	return i < 0 ? "" : fields[i].value;
}

static enum err
unreadable(struct checked *k)
{
	ctx_clear_error(k->c);
	return fail(k->c, E_S3_POLICY_FORM, NULL);
}

/* The text of a condition's operand; a number or a truth is as good as its text. */
static const char *
text_of(struct json_object *json)
{
	return json_object_is_type(json, json_type_array) ||
			       json_object_is_type(json, json_type_object) ||
			       json == NULL
		       ? NULL
		       : json_object_get_string(json);
}

static enum err
match(struct checked *k, const char *name, const char *operand, bool is_prefix)
{
	int i = find(k->fields, k->count, name);
	const char *value = i < 0 ? "" : k->fields[i].value;

	if (operand == NULL)
		return unreadable(k);
	if (i >= 0)
		k->seen[i] = true;
	return (is_prefix ? str_starts(value, operand) : str_eq(value, operand))
		       ? OK
		       : fail(k->c, E_S3_POLICY,
				 "a condition of the policy does not hold: %s", name);
}

/* {"acl": "private", ...}: all of them. */
static enum err
check_object(struct checked *k, struct json_object *json)
{
	struct json_object_iterator i = json_object_iter_begin(json),
				    end = json_object_iter_end(json);

	for (; !json_object_iter_equal(&i, &end); json_object_iter_next(&i))
		TRY(match(k, json_object_iter_peek_name(&i),
			text_of(json_object_iter_peek_value(&i)), false));
	return OK;
}

static enum err
read_range(struct checked *k, const char *least, const char *most)
{
	if (least == NULL || most == NULL || !int_read(least, &k->policy->least) ||
		!int_read(most, &k->policy->most))
		return unreadable(k);
	return OK;
}

/* ["eq", "$key", "a"], ["starts-with", "$key", "a/"], ["content-length-range", 1, 9] */
static enum err
check_array(struct checked *k, struct json_object *json)
{
	const char *words[3];

	if (json_object_array_length(json) != 3)
		return unreadable(k);
	for (size_t i = 0; i < 3; i++)
		words[i] = text_of(json_object_array_get_idx(json, i));
	if (words[0] == NULL || words[1] == NULL)
		return unreadable(k);
	if (strcasecmp(words[0], "content-length-range") == 0)
		return read_range(k, words[1], words[2]);
	bool is_prefix = strcasecmp(words[0], "starts-with") == 0;
	if ((!is_prefix && strcasecmp(words[0], "eq") != 0) || words[1][0] != '$')
		return unreadable(k);
	return match(k, words[1] + 1, words[2], is_prefix);
}

static bool
needs_condition(const char *name)
{
	static const char *const free[] = {
		"policy", "signature", "x-amz-signature", "AWSAccessKeyId", "bucket"};

	for (size_t i = 0; i < sizeof(free) / sizeof(*free); i++)
		if (strcasecmp(name, free[i]) == 0)
			return false;
	return strncasecmp(name, "x-ignore-", 9) != 0;
}

static enum err
check_expiration(struct checked *k, struct json_object *json)
{
	const char *text = json_text(json, "expiration");
	struct utc at;

	if (text == NULL || !utc_parse(text, &at))
		return unreadable(k);
	return at.us >= k->c->now.us
		       ? OK
		       : fail(k->c, E_S3_POLICY, "the policy has expired");
}

static enum err
check_conditions(struct checked *k, struct json_object *json)
{
	struct json_object *list = json_member(json, "conditions", json_type_array);
	size_t n = list == NULL ? 0 : json_object_array_length(list);

	if (list == NULL)
		return unreadable(k);
	for (size_t i = 0; i < n; i++) {
		struct json_object *one = json_object_array_get_idx(list, i);

		if (json_object_is_type(one, json_type_object))
			TRY(check_object(k, one));
		else if (json_object_is_type(one, json_type_array))
			TRY(check_array(k, one));
		else
			return unreadable(k);
	}
	return OK;
}

enum err
policy_check(struct ctx *c, const char *json, const struct pair *fields, size_t count,
	struct policy *out)
{
	struct checked k = {.c = c,
		.fields = fields,
		.count = count,
		.seen = arena_new(&c->arena, count + 1),
		.policy = out};
	struct json_object *read;

	*out = (struct policy){0, INT64_MAX};
	memset(k.seen, 0, count + 1);
	if (json_read(c, json, strlen(json), &read) != OK)
		return unreadable(&k);
	TRY(check_expiration(&k, read));
	TRY(check_conditions(&k, read));
	for (size_t i = 0; i < count; i++)
		if (!k.seen[i] && needs_condition(fields[i].name))
			return fail(c, E_S3_POLICY, "a field is not in the policy: %s",
				fields[i].name);
	return OK;
}
