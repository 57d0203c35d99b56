#include "storage/notification.h"

#include <string.h>

#include "base/field.h"
#include "base/json.h"
#include "base/str.h"

#define RECORDS_MOST 1000

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
	struct json_object *s3 = json_member(record, "s3", json_type_object);
	struct json_object *its_bucket = json_member(s3, "bucket", json_type_object),
			   *object = json_member(s3, "object", json_type_object);
	const char *key = json_text(object, "key");
	const char *name = json_text(its_bucket, "name");

	*out = NULL;
	if (!action_known(json_text(record, "eventName")))
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
	const char *key = json_text(json, "Key"), *slash;

	*out = NULL;
	if (!action_known(json_text(json, "EventName")))
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

	*count = 0;
	TRY(json_read(c, text, n, &json));
	/* What AWS sends when notifications are set up. */
	if (str_eq(json_text(json, "Event"), "s3:TestEvent"))
		return OK;
	records = json_member(json, "Records", json_type_array);
	size_t most = records == NULL ? 1 : json_object_array_length(records);
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
	const char *file = json_text(json, "file_id"),
		   *server = json_text(json, "server_id");
	out->file_id = file == NULL ? NULL : uuid_read(&c->arena, file);
	out->server_id = server == NULL ? NULL : uuid_read(&c->arena, server);
	return out->file_id != NULL && out->server_id != NULL
		       ? OK
		       : fail(c, E_INPUT, "an order needs file_id and server_id");
}
