#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "base/conf.h"
#include "base/str.h"
#include "cli/commands.h"
#include "db/db.h"
#include "job/care.h"
#include "job/job.h"
#include "sched/timer.h"

#include "cli/jobs.sql.h"

#define WAIT_SECONDS 60 /* for a job that timers run has added */

enum err
jobs_list_cmd(struct call *call)
{
	struct ctx *c = &call->ctx;
	const char *state = call_arg(call, "state");
	int64_t limit = 100;

	if (state != NULL && !str_in(state, "waiting running parked"))
		return fail(c, E_INPUT, "state: waiting, running or parked");
	TRY(call_number(call, "limit", 1, 100000, &limit));
	return call_table(call, &JOBS_LIST,
		ARGS(c, state, call_arg(call, "kind"), limit), "no jobs");
}

enum err
jobs_show_cmd(struct call *call)
{
	struct ctx *c = &call->ctx;
	const char *text;
	int64_t id = 0;

	TRY(call_number(call, "id", 1, INT64_MAX, &id));
	TRY(db_json(c, &JOBS_SHOW, &text, ARGS(c, id)));
	call_print(text);
	return OK;
}

enum err
jobs_retry_cmd(struct call *call)
{
	struct ctx *c = &call->ctx;
	int64_t id = 0;

	bool all = str_eq(call_arg(call, "id"), "all");

	if (!all)
		TRY(call_number(call, "id", 1, INT64_MAX, &id));
	TRY(db_begin(c));
	TRY(db_end(c, all ? job_retry_parked(c, NULL, NULL) : job_retry(c, id)));
	printf("%" PRId64 " ready\n", all ? c->rows : 1);
	return OK;
}

enum err
jobs_drop_cmd(struct call *call)
{
	struct ctx *c = &call->ctx;
	int64_t id = 0;

	TRY(call_number(call, "id", 1, INT64_MAX, &id));
	TRY(db_begin(c));
	TRY(db_end(c, job_drop(c, id)));
	printf("dropped %" PRId64 "\n", id);
	return OK;
}

enum err
jobs_add_cmd(struct call *call)
{
	struct ctx *c = &call->ctx;
	const struct job_kind *kind = job_kind(call_arg(call, "kind"));
	int64_t count = 1;

	if (kind == NULL)
		return fail(
			c, E_INPUT, "no such kind of job: %s", call_arg(call, "kind"));
	TRY(call_number(call, "count", 1, 1000000, &count));
	TRY(db_do(c, &JOBS_ADD,
		ARGS(c, kind->name, call_arg(call, "subject"), kind->priority,
			kind->tries, count)));
	printf("added %" PRId64 "\n", c->rows);
	return OK;
}

enum err
jobs_stats_cmd(struct call *call)
{
	return call_table(call, &JOBS_STATS, ARGS(&call->ctx), "no jobs");
}

static enum err
the_timer(struct call *call, const struct timer **out)
{
	*out = timer_by_name(call_arg(call, "name"));
	return *out != NULL ? OK
			    : fail(&call->ctx, E_TIMER_NOT_FOUND,
				      "no timer %s; \"timers list\" shows all",
				      call_arg(call, "name"));
}

enum err
timers_list_cmd(struct call *call)
{
	struct ctx *c = &call->ctx;
	struct buf names = {.arena = &c->arena}, slots = names;
	size_t count;
	const struct timer *timers = timers_all(&count);

	for (size_t i = 0; i < count; i++) {
		buf_fmt(&names, "%s%s", i == 0 ? "{" : ",", timers[i].name);
		buf_fmt(&slots, "%s%lld", i == 0 ? "{" : ",",
			(long long)timer_next(&timers[i], c->now).us);
	}
	buf_add(&names, "}");
	buf_add(&slots, "}");
	return call_table(call, &TIMERS_LIST,
		ARGS(c, buf_text(&names), buf_text(&slots)), "no timers");
}

/* Waits until the job is gone (done) or parked. */
static enum err
wait_for_job(struct call *call, int64_t id)
{
	struct ctx *c = &call->ctx;
	struct timespec pause = {.tv_nsec = 50000000};
	const char *state;

	for (int i = 0; i < WAIT_SECONDS * 20; i++) {
		TRY(db_json(c, &JOBS_STATE, &state, ARGS(c, id)));
		if (str_eq(state, "done"))
			return OK;
		if (!str_eq(state, "waiting"))
			return fail(c, E_PEER, "job %" PRId64 " failed: %s", id, state);
		nanosleep(&pause, NULL);
	}
	return fail(c, E_BUSY,
		"job %" PRId64 " has not ended yet: does samovar-worker run?", id);
}

/* A large shift's day is done by several jobs, which the first one adds. */
static enum err
wait_for_parts(struct call *call, const struct timer *t, struct date day)
{
	struct ctx *c = &call->ctx;
	const char *like = arena_fmt(&c->arena, "%s/%%", date_iso(&c->arena, day));
	int64_t job;

	for (;;) {
		TRY(db_int(c, &JOBS_PART, &job, ARGS(c, t->job, like)));
		if (job == 0)
			return OK;
		TRY(wait_for_job(call, job));
	}
}

/*
 * A day that has not come would start its shift, count all days before it as missed,
 * and the ledger would hold back every slot until then. A day comes at its timer's
 * hour: before that, the morning's run would take yesterday's tasks from those who may
 * still report.
 */
static enum err
check_has_come(struct call *call, const struct timer *t, struct date day)
{
	struct ctx *c = &call->ctx;
	struct utc slot = t->hour == NULL ? date_at(day, 0, 0) : timer_slot_of(t, day);
	const char *hour = "";

	if (slot.us <= c->now.us || (call_flag(call, "future") && conf.site_test_mode))
		return OK;
	if (t->hour != NULL)
		hour = arena_fmt(
			&c->arena, ": %s begins at %02d:00", t->name, utc_hour(slot));
	return fail(c, E_INPUT,
		"%s is in the future%s; --last runs the last day that has come%s",
		date_iso(&c->arena, day), hour,
		conf.site_test_mode ? ", --future runs it all the same" : "");
}

enum err
timers_run_cmd(struct call *call)
{
	struct ctx *c = &call->ctx;
	struct date day = utc_date(c->now);
	const struct timer *t;
	int64_t job;

	TRY(the_timer(call, &t));
	if (call_flag(call, "last"))
		day = utc_date(timer_slot(t, c->now));
	TRY(call_date(call, "date", &day));
	TRY(check_has_come(call, t, day));
	TRY(timer_run_again(c, t, day, &job));
	printf("%s for %s: job %" PRId64 "\n", t->name, date_iso(&c->arena, day), job);
	if (call_flag(call, "no-wait"))
		return OK;
	TRY(wait_for_job(call, job));
	TRY(wait_for_parts(call, t, day));
	puts("done");
	return OK;
}

static enum err
switch_timer(struct call *call, bool on)
{
	struct ctx *c = &call->ctx;
	const struct timer *t;

	TRY(the_timer(call, &t));
	TRY(db_begin(c));
	TRY(db_end(c, timer_switch(c, t, on)));
	printf("%s is %s\n", t->name, on ? "on" : "off");
	return OK;
}

enum err
timers_on_cmd(struct call *call)
{
	return switch_timer(call, true);
}

enum err
timers_off_cmd(struct call *call)
{
	return switch_timer(call, false);
}
