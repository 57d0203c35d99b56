/* The screen "Shifts". What changes a shift are the handlers of the programme's API. */
#include "account/account.h"

#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "console/console.h"
#include "db/db.h"
#include "people/caller.h"
#include "programme/task_date.h"
#include "programme/plan.h"
#include "programme/shift.h"
#include "programme/text.h"
#include "reply.h"

#include "console/shifts.sql.h"

#define PAGE 100
#define PAGE_MOST 200
#define SAMPLES 50 /* messages that a preview shows */

/* GET /shifts: 200 a list, the newest first. */
enum err
console_get_shifts(struct req *r)
{
	const char *json = NULL;

	TRY(db_json(&r->ctx, &CONSOLE_SHIFTS, &json, ARGS(&r->ctx)));
	return console_reply(r, json);
}

/* GET /shifts/{uuid}: 200 the shift with its plan; version: for If-Match. E_MISSING. */
enum err
console_get_shift(struct req *r)
{
	struct ctx *c = &r->ctx;
	const char *json = NULL;

	TRY(db_json(c, &CONSOLE_SHIFT, &json,
		ARGS(c, r->word[0], programme_task_date(c->now))));
	return console_reply(r, json);
}

struct members_query {
	const char *after, *query, *status;
	int64_t limit;
};

INPUT(console_members_in, struct members_query,
	FIELD(struct members_query, after, .rule = uuid_rule),
	FIELD(struct members_query, query, .max = 100),
	FIELD(struct members_query, status, .one_of = "active excluded"),
	FIELD(struct members_query, limit, .min = 1, .max = PAGE_MOST));

/* GET /shifts/{uuid}/members: 200 {"first", "data", "next"}, with a letter a day. */
enum err
console_get_members(struct req *r)
{
	const struct members_query *in = r->in;
	struct ctx *c = &r->ctx;
	const char *json = NULL;

	TRY(db_json(c, &CONSOLE_SHIFT_MEMBERS, &json,
		ARGS(c, r->word[0], in->after, in->query, in->status,
			in->limit == 0 ? PAGE : in->limit,
			programme_task_date(c->now))));
	return console_reply(r, json);
}

struct requests_query {
	const char *after, *status;
	int64_t limit;
};

INPUT(console_requests_in, struct requests_query,
	FIELD(struct requests_query, after, .rule = uuid_rule),
	FIELD(struct requests_query, status, .one_of = "pending approved declined"),
	FIELD(struct requests_query, limit, .min = 1, .max = PAGE_MOST));

/* GET /shifts/{uuid}/requests: 200 {"data", "next"}, the oldest first. */
enum err
console_get_requests(struct req *r)
{
	const struct requests_query *in = r->in;
	struct ctx *c = &r->ctx;
	const char *json = NULL;

	TRY(db_json(c, &CONSOLE_SHIFT_REQUESTS, &json,
		ARGS(c, r->word[0], in->after, in->status,
			in->limit == 0 ? PAGE : in->limit)));
	return console_reply(r, json);
}

struct shift_body {
	struct date started_at, finished_at;
	const char *title, *final_message;
};

#define PLAN_FIELDS                                                                    \
	FIELD(struct shift_body, started_at, .must = true),                            \
		FIELD(struct shift_body, finished_at, .must = true),                   \
		FIELD(struct shift_body, title, .must = true, .trim = true, .min = 3,  \
			.max = 60, .rule = plain_title_rule)

INPUT(console_new_shift_in, struct shift_body, PLAN_FIELDS);
INPUT(console_shift_in, struct shift_body, PLAN_FIELDS,
	FIELD(struct shift_body, final_message, .must = true, .trim = true, .min = 10,
		.max = 400));

static struct shift_plan
plan_of(const struct shift_body *in)
{
	return (struct shift_plan){.started_at = in->started_at,
		.finished_at = in->finished_at,
		.title = in->title,
		.final_message = in->final_message};
}

/* POST /shifts {"started_at", "finished_at", "title"}: 201. The errors of shift_add().
 */
enum err
console_post_shift(struct req *r)
{
	struct shift_plan plan = plan_of(r->in);
	const char *json = NULL;

	TRY(shift_add(&r->ctx, &plan, &json));
	return reply_json(r, 201, json);
}

