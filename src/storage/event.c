#include "storage/event.h"

#include <json-c/json.h>
#include <string.h>

#include "base/conf.h"
#include "base/field.h"
#include "base/str.h"
#include "db/db.h"
#include "job/job.h"

#include "storage/event.sql.h"

#define BODY_BYTES 65536 /* kept of a parked message */
#define KEYS_MOST 1000   /* records of one notification */

struct target {
	const char *server_id;
	bool is_on;
};

static FIELDS(
	target_fields, FIELD(struct target, server_id), FIELD(struct target, is_on));

struct candidate {
	const char *version_id;
	bool is_current;
};

static FIELDS(candidate_fields, FIELD(struct candidate, version_id),
	FIELD(struct candidate, is_current));

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

static enum err
look_at(struct ctx *c, const struct target *targets, size_t count, const char *key)
{
	for (size_t i = 0; i < count; i++) {
		const char *what =
			arena_fmt(&c->arena, "%s/%s", targets[i].server_id, key);
		const struct job_order look = {
			.kind = "copy.check", .subject = what, .key = what};

		if (targets[i].is_on)
			TRY(job_add(c, &look));
	}
	return OK;
}

/* One of Records; its key is encoded as in a form. */
static enum err
take_record(struct ctx *c, const struct target *targets, size_t count,
	struct json_object *record)
{
	struct json_object *s3 = inside(record, "s3");
	struct json_object *bucket = inside(s3, "bucket"),
			   *object = inside(s3, "object");
	const char *key = object == NULL ? NULL : text_of(object, "key");
	const char *name = bucket == NULL ? NULL : text_of(bucket, "name");

	if (!action_known(text_of(record, "eventName")))
		return fail(c, E_INPUT, "an event that is not known");
	if (key == NULL || name == NULL)
		return fail(c, E_INPUT, "a record without bucket or key");
	if (!str_eq(name, conf.s3_bucket))
		return OK;
	key = percent_decode(&c->arena, key, strlen(key), true);
	if (!utf8_valid(key, strlen(key)))
		return fail(c, E_INPUT, "a key that is no text");
	return look_at(c, targets, count, key);
}

/* MinIO's Key is bucket/key, as it is. */
static enum err
take_key(struct ctx *c, const struct target *targets, size_t count,
	struct json_object *json)
{
	const char *key = text_of(json, "Key"), *slash;

	if (!action_known(text_of(json, "EventName")))
		return fail(c, E_INPUT, "an event that is not known");
	slash = key == NULL ? NULL : strchr(key, '/');
	if (slash == NULL)
		return fail(c, E_INPUT, "an event without a key");
	if (!str_eq(arena_strn(&c->arena, key, (size_t)(slash - key)), conf.s3_bucket))
		return OK;
	return look_at(c, targets, count, slash + 1);
}

enum err
event_notification(struct ctx *c, const char *server, const char *text, size_t n)
{
	struct json_object *json, *records;
	struct target *targets;
	size_t count;

	TRY(json_read(c, text, n, &json));
	/* What AWS sends when notifications are set up. */
	if (str_eq(text_of(json, "Event"), "s3:TestEvent"))
		return OK;
	TRY(db_many(
		c, &EVENT_SERVERS, target_fields, &targets, &count, ARGS(c, server)));
	if (server != NULL && count == 0)
		return fail(c, E_INPUT, "no server %s", server);
	if (!json_object_object_get_ex(json, "Records", &records) ||
		!json_object_is_type(records, json_type_array))
		return take_key(c, targets, count, json);
	size_t most = json_object_array_length(records);
	if (most > KEYS_MOST)
		return fail(c, E_INPUT, "more than %d records", KEYS_MOST);
	for (size_t i = 0; i < most; i++)
		TRY(take_record(
			c, targets, count, json_object_array_get_idx(records, i)));
	return OK;
}

/* An order of the older system: its jobs look for themselves what is still to be done.
 */
static enum err
take_order(struct ctx *c, const char *what, const char *text, size_t n)
{
	struct json_object *json;
	struct candidate *list;
	size_t count;

	TRY(json_read(c, text, n, &json));
	const char *file = text_of(json, "file_id"),
		   *server = text_of(json, "server_id");
	if (file == NULL || server == NULL ||
		(file = uuid_read(&c->arena, file)) == NULL ||
		(server = uuid_read(&c->arena, server)) == NULL)
		return fail(c, E_INPUT, "an order needs file_id and server_id");
	TRY(db_many(
		c, &EVENT_VERSIONS, candidate_fields, &list, &count, ARGS(c, file)));
	for (size_t i = 0; i < count; i++) {
		const char *id = list[i].version_id;
		const char *at = arena_fmt(&c->arena, "%s/%s", id, server);
		struct job_order order = {.subject = at, .key = at};

		if (str_eq(what, "ORDERED_TO_REMOVE"))
			order.kind = "copy.remove";
		else if (!list[i].is_current)
			continue;
		else if (str_eq(what, "ORDERED_TO_COPY"))
			order.kind = "copy.make";
		else
			order = (struct job_order){
				.kind = "copy.spread", .subject = id, .key = id};
		TRY(job_add(c, &order));
	}
	return OK;
}

enum err
event_message(struct ctx *c, const char *routing_key, const char *text, size_t n)
{
	const char *orders = arena_fmt(&c->arena, "%s.FILE.", conf.storage_app_name);
	const char *dot;

	if (str_starts(routing_key, orders)) {
		const char *what = routing_key + strlen(orders);

		if (str_eq(what, "STORED"))
			return OK;
		if (!str_in(what,
			    "ORDERED_TO_DOWNLOAD ORDERED_TO_COPY ORDERED_TO_REMOVE"))
			return fail(c, E_INPUT, "an order that is not known");
		return take_order(c, what, text, n);
	}
	dot = str_starts(routing_key, "S3.") ? strchr(routing_key + 3, '.') : NULL;
	if (dot == NULL || dot == routing_key + 3)
		return fail(c, E_INPUT, "a routing key that names no server");
	return event_notification(c,
		arena_strn(&c->arena, routing_key + 3, (size_t)(dot - routing_key - 3)),
		text, n);
}

enum err
event_park(struct ctx *c, const char *source, const char *routing_key, const char *text,
	size_t n, const char *reason)
{
	size_t kept = n < BODY_BYTES ? n : BODY_BYTES;
	const char *body;

	/* No character is cut in two. */
	while (kept < n && kept > 0 && ((unsigned char)text[kept] & 0xC0) == 0x80)
		kept--;
	if (utf8_valid(text, kept) && memchr(text, '\0', kept) == NULL)
		body = arena_strn(&c->arena, text, kept);
	else
		body = arena_fmt(&c->arena, "hex:%s",
			hex_text(&c->arena, text,
				kept < BODY_BYTES / 2 ? kept : BODY_BYTES / 2));
	const char *key =
		utf8_valid(routing_key, strlen(routing_key)) ? routing_key : "";
	return db_do(c, &EVENT_PARK_INSERT, ARGS(c, source, key, body, reason, c->now));
}

enum err
event_sweep(struct ctx *c, struct utc before)
{
	return db_do(c, &EVENT_SWEEP_PARKED, ARGS(c, before));
}
