#include "storage/event.h"

#include <string.h>

#include "base/conf.h"
#include "base/field.h"
#include "base/str.h"
#include "db/db.h"
#include "job/job.h"
#include "storage/notification.h"

#include "storage/event.sql.h"

#define BODY_BYTES 65536 /* kept of a parked message */

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

enum err
event_notification(struct ctx *c, const char *server, const char *text, size_t n)
{
	struct target *targets;
	size_t count, found;
	const char **keys;

	TRY(notification_read(c, conf.s3_bucket, text, n, &keys, &found));
	TRY(db_many(
		c, &EVENT_SERVERS, target_fields, &targets, &count, ARGS(c, server)));
	if (server != NULL && count == 0)
		return fail(c, E_INPUT, "no server %s", server);
	for (size_t i = 0; i < found; i++)
		TRY(look_at(c, targets, count, keys[i]));
	return OK;
}

/* An order of the older system: its jobs look for themselves what is still to be done.
 */
static enum err
take_order(struct ctx *c, const char *what, const char *text, size_t n)
{
	struct candidate *list;
	struct old_order old;
	size_t count;

	TRY(old_order_read(c, text, n, &old));
	TRY(db_many(c, &EVENT_VERSIONS, candidate_fields, &list, &count,
		ARGS(c, old.file_id)));
	for (size_t i = 0; i < count; i++) {
		const char *id = list[i].version_id;
		const char *at = arena_fmt(&c->arena, "%s/%s", id, old.server_id);
		struct job_order order = {.subject = at, .key = at};

		if (str_eq(what, "ORDERED_TO_REMOVE"))
			order.kind = "copy.remove";
		else if (!list[i].is_current)
			continue;
		else if (str_eq(what, "ORDERED_TO_COPY"))
			order.kind = "copy.make";
		else
			order = (struct job_order){
				.kind = "copy.replicate", .subject = id, .key = id};
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
