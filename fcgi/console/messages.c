/* The screen "Messages": what goes to Telegram, and words of staff to many. */
#include <string.h>

#include "base/conf.h"
#include "base/json.h"
#include "base/json_out.h"
#include "console/console.h"
#include "db/db.h"
#include "programme/day.h"
#include "programme/notice.h"
#include "programme/outbox.h"
#include "programme/text.h"
#include "reply.h"

#include "console/messages.sql.h"

#define PAGE 50
#define PAGE_MOST 200

struct messages_query {
	const char *state;
	int64_t after, limit;
};

INPUT(console_messages_in, struct messages_query,
	FIELD(struct messages_query, state, .must = true,
		.one_of = "waiting failed presumed sent"),
	FIELD(struct messages_query, after, .min = 1, .max = INT64_MAX),
	FIELD(struct messages_query, limit, .min = 1, .max = PAGE_MOST));

/* GET /messages?state=: 200 {"data": [...], "next"}: the newest first. */
enum err
console_get_messages(struct req *r)
{
	const struct messages_query *in = r->in;
	const char *json = NULL;

	TRY(db_json(&r->ctx, &CONSOLE_MESSAGES, &json,
		ARGS(&r->ctx, in->state, in->after,
			in->limit == 0 ? PAGE : in->limit)));
	return console_reply(r, json);
}

/* GET /broadcasts: 200 {"data": [...], "paused_at", "per_second", "limit"}: the newest
 * hundred, each with how far it is. */
enum err
console_get_broadcasts(struct req *r)
{
	struct ctx *c = &r->ctx;
	const char *json = NULL;

	TRY(db_json(c, &CONSOLE_BROADCASTS, &json, ARGS(c, conf.bot_rate)));
	return console_reply(r, json);
}

/* GET /broadcasts/segments: 200 [{"id", "title", "cities", ...}]: shifts whose members
 * can be written to. */
enum err
console_get_segments(struct req *r)
{
	const char *json = NULL;

	TRY(db_json(&r->ctx, &CONSOLE_SEGMENTS, &json, ARGS(&r->ctx)));
	return console_reply(r, json);
}

struct broadcast_body {
	const char *text, *shift, *status, *city, *confirm;
	bool unreported;
	struct utc send_at;
};

#define TEXT                                                                           \
	FIELD(struct broadcast_body, text, .must = true, .trim = true, .min = 1,       \
		.max = 4096)

INPUT(console_broadcast_in, struct broadcast_body, TEXT,
	FIELD(struct broadcast_body, shift, .must = true, .rule = uuid_rule),
	FIELD(struct broadcast_body, status, .one_of = "active excluded"),
	FIELD(struct broadcast_body, city, .max = 50),
	FIELD(struct broadcast_body, unreported), FIELD(struct broadcast_body, send_at),
	FIELD(struct broadcast_body, confirm, .max = 200));
INPUT(console_try_in, struct broadcast_body, TEXT);

/* What the chat will show: made by what makes the message itself. */
static enum err
preview(struct ctx *c, const char *text, const char **out)
{
	struct buf payload = {.arena = &c->arena};
	struct bot_call call = {0};
	struct json_object *json = NULL;

	buf_add(&payload, "{\"text\":");
	buf_json(&payload, text);
	buf_add(&payload, "}");
	TRY(text_of_message(c,
		&(struct message){.kind = "text", .payload = buf_text(&payload)},
		&call));
	TRY(json_read(c, call.params, strlen(call.params), &json));
	*out = json_text(json, "text");
	return OK;
}

struct counted {
	int64_t count, unreachable, added;
	const char *confirm, *preview;
	struct utc send_at;
};

static FIELDS(counted_fields, FIELD(struct counted, count),
	FIELD(struct counted, unreachable), FIELD(struct counted, added),
	FIELD(struct counted, confirm), FIELD(struct counted, preview),
	FIELD(struct counted, send_at));

/*
 * POST /broadcasts {"text", "shift", "status", "city", "unreported", "send_at",
 * "confirm"}: 200 {"count", "unreachable", "added", "confirm", "preview", "send_at"}.
 * Without confirm it only counts; with what that gave it sends, once. E_CONFLICT: text
 * or people are not those that were counted. E_MISSING: no such shift.
 */
enum err
console_post_broadcast(struct req *r)
{
	const struct broadcast_body *in = r->in;
	struct ctx *c = &r->ctx;
	struct counted out = {0};
	struct notice n = {.shift_id = in->shift,
		.text = in->text,
		.status = in->status,
		.city = in->city == NULL || in->city[0] == '\0' ? NULL : in->city,
		.is_unreported = in->unreported,
		.is_quiet = true,
		.send_at = in->send_at};

	TRY(in->confirm == NULL ? notice_count(c, &n)
				: notice_send(c, &n, in->confirm));
	TRY(preview(c, in->text, &out.preview));
	out.count = n.count;
	out.unreachable = n.unreachable;
	out.added = n.added;
	out.confirm = n.confirm;
	out.send_at = n.send_at;
	return reply(r, 200, counted_fields, &out);
}

/* POST /broadcasts/try {"text"}: 204; it is sent to the caller alone. E_UNLINKED. */
enum err
console_post_broadcast_try(struct req *r)
{
	const struct broadcast_body *in = r->in;

	TRY(notice_try(&r->ctx, in->text));
	return reply_empty(r, 204);
}

static enum err
reply_count(struct req *r, int64_t count)
{
	return reply_json(r, 200, JSON(&r->ctx, "messages", count));
}

/* POST /broadcasts/{id}/stop: 200 {"messages"} that are not sent. E_MISSING. */
enum err
console_post_broadcast_stop(struct req *r)
{
	int64_t count = 0;

	TRY(notice_stop(&r->ctx, r->id[0], &count));
	return reply_count(r, count);
}

/* POST /broadcasts/{id}/retry: 200 {"messages"} that are sent again. */
enum err
console_post_broadcast_retry(struct req *r)
{
	int64_t count = 0;

	TRY(notice_retry(&r->ctx, r->id[0], &count));
	return reply_count(r, count);
}

/* POST /today/remind: 200 {"messages"}: who has not reported is reminded, nobody twice
 * in an hour. */
enum err
console_post_remind(struct req *r)
{
	int64_t count = 0;

	TRY(programme_remind_now(&r->ctx, &count));
	return reply_count(r, count);
}

struct sending_body {
	bool paused;
};

INPUT(console_sending_in, struct sending_body,
	FIELD(struct sending_body, paused, .must = true));

/* PUT /messages/sending {"paused"}: 204. Nothing at all goes out while it is paused. */
enum err
console_put_sending(struct req *r)
{
	const struct sending_body *in = r->in;

	TRY(outbox_hold(&r->ctx, in->paused));
	return reply_empty(r, 204);
}
