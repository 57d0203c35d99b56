#include "programme/day.h"
#include "programme/task_date.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "account/audit.h"
#include "base/conf.h"
#include "base/json_out.h"
#include "base/log.h"
#include "base/str.h"
#include "base/utc.h"
#include "db/db.h"
#include "programme/shift.h"

#include "programme/day.sql.h"

#define DATE_LENGTH 10 /* 2026-11-21 */
#define MOST_PARTS 99
#define ASKED_SECONDS (60 * 60) /* what an operator asked for is of use for so long */

static const char asked[] = "/asked"; /* behind the day, as timers.def says */

struct running {
	const char *id, *task_id, *title,
		*url; /* the task of the day, NULL if there is none */
};

static FIELDS(running_fields, FIELD(struct running, id), FIELD(struct running, task_id),
	FIELD(struct running, title), FIELD(struct running, url));

/* The day that a subject begins with, and what is behind it. */
static bool
read_day(struct ctx *c, const struct job *job, struct date *day, const char **rest)
{
	const char *date = arena_strn(&c->arena, job->subject, DATE_LENGTH);

	*rest = job->subject + strlen(date);
	return date_parse(date, day);
}

/* Members whose ids lie between two UUIDs, both included. */
struct part {
	char first[37], last[37];
	int number; /* which one of how many, 0 for all members */
	bool asked; /* for by an operator, who knows how late it is */
};

/*
 * "2026-11-21" or, for one of four parts, "2026-11-21/3/4"; "/asked" behind either. Ids
 * are random, so equal ranges of them hold about as many members each.
 */
static enum err
read_subject(struct ctx *c, const struct job *job, struct date *day, struct part *part)
{
	unsigned long number = 1, count = 1;
	const char *rest;
	int length = 0;
	bool named = read_day(c, job, day, &rest);
	bool whole = rest[0] == '\0' || str_eq(rest, asked);

	if (!whole)
		sscanf(rest, "/%2lu/%2lu%n", &number, &count, &length);
	part->asked = str_eq(rest + length, asked);
	if (!named || !(rest[length] == '\0' || part->asked) || number == 0 ||
		number > count)
		return fail(c, E_BUG, "the job names no day");
	const uint64_t all = UINT64_C(1) << 32;
	snprintf(part->first, sizeof(part->first), "%08lx-0000-0000-0000-000000000000",
		(unsigned long)(all * (number - 1) / count));
	snprintf(part->last, sizeof(part->last), "%08lx-ffff-ffff-ffff-ffffffffffff",
		(unsigned long)(all * number / count - 1));
	part->number = whole ? 0 : (int)number;
	return OK;
}

/* Until when a message of that day may go out; an operator's for a while in any case.
 */
static struct utc
not_after(struct ctx *c, struct utc end, bool by_hand)
{
	struct utc later = utc_after(c->now, ASKED_SECONDS);

	return by_hand && end.us < later.us ? later : end;
}

/* A large shift is shared among the worker processes; each part is a transaction. */
static enum err
divide(struct ctx *c, struct date day, const struct running *s, bool by_hand,
	bool *divided)
{
	int64_t members;
	int64_t batch = conf.programme_daily_batch > 0 ? conf.programme_daily_batch : 1;

	TRY(db_int(c, &DAY_MEMBERS, &members, ARGS(c, s->id)));
	int64_t parts = (members + batch - 1) / batch;
	if (parts > MOST_PARTS)
		parts = MOST_PARTS;
	*divided = parts > 1;
	for (int64_t i = 1; *divided && i <= parts; i++) {
		const char *subject = arena_fmt(&c->arena,
			"%s/%" PRId64 "/%" PRId64 "%s", date_iso(&c->arena, day), i,
			parts, by_hand ? asked : "");
		TRY(job_add(c, &(struct job_order){.kind = "programme.daily",
				       .subject = subject,
				       .key = subject}));
	}
	return OK;
}

/* Nobody is told good morning at night, or given a task with too little of its day
 * left; the day of a task that nobody was given counts for nobody. */
