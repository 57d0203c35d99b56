#include "programme/day.h"

#include "base/conf.h"
#include "base/log.h"
#include "base/utc.h"
#include "db/db.h"

#include "programme/day.sql.h"

struct running {
	const char *id, *task_id, *title,
		*url; /* the task of the day, NULL if there is none */
};

static FIELDS(running_fields, FIELD(struct running, id), FIELD(struct running, task_id),
	FIELD(struct running, title), FIELD(struct running, url));

struct date
programme_task_date(struct utc now)
{
	struct date today = utc_date(now);

	return utc_hour(now) >= conf.programme_new_task_hour ? today
							     : date_after(today, -1);
}

static enum err
subject_date(struct ctx *c, const struct job *job, struct date *out)
{
	return date_parse(job->subject, out) ? OK
					     : fail(c, E_BUG, "the job names no day");
}

enum err
programme_daily_job(struct ctx *c, const struct job *job)
{
	struct running s = {0};
	struct date day;
	bool running;

	TRY(subject_date(c, job, &day));
	TRY(db_do(c, &DAY_LOCK, ARGS(c)));
	TRY(db_do(c, &DAY_START_SHIFT, ARGS(c, day, c->now)));
	TRY(db_maybe(c, &DAY_SHIFT, running_fields, &s, &running, ARGS(c, day)));
	if (!running)
		return OK;
	if (s.title == NULL)
		return fail(c, E_CONFLICT, "the shift's plan has no task for %s",
			date_iso(&c->arena, day));
	TRY(db_do(c, &DAY_SKIP_OPEN, ARGS(c, day, c->now)));
	TRY(db_do(c, &DAY_EXCLUDE,
		ARGS(c, s.id, day, conf.programme_exclude_after, c->now)));
	TRY(db_do(c, &DAY_FILL_HOLES, ARGS(c, s.id, day, c->now)));
	TRY(db_do(
		c, &DAY_ISSUE, ARGS(c, s.id, day, s.task_id, c->now, s.title, s.url)));
	log_info("programme.daily day=%s tasks=%lld", date_iso(&c->arena, day),
		(long long)c->rows);
	return OK;
}

enum err
programme_remind_job(struct ctx *c, const struct job *job)
{
	struct date day;

	TRY(subject_date(c, job, &day));
	TRY(db_do(c, &DAY_REMIND, ARGS(c, day)));
	log_info("programme.remind day=%s messages=%lld", date_iso(&c->arena, day),
		(long long)c->rows);
	return OK;
}
