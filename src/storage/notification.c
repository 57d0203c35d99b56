#include "storage/notification.h"

#include <json-c/json.h>
#include <string.h>

#include "base/field.h"
#include "base/str.h"

#define RECORDS_MOST 1000

static const char *
text_of(struct json_object *json, const char *name)
{
	struct json_object *v;

	return json_object_object_get_ex(json, name, &v) &&
			       json_object_is_type(v, json_type_string)
		       ? json_object_get_string(v)
		       : NULL;
}

static struct json_object *
inside(struct json_object *json, const char *name)
{
	struct json_object *v;

	return json != NULL && json_object_object_get_ex(json, name, &v) &&
			       json_object_is_type(v, json_type_object)
		       ? v
		       : NULL;
}

/* Only that something happened counts: what, the server itself is asked. */
static bool
action_known(const char *name)
{
	if (name == NULL)
		return false;
	if (str_starts(name, "s3:"))
		name += 3;
	return str_starts(name, "ObjectCreated") || str_starts(name, "ObjectRemoved");
}

/* One of Records; its key is encoded as in a form. NULL: of another bucket. */
static enum err
read_record(
	struct ctx *c, const char *bucket, struct json_object *record, const char **out)
{
	struct json_object *s3 = inside(record, "s3");
	struct json_object *its_bucket = inside(s3, "bucket"),
			   *object = inside(s3, "object");
	const char *key = object == NULL ? NULL : text_of(object, "key");
	const char *name = its_bucket == NULL ? NULL : text_of(its_bucket, "name");

	*out = NULL;
	if (!action_known(text_of(record, "eventName")))
		return fail(c, E_INPUT, "an event that is not known");
	if (key == NULL || name == NULL)
		return fail(c, E_INPUT, "a record without bucket or key");
	if (!str_eq(name, bucket))
		return OK;
	key = percent_decode(&c->arena, key, strlen(key), true);
	*out = key;
	return OK;
}

/* MinIO's Key is bucket/key, as it is. */
static enum err
read_key(struct ctx *c, const char *bucket, struct json_object *json, const char **out)
{
	const char *key = text_of(json, "Key"), *slash;

	*out = NULL;
	if (!action_known(text_of(json, "EventName")))
		return fail(c, E_INPUT, "an event that is not known");
	slash = key == NULL ? NULL : strchr(key, '/');
	if (slash == NULL)
		return fail(c, E_INPUT, "an event without a key");
	if (str_eq(arena_strn(&c->arena, key, (size_t)(slash - key)), bucket))
		*out = slash + 1;
	return OK;
}

enum err
notification_read(struct ctx *c, const char *bucket, const char *text, size_t n,
	const char ***keys, size_t *count)
{
	struct json_object *json, *records;
	size_t most = 1;

	*count = 0;
	TRY(json_read(c, text, n, &json));
	/* What AWS sends when notifications are set up. */
	if (str_eq(text_of(json, "Event"), "s3:TestEvent"))
		return OK;
	if (!json_object_object_get_ex(json, "Records", &records) ||
		!json_object_is_type(records, json_type_array))
		records = NULL;
	else
		most = json_object_array_length(records);
	if (most > RECORDS_MOST)
		return fail(c, E_INPUT, "more than %d records", RECORDS_MOST);
	*keys = arena_new(&c->arena, (most + 1) * sizeof(**keys));
	for (size_t i = 0; i < most; i++) {
		const char **key = &(*keys)[*count];

		if (records == NULL)
			TRY(read_key(c, bucket, json, key));
		else
			TRY(read_record(
				c, bucket, json_object_array_get_idx(records, i), key));
		if (*key != NULL && !utf8_valid(*key, strlen(*key)))
			return fail(c, E_INPUT, "a key that is no text");
		*count += *key != NULL;
	}
	return OK;
}

enum err
old_order_read(struct ctx *c, const char *text, size_t n, struct old_order *out)
{
	struct json_object *json;

	TRY(json_read(c, text, n, &json));
	const char *file = text_of(json, "file_id"),
		   *server = text_of(json, "server_id");
	out->file_id = file == NULL ? NULL : uuid_read(&c->arena, file);
	out->server_id = server == NULL ? NULL : uuid_read(&c->arena, server);
	return out->file_id != NULL && out->server_id != NULL
		       ? OK
		       : fail(c, E_INPUT, "an order needs file_id and server_id");
}
