#include "programme/shift.h"

#include <inttypes.h>
#include <libintl.h>
#include <string.h>

#include "account/audit.h"
#include "base/buf.h"
#include "base/conf.h"
#include "base/log.h"
#include "base/str.h"
#include "cards/certificate.h"
#include "db/db.h"
#include "programme/absence.h"
#include "programme/shift_state.h"

#include "programme/shift.sql.h"

#define _(text) gettext(text)

static const char usual_farewell[] =
	"Привет, {name}! Незаметно пролетели три месяца проекта «Ломая Барьеры». "
	"Спасибо за "
	"участие! Твой результат в этой смене: {numbers_lombaryers} {lombaryers_case}. "
	"Завтра "
	"начнётся регистрация на следующий поток. До новых встреч!";
static const char usual_cancellation[] =
	"К сожалению, смена отменена. Мы сообщим, когда откроется следующая. Спасибо "
	"за интерес "
	"к проекту!";

FIELDS(shift_row_fields, FIELD(struct shift_row, id), FIELD(struct shift_row, status),
	FIELD(struct shift_row, started_at), FIELD(struct shift_row, finished_at));

struct others {
	struct date preparing_start, running_start, running_finish;
};

static FIELDS(others_fields, FIELD(struct others, preparing_start),
	FIELD(struct others, running_start), FIELD(struct others, running_finish));

static FIELDS(id_fields, FIELD(struct shift_row, id));

static struct date
months_after(struct date d, int months)
{
	int month = d.month - 1 + months;
	struct date first = {d.year + month / 12, month % 12 + 1, 1};
	struct date last = date_after(
		(struct date){first.year + first.month / 12, first.month % 12 + 1, 1},
		-1);

	first.day = d.day < last.day ? d.day : last.day;
	return first;
}

/* Rule 3 of 8.1. */
static enum err
check_length(struct ctx *c, const struct shift_plan *p)
{
	if (date_cmp(p->started_at, p->finished_at) >= 0)
		return fail(c, E_SHIFT_ORDER, NULL);
	if (date_cmp(p->finished_at,
		    months_after(p->started_at, (int)conf.programme_max_months)) >= 0)
		return fail(c, E_SHIFT_LONG, NULL);
	return OK;
}

/* Rules 2 and 3 of 8.1, for a shift that is in preparation. */
static enum err
check_preparing(struct ctx *c, const struct others *o, const struct shift_plan *p)
{
	struct date today = utc_date(c->now);

	if (o->running_start.year != 0) {
		int days = (int)conf.programme_join_days;

		if (date_cmp(date_after(o->running_start, days), today) > 0)
			return fail(c, E_SHIFT_TOO_SOON, NULL);
		if (date_cmp(p->started_at, o->running_finish) <= 0)
			return fail(c, E_SHIFT_OVERLAP, NULL);
	} else if (date_cmp(p->started_at, today) <= 0) {
		return fail(c, E_SHIFT_PAST, NULL);
	}
	return check_length(c, p);
}

/* The lock is a statement of its own, so that the next one sees what it waited for. */
static enum err
others_of(struct ctx *c, const char *id, struct others *out)
{
	TRY(db_do(c, &SHIFT_LOCK_PLANS, ARGS(c)));
	return db_one(c, &SHIFT_OTHERS, others_fields, out, ARGS(c, id));
}

enum err
shift_audited(struct ctx *c, const char *action, const char *id, const char **out)
{
	TRY(audit_add(c, action, "shift", id, NULL));
	return db_json(c, &SHIFT_JSON, out, ARGS(c, id));
}

