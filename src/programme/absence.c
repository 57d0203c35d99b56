#include "programme/absence.h"

#include "account/audit.h"
#include "base/conf.h"
#include "base/field.h"
#include "base/json_out.h"
#include "db/db.h"
#include "programme/task_date.h"

#include "programme/absence.sql.h"

static FIELDS(absent_fields, FIELD(struct absent, member_id),
	FIELD(struct absent, started_at), FIELD(struct absent, finished_at),
	FIELD(struct absent, used));

struct outcome {
	int64_t days, used;
	bool has_report, is_today, has_staffs;
};

static FIELDS(free_fields, FIELD(struct outcome, days),
	FIELD(struct outcome, has_report), FIELD(struct outcome, used));

static FIELDS(removed_fields, FIELD(struct outcome, days), FIELD(struct outcome, used),
	FIELD(struct outcome, is_today), FIELD(struct outcome, has_staffs));

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
		JSON(c, "from", date_iso(&c->arena, a->from), "to",
			date_iso(&c->arena, a->to), "days", a->days));
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

/* The last of the days in a row that begin with the first; that one, if it is not
 * planned. */
static enum err
cut_to_run(struct ctx *c, struct absence *a)
{
	int64_t days;

	TRY(db_int(c, &ABSENCE_RUN, &days, ARGS(c, a->member_id, a->from)));
	a->to = date_after(a->from, days > 0 ? (int)days - 1 : 0);
	return OK;
}

enum err
absence_back(struct ctx *c, struct absence *a)
{
	struct date current = programme_task_date(c->now);
	struct utc end = programme_task_end(current);
	struct absent m = {0};
	struct outcome o = {0};

	TRY(lock(c, a, &m));
	if (a->is_run)
		TRY(cut_to_run(c, a));
	TRY(db_one(c, &ABSENCE_REMOVE, removed_fields, &o,
		ARGS(c, a->member_id, a->from, a->to, current, end, c->now.us < end.us,
			c->now, a->by_staff)));
	a->days = o.days;
	a->left = conf.programme_absence_days - o.used;
	a->is_today = o.is_today;
	a->has_staffs = o.has_staffs;
	return a->days == 0 ? OK : audit(c, a, "absence.back");
}

static struct date
earlier(struct date a, struct date b)
{
	return date_cmp(a, b) < 0 ? a : b;
}

static struct date
later(struct date a, struct date b)
{
	return date_cmp(a, b) < 0 ? b : a;
}

/* Takes back what is old and not new, which may be days before and behind. */
static enum err
give_up(struct ctx *c, const struct absence *a, struct date from, struct date to)
{
	struct absence before = *a, behind = *a;

	before.from = from;
	before.to = earlier(to, date_after(a->from, -1));
	behind.from = later(from, date_after(a->to, 1));
	behind.to = to;
	if (date_cmp(before.from, before.to) <= 0)
		TRY(absence_back(c, &before));
	return date_cmp(behind.from, behind.to) <= 0 ? absence_back(c, &behind) : OK;
}

/* The days of both; *kept: so many are planned. */
static enum err
keep(struct ctx *c, const struct absence *a, struct date from, struct date to,
	int64_t *kept)
{
	struct absence both = *a;

	both.from = later(from, a->from);
	both.to = earlier(to, a->to);
	TRY(db_int(c, &ABSENCE_COUNT, kept, ARGS(c, a->member_id, both.from, both.to)));
	TRY(db_do(c, &ABSENCE_CHANGE,
		ARGS(c, a->member_id, both.from, both.to, a->kind)));
	both.days = c->rows;
	return both.days == 0 ? OK : audit(c, &both, "absence.change");
}

enum err
absence_move(struct ctx *c, struct absence *a, struct date old_from, struct date old_to,
	bool *moved)
{
	struct absence all = *a;
	struct absent m = {0};
	int64_t kept = 0;

	if (date_cmp(a->to, a->from) < 0 || date_cmp(old_to, old_from) < 0)
		return fail(c, E_INPUT, "the last day is before the first one");
	all.from = earlier(old_from, a->from);
	all.to = later(old_to, a->to);
	TRY(lock(c, &all, &m));
	TRY(give_up(c, a, old_from, old_to));
	TRY(keep(c, a, old_from, old_to, &kept));
	TRY(absence_add(c, a));
	*moved = kept > 0 || a->days > 0;
	return OK;
}

enum err
absence_trim(struct ctx *c, const char *shift_id, struct date first, struct date last)
{
	return db_do(c, &ABSENCE_TRIM, ARGS(c, shift_id, first, last));
}