static enum err
issue(struct ctx *c, struct date day, const struct running *s, const struct part *p)
{
	struct utc end = programme_task_end(day);

	if (!p->asked && c->now.us >= end.us) {
		log_info("programme.daily day=%s part=%d tasks=0: too late, the day "
			 "does not count",
			date_iso(&c->arena, day), p->number);
		return db_do(c, &DAY_LEAVE_OUT,
			ARGS(c, p->first, p->last, s->id, day, s->task_id, c->now));
	}
	TRY(db_do(c, &DAY_ISSUE,
		ARGS(c, p->first, p->last, s->id, day, s->task_id, c->now, s->title,
			s->url, not_after(c, end, p->asked))));
	log_info("programme.daily day=%s part=%d tasks=%lld", date_iso(&c->arena, day),
		p->number, (long long)c->rows);
	return db_do(c, &DAY_EXCUSE, ARGS(c, p->first, p->last, s->id, day, c->now));
}

static enum err
do_part(struct ctx *c, struct date day, const struct running *s, const struct part *p)
{
	TRY(db_do(c, &DAY_MEMORY, ARGS(c)));
	TRY(db_do(c, &DAY_SKIP_OPEN, ARGS(c, p->first, p->last, day, c->now)));
	TRY(db_do(c, &DAY_KEEP_LATE, ARGS(c, p->first, p->last, day, c->now)));
	TRY(db_do(c, &DAY_EXCLUDE,
		ARGS(c, p->first, p->last, s->id, day, conf.programme_exclude_after,
			c->now)));
	TRY(db_do(c, &DAY_FILL_HOLES, ARGS(c, p->first, p->last, s->id, day, c->now)));
	return issue(c, day, s, p);
}

enum err
programme_daily_job(struct ctx *c, const struct job *job)
{
	struct running s = {0};
	struct part part = {.number = 0};
	struct date day;
	bool running, divided = false;
	int64_t past;

	TRY(read_subject(c, job, &day, &part));
	TRY(part.number > 0 ? db_do(c, &DAY_LOCK_PART, ARGS(c, part.number))
			    : db_do(c, &DAY_LOCK, ARGS(c)));
	TRY(db_int(c, &DAY_IS_PAST, &past, ARGS(c, day)));
	if (past != 0) {
		log_info("programme.daily day=%s: left to a later day",
			date_iso(&c->arena, day));
		return OK;
	}
	if (part.number == 0) {
		TRY(shift_end_overdue(c, day));
		TRY(db_do(c, &DAY_START_SHIFT, ARGS(c, day, c->now)));
	}
	TRY(db_maybe(c, &DAY_SHIFT, running_fields, &s, &running, ARGS(c, day)));
	if (!running)
		return OK;
	if (s.title == NULL)
		return fail(c, E_CONFLICT, "the shift's plan has no task for %s",
			date_iso(&c->arena, day));
	if (part.number == 0)
		TRY(divide(c, day, &s, part.asked, &divided));
	return divided ? OK : do_part(c, day, &s, &part);
}

/* Nobody is woken at night, or told of a task that cannot be done any more. */
static bool
is_too_late(struct ctx *c, struct date day)
{
	return date_cmp(day, programme_task_date(c->now)) != 0 ||
	       c->now.us >= programme_reminder_end(day).us;
}

/* moment: behind the key of one that is not the day's own reminder. */
static enum err
remind(struct ctx *c, struct date day, bool by_hand, const char *moment)
{
	TRY(db_do(c, &DAY_LOCK_REMIND, ARGS(c)));
	return db_do(c, &DAY_REMIND,
		ARGS(c, day, not_after(c, programme_reminder_end(day), by_hand),
			moment));
}

enum err
programme_remind_now(struct ctx *c, int64_t *count)
{
	struct date day = programme_task_date(c->now);

	TRY(remind(c, day, true, arena_fmt(&c->arena, "/%lld", (long long)c->now.us)));
	*count = c->rows;
	return *count == 0
		       ? OK
		       : audit_add(c, "programme.remind", "day",
				 date_iso(&c->arena, day), JSON(c, "messages", *count));
}

enum err
programme_remind_job(struct ctx *c, const struct job *job)
{
	const char *rest;
	struct date day;

	if (!read_day(c, job, &day, &rest) || !(rest[0] == '\0' || str_eq(rest, asked)))
		return fail(c, E_BUG, "the job names no day");
	if (rest[0] == '\0' && is_too_late(c, day)) {
		log_info("programme.remind day=%s: too late, left out",
			date_iso(&c->arena, day));
		return OK;
	}
	TRY(remind(c, day, rest[0] != '\0', ""));
	log_info("programme.remind day=%s messages=%lld", date_iso(&c->arena, day),
		(long long)c->rows);
	return OK;
}