enum err
shift_add(struct ctx *c, const struct shift_plan *plan, const char **out)
{
	struct others o = {0};
	struct shift_row row = {0};

	TRY(others_of(c, NULL, &o));
	if (o.preparing_start.year != 0)
		return fail(c, E_SHIFT_PREPARING, NULL);
	TRY(check_preparing(c, &o, plan));
	TRY(db_one(c, &SHIFT_INSERT, id_fields, &row,
		ARGS(c, plan->started_at, plan->finished_at, plan->title,
			plan->final_message == NULL ? usual_farewell
						    : plan->final_message,
			c->now)));
	TRY(db_do(c, &SHIFT_TEST_REQUESTS, ARGS(c, row.id, c->now)));
	return shift_audited(c, "shift.add", row.id, out);
}

static enum err
check_running(struct ctx *c, const struct shift_row *row, const struct others *o,
	const struct shift_plan *p)
{
	if (date_cmp(row->started_at, p->started_at) != 0)
		return fail(c, E_SHIFT_RUNS, NULL);
	if (o->preparing_start.year != 0 &&
		date_cmp(o->preparing_start, p->finished_at) <= 0)
		return fail(c, E_SHIFT_OVERLAP, NULL);
	if (date_cmp(p->finished_at, utc_date(c->now)) <= 0)
		return fail(c, E_SHIFT_PAST, NULL);
	return check_length(c, p);
}

/* A farewell shows unknown words in braces as they stand: most likely a slip, so the
 * audit trail names them. NULL: there are none. */
static const char *
unknown_words(struct ctx *c, const char *farewell)
{
	struct buf b = {.arena = &c->arena};
	const char *end;

	for (const char *s = strchr(farewell, '{'); s != NULL; s = strchr(s + 1, '{')) {
		end = strchr(s, '}');
		if (end == NULL || end - s > 40)
			continue;
		const char *word = arena_strn(&c->arena, s, (size_t)(end - s) + 1);
		if (str_in(word, "{name} {surname} {numbers_lombaryers} "
				 "{lombaryers_case}"))
			continue;
		buf_add(&b, b.used == 0 ? "{\"unknown_placeholders\":[" : ",");
		buf_json(&b, word);
	}
	if (b.used > 0)
		buf_add(&b, "]}");
	return b.text;
}

enum err
shift_change(
	struct ctx *c, const char *id, const struct shift_plan *plan, const char **out)
{
	struct others o = {0};
	struct shift_row row = {0};
	const char *before, *after, *data;

	TRY(db_one(c, &SHIFT_LOCK, shift_row_fields, &row, ARGS(c, id)));
	TRY(others_of(c, id, &o));
	if (str_in(row.status, "finished cancelled"))
		return fail(c, E_SHIFT_CLOSED, NULL);
	if (str_eq(row.status, "started"))
		TRY(check_running(c, &row, &o, plan));
	else if (str_eq(row.status, "preparing"))
		TRY(check_preparing(c, &o, plan));
	else
		TRY(date_cmp(plan->started_at, plan->finished_at) < 0
				? OK
				: fail(c, E_SHIFT_ORDER, NULL));
	TRY(db_json(c, &SHIFT_SAID, &before, ARGS(c, id)));
	TRY(db_do(c, &SHIFT_UPDATE,
		ARGS(c, id, plan->started_at, plan->finished_at, plan->title,
			plan->final_message, c->now)));
	TRY(absence_trim(c, id, plan->started_at, plan->finished_at));
	if (date_cmp(row.started_at, plan->started_at) != 0)
		TRY(db_do(c, &SHIFT_TELL_MOVED,
			ARGS(c, id, plan->started_at, c->now.us)));
	const char *unknown = unknown_words(c, plan->final_message);
	if (unknown != NULL)
		log_warn("shift.change shift=%s: the farewell has words in braces that "
			 "nobody knows (GET /api/audit)",
			id);
	TRY(db_json(c, &SHIFT_SAID, &after, ARGS(c, id)));
	TRY(audit_difference(c, before, after, unknown, &data));
	TRY(audit_add(c, "shift.change", "shift", id, data));
	return db_json(c, &SHIFT_JSON, out, ARGS(c, id));
}

