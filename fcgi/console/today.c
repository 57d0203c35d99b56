/* The screen "Today": the day of the programme, what is due next, what is wrong. */
#include "base/conf.h"
#include "base/json_out.h"
#include "console/console.h"
#include "db/db.h"
#include "db/elect.h"
#include "programme/closed_day.h"
#include "programme/task_date.h"
#include "programme/notice.h"
#include "reply.h"
#include "sched/timer.h"

#include "console/today.sql.h"

static const char *
next_timers(struct ctx *c)
{
	static const char *const shown[] = {
		"programme.daily", "programme.remind", "programme.finish"};
	struct buf out = {.arena = &c->arena};

	for (size_t i = 0; i < sizeof(shown) / sizeof(*shown); i++)
		json_item(&out,
			JSON(c, "name", shown[i], "at",
				utc_iso(&c->arena,
					timer_next(timer_by_name(shown[i]), c->now))));
	return json_list_end(&out);
}

static enum err
read_programme(struct req *r, struct date day, const char **out)
{
	struct ctx *c = &r->ctx;
	struct utc start = date_at(day, (int)conf.programme_new_task_hour, 0);

	*out = NULL;
	if (!console_may(r->own, STAFF))
		return OK;
	return db_json(c, &CONSOLE_TODAY_PROGRAMME, out, ARGS(c, day, start, c->now));
}

/*
 * GET /today: 200 {"day", "begins_at", "quiet", "programme", "timers", "attention"}.
 * quiet: no broadcast would begin now. programme: null without a running shift, or for
 * who is not staff. attention: what is wrong, as far as the caller may see it.
 */
enum err
console_get_today(struct req *r)
{
	struct ctx *c = &r->ctx;
	struct date day = programme_task_date(c->now);
	const char *programme = NULL, *attention = NULL;

	TRY(read_programme(r, day, &programme));
	TRY(db_json(c, &CONSOLE_TODAY_ATTENTION, &attention,
		ARGS(c, console_may(r->own, STAFF), console_may(r->own, OPERATOR),
			elect_key(ELECT_SCHEDULER), console_fullest_disk(c),
			conf.console_disk_warning)));
	return console_reply(
		r, JSON(c, "day", date_iso(&c->arena, day), "begins_at",
			   conf.programme_new_task_hour, "quiet",
			   (bool)(notice_time(c->now).us != c->now.us), "programme",
			   json_raw(programme), "timers", json_raw(next_timers(c)),
			   "attention", json_raw(attention)));
}

struct closing_body {
	struct date day;
};

INPUT(console_closing_in, struct closing_body,
	FIELD(struct closing_body, day, .must = true));

/* POST /today/closing {"day"}: 204; the day is closed. E_CONFLICT: it is not the
 * current one. E_MISSING, E_PHOTOS_WAIT. */
enum err
console_post_closing(struct req *r)
{
	const struct closing_body *in = r->in;

	TRY(closed_day_add(&r->ctx, in->day));
	return reply_empty(r, 204);
}

/* DELETE /today/closing?day=: 204; it is open again. E_CONFLICT, E_MISSING. */
enum err
console_delete_closing(struct req *r)
{
	const struct closing_body *in = r->in;

	TRY(closed_day_drop(&r->ctx, in->day));
	return reply_empty(r, 204);
}
