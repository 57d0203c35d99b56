/* The screen "Jobs and timers". */
#include "base/conf.h"
#include "base/json_out.h"
#include "base/str.h"
#include "console/console.h"
#include "db/db.h"
#include "job/care.h"
#include "job/job.h"
#include "programme/day.h"
#include "reply.h"
#include "sched/timer.h"

#include "console/jobs.sql.h"

/*
 * GET /jobs: 200 {"kinds", "running", "parked"}: counts by kind; what is under way,
 * with its progress; what was given up, by kind and reason.
 */
enum err
console_get_jobs(struct req *r)
{
	const char *json = NULL;

	TRY(db_json(&r->ctx, &CONSOLE_JOBS, &json, ARGS(&r->ctx)));
	return console_reply(r, json);
}

struct list_query {
	const char *kind, *state;
	int64_t after, limit;
};

INPUT(console_jobs_query, struct list_query, FIELD(struct list_query, kind, .max = 100),
	FIELD(struct list_query, state, .one_of = "waiting running parked"),
	FIELD(struct list_query, after, .min = 0, .max = INT64_MAX),
	FIELD(struct list_query, limit, .min = 1, .max = 200));

/* GET /jobs/list?kind=&state=&after=&limit=: 200 {"data", "next"}, by id. */
enum err
console_get_jobs_list(struct req *r)
{
	const struct list_query *in = r->in;
	struct ctx *c = &r->ctx;
	const char *json = NULL;

	TRY(db_json(c, &CONSOLE_JOBS_LIST, &json,
		ARGS(c, in->kind, in->state, in->after,
			in->limit == 0 ? 50 : in->limit)));
	return console_reply(r, json);
}

struct group_body {
	const char *action, *kind, *reason;
};

INPUT(console_jobs_group_in, struct group_body,
	FIELD(struct group_body, action, .must = true, .one_of = "retry drop"),
	FIELD(struct group_body, kind, .must = true, .min = 1, .max = 100),
	FIELD(struct group_body, reason, .max = 10000));

/*
 * POST /jobs/parked {"action": "retry" or "drop", "kind", "reason"}: 200 {"count"}:
 * with all parked jobs of the kind, or with those that failed for that reason.
 */
enum err
console_post_jobs_parked(struct req *r)
{
	const struct group_body *in = r->in;
	struct ctx *c = &r->ctx;

	if (str_eq(in->action, "retry"))
		TRY(job_retry_parked(c, in->kind, in->reason));
	else
		TRY(job_drop_parked(c, in->kind, in->reason));
	return reply_json(r, 200, JSON(c, "count", c->rows));
}

/* POST /jobs/{id}/retry: 204. E_JOB_NOT_FOUND. */
enum err
console_post_job_retry(struct req *r)
{
	TRY(job_retry(&r->ctx, r->id[0]));
	return reply_empty(r, 204);
}

/* DELETE /jobs/{id}: 204. E_JOB_NOT_FOUND. */
enum err
console_delete_job(struct req *r)
{
	TRY(job_drop(&r->ctx, r->id[0]));
	return reply_empty(r, 204);
}

/* -- timers */

struct timer_row {
	const char *name;
	bool enabled, daily;
	struct utc last, next;
};

static FIELDS(timer_fields, FIELD(struct timer_row, name),
	FIELD(struct timer_row, enabled), FIELD(struct timer_row, daily),
	FIELD(struct timer_row, last), FIELD(struct timer_row, next));
static FIELDS(known_fields, FIELD(struct timer_row, name),
	FIELD(struct timer_row, enabled), FIELD(struct timer_row, last));

static struct timer_row
row_of(const struct timer *t, const struct timer_row *known, size_t count,
	struct utc now)
{
	struct timer_row row = {.name = t->name,
		.enabled = true,
		.daily = t->hour != NULL,
		.next = timer_next(t, now)};

	for (size_t i = 0; i < count; i++) {
		if (!str_eq(known[i].name, t->name))
			continue;
		row.enabled = known[i].enabled;
		row.last = known[i].last;
	}
	return row;
}

/* GET /timers: 200 a list, in the order of timers.def. */
enum err
console_get_timers(struct req *r)
{
	struct ctx *c = &r->ctx;
	struct buf out = {.arena = &c->arena};
	struct timer_row *known = NULL;
	size_t count, known_count = 0;
	const struct timer *timers = timers_all(&count);

	TRY(db_many(c, &CONSOLE_TIMERS, known_fields, &known, &known_count, ARGS(c)));
	buf_add(&out, "[");
	for (size_t i = 0; i < count; i++) {
		struct timer_row row = row_of(&timers[i], known, known_count, c->now);

		buf_add(&out, i == 0 ? "" : ",");
		fields_to_json(&out, timer_fields, &row, STYLE_KEEP_NULL);
	}
	buf_add(&out, "]");
	return console_reply(r, buf_text(&out));
}

static enum err
find_timer(struct req *r, const struct timer **out)
{
	*out = timer_by_name(r->word[0]);
	return *out != NULL ? OK : fail(&r->ctx, E_TIMER_NOT_FOUND, NULL);
}

struct run_body {
	struct date day;
};

INPUT(console_timer_run_in, struct run_body, FIELD(struct run_body, day, .must = true));
INPUT(console_timer_effect_in, struct run_body,
	FIELD(struct run_body, day, .must = true));

/* A day that has not come would start its shift and count the days before it as missed.
 */
static enum err
check_day(struct ctx *c, const struct timer *t, struct date day)
{
	struct utc slot = t->hour == NULL ? date_at(day, 0, 0) : timer_slot_of(t, day);

	if (slot.us <= c->now.us)
		return OK;
	return field_error_add(c, (struct field_error){.place = "body",
					  .field = "day",
					  .kind = FIELD_ERROR_FORM,
					  .words = "has not come yet"});
}

/* GET /timers/{word}/effect?day=: 200 {"children", "sent"}: what running it would do,
 * of the programme's timers; null where nobody knows. */
enum err
console_get_timer_effect(struct req *r)
{
	const struct run_body *in = r->in;
	struct ctx *c = &r->ctx;
	const struct timer *t;
	const char *json = NULL;

	TRY(find_timer(r, &t));
	TRY(check_day(c, t, in->day));
	TRY(db_json(c, &CONSOLE_TIMER_EFFECT, &json, ARGS(c, t->name, in->day)));
	return console_reply(r, json);
}

/* POST /timers/{word}/run {"day"}: 200 {"job"}. E_TIMER_NOT_FOUND. */
enum err
console_post_timer_run(struct req *r)
{
	const struct run_body *in = r->in;
	struct ctx *c = &r->ctx;
	const struct timer *t;
	int64_t job = 0;

	TRY(find_timer(r, &t));
	TRY(check_day(c, t, in->day));
	TRY(timer_run_again(c, t, in->day, &job));
	return reply_json(r, 200, JSON(c, "job", job));
}

struct switch_body {
	bool enabled;
};

INPUT(console_timer_switch_in, struct switch_body,
	FIELD(struct switch_body, enabled, .must = true));

/* PUT /timers/{word} {"enabled"}: 204. E_TIMER_NOT_FOUND. */
enum err
console_put_timer(struct req *r)
{
	const struct switch_body *in = r->in;
	const struct timer *t;

	TRY(find_timer(r, &t));
	TRY(timer_switch(&r->ctx, t, in->enabled));
	return reply_empty(r, 204);
}
