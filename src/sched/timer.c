#include "sched/timer.h"

#include <string.h>

#include "account/audit.h"
#include "base/conf.h"
#include "base/json_out.h"
#include "db/db.h"
#include "job/job.h"

#include "sched/timer.sql.h"

static const struct timer timers[] = {
#define TIMER_DAILY(name, hour, moved, by_hand, job)                                   \
	{name, job, &conf.hour, moved, by_hand, 0},
#define TIMER_EVERY(name, seconds, job) {name, job, NULL, 0, "", seconds},
#include "sched/timers.def"
#undef TIMER_DAILY
#undef TIMER_EVERY
};

const struct timer *
timers_all(size_t *count)
{
	*count = sizeof(timers) / sizeof(*timers);
	return timers;
}

const struct timer *
timer_by_name(const char *name)
{
	for (size_t i = 0; i < sizeof(timers) / sizeof(*timers); i++)
		if (strcmp(timers[i].name, name) == 0)
			return &timers[i];
	return NULL;
}

struct utc
timer_slot_of(const struct timer *t, struct date day)
{
	return date_at(day, (int)*t->hour + t->moved, 0);
}

struct utc
timer_slot(const struct timer *t, struct utc now)
{
	if (t->hour == NULL) {
		int64_t period = t->seconds * US_PER_SECOND;
		return (struct utc){now.us - now.us % period};
	}
	struct date day = utc_date(now);
	struct utc slot = timer_slot_of(t, day);
	return slot.us <= now.us ? slot : timer_slot_of(t, date_after(day, -1));
}

struct utc
timer_next(const struct timer *t, struct utc now)
{
	struct utc slot = timer_slot(t, now);

	return t->hour == NULL ? utc_after(slot, t->seconds)
			       : timer_slot_of(t, date_after(utc_date(slot), 1));
}

static enum err
add_job(struct ctx *c, const struct timer *t, struct utc slot, const char *behind,
	const char **key)
{
	const char *day = t->hour == NULL ? "" : date_iso(&c->arena, utc_date(slot));

	*key = arena_fmt(&c->arena, "%s/%s", t->name, day);
	return job_add(c, &(struct job_order){.kind = t->job,
				  .subject = arena_fmt(&c->arena, "%s%s", day, behind),
				  .key = *key});
}

/* What was due before the first day of an installation was never missed. */
static bool
is_of_today(struct ctx *c, const struct timer *t, struct utc slot)
{
	return t->hour == NULL || date_cmp(utc_date(slot), utc_date(c->now)) == 0;
}

static enum err
fire(struct ctx *c, const struct timer *t, struct utc slot, const char *by, bool *fired)
{
	const char *key;

	TRY(db_do(c, &TIMER_KNOWN, ARGS(c, t->name)));
	TRY(db_do(
		c, &TIMER_LEDGER, ARGS(c, t->name, slot, by, is_of_today(c, t, slot))));
	*fired = c->rows > 0;
	return *fired ? add_job(c, t, slot, "", &key) : OK;
}

enum err
timer_fire(struct ctx *c, const struct timer *t, struct utc slot, const char *by,
	bool *fired)
{
	TRY(db_begin(c));
	return db_end(c, fire(c, t, slot, by, fired));
}

enum err
timer_run_again(struct ctx *c, const struct timer *t, struct date day, int64_t *job)
{
	struct utc slot = t->hour == NULL ? c->now : timer_slot_of(t, day);
	const char *key;

	TRY(db_begin(c));
	enum err e = db_do(c, &TIMER_KNOWN, ARGS(c, t->name));
	if (e == OK && t->hour != NULL)
		e = db_do(c, &TIMER_LEDGER_NOTE, ARGS(c, t->name, slot, "samovarctl"));
	if (e == OK)
		e = add_job(c, t, slot, t->by_hand, &key);
	if (e == OK)
		e = db_int(c, &TIMER_JOB_ID, job, ARGS(c, t->job, key));
	if (e == OK)
		e = audit_add(c, "timer.run", "timer", t->name,
			JSON(c, "day", date_iso(&c->arena, day)));
	return db_end(c, e);
}

enum err
timer_switch(struct ctx *c, const struct timer *t, bool on)
{
	TRY(db_do(c, &TIMER_SWITCH, ARGS(c, t->name, on)));
	return audit_add(c, on ? "timer.on" : "timer.off", "timer", t->name, NULL);
}