/* PUT /shifts/{uuid}, If-Match: 200. E_CHANGED, the errors of shift_change(). */
enum err
console_put_shift(struct req *r)
{
	struct shift_plan plan = plan_of(r->in);
	struct ctx *c = &r->ctx;
	const char *json = NULL;
	int64_t seen = 0, version = 0;

	TRY(people_seen_version(r, &seen));
	TRY(db_int(c, &CONSOLE_SHIFT_VERSION, &version, ARGS(c, r->word[0])));
	if (seen != 0 && seen != version)
		return fail(c, E_CHANGED, NULL);
	TRY(shift_change(c, r->word[0], &plan, &json));
	return reply_json(r, 200, json);
}

struct plan_body {
	struct texts tasks;
};

INPUT(console_plan_in, struct plan_body, FIELD(struct plan_body, tasks, .must = true));

/* PUT /shifts/{uuid}/plan {"tasks"}, If-Match: 204. The errors of plan_change(). */
enum err
console_put_plan(struct req *r)
{
	const struct plan_body *in = r->in;
	int64_t version = 0;

	TRY(people_seen_version(r, &version));
	TRY(plan_change(&r->ctx, r->word[0], version, &in->tasks));
	return reply_empty(r, 204);
}

/* -- what an act would do */

struct effect_query {
	const char *action;
};

INPUT(console_effect_in, struct effect_query,
	FIELD(struct effect_query, action, .must = true,
		.one_of = "start finish cancel"));

struct saying {
	int64_t id, chat_id;
	const char *kind, *payload, *name, *surname;
};

static FIELDS(told_fields, FIELD(struct saying, id), FIELD(struct saying, chat_id),
	FIELD(struct saying, kind), FIELD(struct saying, payload),
	FIELD(struct saying, name), FIELD(struct saying, surname));

static enum err
words_of(struct ctx *c, const struct saying *t, const char **out)
{
	struct message m = {
		.chat_id = t->chat_id, .kind = t->kind, .payload = t->payload};
	struct json_object *json = NULL;
	struct bot_call call = {0};

	TRY(text_of_message(c, &m, &call));
	TRY(json_read(c, call.params, strlen(call.params), &json));
	*out = json_text(json, "text");
	if (*out == NULL)
		*out = json_text(json, "caption");
	return OK;
}

static enum err
add_told(struct ctx *c, struct buf *out, int64_t before)
{
	struct saying *told = NULL;
	size_t count = 0;

	TRY(db_many(c, &CONSOLE_EFFECT_MESSAGES, told_fields, &told, &count,
		ARGS(c, before, SAMPLES)));
	for (size_t i = 0; i < count; i++) {
		const char *words = NULL;

		TRY(words_of(c, &told[i], &words));
		buf_add(out, i == 0 ? "{\"name\":" : ",{\"name\":");
		buf_json(out,
			arena_fmt(&c->arena, "%s %s", told[i].name, told[i].surname));
		buf_add(out, ",\"text\":");
		buf_json(out, words == NULL ? "" : words);
		buf_add(out, "}");
	}
	return OK;
}

static enum err
act(struct ctx *c, const char *id, const char *action)
{
	const char *shift = NULL;

	if (str_eq(action, "start"))
		return shift_start(c, id, &shift);
	if (str_eq(action, "finish"))
		return shift_finish(c, id, &shift);
	return shift_cancel(c, id, NULL, &shift);
}

static enum err
look(struct ctx *c, const char *id, const char *action, struct buf *out)
{
	const char *counts = NULL;
	int64_t before = 0, silent = 0;

	TRY(db_int(c, &CONSOLE_EFFECT_BEFORE, &before, ARGS(c)));
	TRY(db_int(c, &CONSOLE_EFFECT_SILENT, &silent, ARGS(c, id)));
	TRY(act(c, id, action));
	TRY(db_json(c, &CONSOLE_EFFECT_COUNTS, &counts, ARGS(c, id, before, silent)));
	buf_fmt(out, "{\"counts\":%s,\"told\":[", counts);
	TRY(add_told(c, out, before));
	buf_add(out, "]}");
	return OK;
}

/*
 * GET /shifts/{uuid}/effect?action=: 200 {"counts", "told"}: the act itself is done and
 * taken back, so what children would be told is what they will be. E_SHIFT_STATE.
 */
enum err
console_get_shift_effect(struct req *r)
{
	const struct effect_query *in = r->in;
	struct ctx *c = &r->ctx;
	struct buf out = {.arena = &c->arena};

	TRY(db_begin(c));
	enum err e = look(c, r->word[0], in->action, &out);
	db_rollback(c);
	TRY(e);
	return console_reply(r, buf_text(&out));
}