/* A status as staff calls it. */
static const char *
in_words(const char *status)
{
	return str_eq(status, "preparing")            ? "ещё готовится"
	       : str_eq(status, "started")            ? "уже идёт"
	       : str_eq(status, "ready_for_complete") ? "ждёт проверки отчётов"
	       : str_eq(status, "cancelled") ? "отменена"
					     : "завершена";
}

enum err
shift_lock(struct ctx *c, const char *id, const char *state, struct shift_row *row)
{
	static const struct date none;

	*row = (struct shift_row){.started_at = none};
	TRY(db_one(c, &SHIFT_LOCK, shift_row_fields, row, ARGS(c, id)));
	return str_eq(row->status, state)
		       ? OK
		       : fail(c, E_SHIFT_STATE, "Это действие невозможно: смена %s %s.",
				 id, in_words(row->status));
}

enum err
shift_set_status(struct ctx *c, const char *id, const char *status, struct date started,
	struct date finished, const char *final_message)
{
	TRY(db_do(c, &SHIFT_SET_STATUS,
		ARGS(c, id, status, c->now, started, finished, final_message,
			(struct date){0})));
	return str_eq(status, "finished") ? certificate_order(c, id) : OK;
}

enum err
shift_set_ready(struct ctx *c, const char *id, struct date finished, struct date day)
{
	struct date none = {0}, today = utc_date(c->now);

	return db_do(c, &SHIFT_SET_STATUS,
		ARGS(c, id, "ready_for_complete", c->now, none, finished,
			(const char *)NULL, date_cmp(day, today) > 0 ? day : today));
}

enum err
shift_start(struct ctx *c, const char *id, const char **out)
{
	struct date none = {0};
	struct shift_row row;

	TRY(shift_lock(c, id, "preparing", &row));
	struct others o = {0};
	TRY(others_of(c, id, &o));
	if (o.running_start.year != 0)
		return fail(c, E_SHIFT_STATE,
			"Смену %s начать нельзя: она ещё готовится, а идёт другая "
			"смена.",
			id);
	TRY(shift_set_status(c, id, "started", utc_date(c->now), none, NULL));
	return shift_audited(c, "shift.start", id, out);
}

enum err
shift_cancel(struct ctx *c, const char *id, const char *final_message, const char **out)
{
	struct date none = {0};
	struct shift_row row;

	TRY(shift_lock(c, id, "preparing", &row));
	TRY(shift_set_status(c, id, "cancelled", none, utc_date(c->now),
		final_message == NULL ? usual_cancellation : final_message));
	TRY(shift_decline_requests(c, id));
	TRY(db_do(c, &SHIFT_TELL_CANCELLED, ARGS(c, id)));
	return shift_audited(c, "shift.cancel", id, out);
}

enum err
shift_decline_requests(struct ctx *c, const char *id)
{
	return db_do(c, &SHIFT_DECLINE_REQUESTS, ARGS(c, id, c->now));
}

enum err
shift_say_farewell(
	struct ctx *c, const char *id, const char *member_id, int64_t *reviewing)
{
	TRY(db_do(c, &SHIFT_SAY_FAREWELL, ARGS(c, id, member_id)));
	return db_int(c, &SHIFT_REVIEWING, reviewing, ARGS(c, id));
}

enum err
shift_reviewed(struct ctx *c, const char *shift_id, const char *member_id)
{
	struct date none = {0};
	struct shift_row row = {0};
	int64_t reviewing;

	TRY(db_one(c, &SHIFT_LOCK_REVIEW, shift_row_fields, &row, ARGS(c, shift_id)));
	if (!str_eq(row.status, "ready_for_complete"))
		return OK;
	TRY(shift_say_farewell(c, shift_id, member_id, &reviewing));
	return reviewing > 0
		       ? OK
		       : shift_set_status(c, shift_id, "finished", none, none, NULL);
}
