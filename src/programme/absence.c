#include "programme/absence.h"

#include "account/audit.h"
#include "base/conf.h"
#include "base/field.h"
#include "base/str.h"
#include "db/db.h"
#include "programme/day.h"

#include "programme/absence.sql.h"

static FIELDS(absent_fields, FIELD(struct absent, member_id),
	FIELD(struct absent, started_at), FIELD(struct absent, finished_at),
	FIELD(struct absent, used));

struct outcome {
	int64_t days, used;
	bool has_report, is_today;
};

static FIELDS(free_fields, FIELD(struct outcome, days),
	FIELD(struct outcome, has_report), FIELD(struct outcome, used));

static FIELDS(removed_fields, FIELD(struct outcome, days), FIELD(struct outcome, used),
	FIELD(struct outcome, is_today));

enum err
absence_member(struct ctx *c, const char *participant_id, struct date day,
	struct absent *out, bool *found)
{
	return db_maybe(c, &ABSENCE_WHOSE, absent_fields, out, found,
		ARGS(c, participant_id, day));
}

/* The shift, then the reports, then the member: the order of the morning. */
static enum err
lock(struct ctx *c, const struct absence *a, struct absent *out)
{
	int64_t reports;
	const char *member;

	TRY(db_one(c, &ABSENCE_LOCK_SHIFT, absent_fields, out, ARGS(c, a->member_id)));
	TRY(db_int(c, &ABSENCE_LOCK_REPORTS, &reports,
		ARGS(c, a->member_id, a->from, a->to)));
	return db_json(c, &ABSENCE_LOCK_MEMBER, &member, ARGS(c, a->member_id));
}

static enum err
check(struct ctx *c, const struct absence *a, const struct absent *m)
{
	if (date_cmp(a->to, a->from) < 0)
		return fail(c, E_INPUT, "the last day is before the first one");
	if (!a->by_staff && date_cmp(a->from, utc_date(c->now)) < 0)
		return fail(c, E_INPUT, "these days are over");
	if (date_cmp(a->from, m->started_at) < 0 || date_cmp(a->to, m->finished_at) > 0)
		return fail(c, E_INPUT, "the shift has days from %s to %s",
			date_iso(&c->arena, m->started_at),
			date_iso(&c->arena, m->finished_at));
	return OK;
}

static enum err
audit(struct ctx *c, const struct absence *a, const char *action)
{
	if (!a->by_staff)
		return OK;
	return audit_add(c, action, "member", a->member_id,
		arena_fmt(&c->arena, "{\"from\":\"%s\",\"to\":\"%s\",\"days\":%lld}",
			date_iso(&c->arena, a->from), date_iso(&c->arena, a->to),
			(long long)a->days));
}

enum err
absence_add(struct ctx *c, struct absence *a)
{
	struct absent m = {0};
	struct outcome o = {0};

	TRY(lock(c, a, &m));
	TRY(check(c, a, &m));
	TRY(db_one(c, &ABSENCE_FREE, free_fields, &o,
		ARGS(c, a->member_id, a->from, a->to)));
	a->days = o.days;
	a->has_report = o.has_report;
	a->left = conf.programme_absence_days - o.used;
	if (!a->by_staff && a->days > a->left)
		return fail(c, E_LIMIT, "more days than are left");
	if (a->days == 0)
		return OK;
	if (!a->by_staff)
		a->left -= a->days;
	TRY(db_do(c, &ABSENCE_INSERT,
		ARGS(c, a->member_id, a->from, a->to, a->kind, c->actor, a->by_staff,
			c->now)));
	return audit(c, a, "absence.add");
}

enum err
absence_back(struct ctx *c, struct absence *a)
{
	struct date current = programme_task_date(c->now);
	struct utc end = programme_task_end(current);
	struct absent m = {0};
	struct outcome o = {0};

	TRY(lock(c, a, &m));
	TRY(db_one(c, &ABSENCE_REMOVE, removed_fields, &o,
		ARGS(c, a->member_id, a->from, a->to, current, end, c->now.us < end.us,
			c->now)));
	a->days = o.days;
	a->left = conf.programme_absence_days - o.used;
	a->is_today = o.is_today;
	return a->days == 0 ? OK : audit(c, a, "absence.back");
}

enum err
absence_trim(struct ctx *c, const char *shift_id, struct date first, struct date last)
{
	return db_do(c, &ABSENCE_TRIM, ARGS(c, shift_id, first, last));
}
