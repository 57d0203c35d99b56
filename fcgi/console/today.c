/* The screen "Today": the day of the programme, what is due next, what is wrong. */
#include "base/conf.h"
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
		buf_fmt(&out, "%s{\"name\":\"%s\",\"at\":\"%s\"}", i == 0 ? "[" : ",",
			shown[i],
			utc_iso(&c->arena,
				timer_next(timer_by_name(shown[i]), c->now)));
	buf_add(&out, "]");
	return buf_text(&out);
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
		r, arena_fmt(&c->arena,
			   "{\"day\":\"%s\",\"begins_at\":%lld,\"quiet\":%s,"
			   "\"programme\":%s,\"timers\":%s,\"attention\":%s}",
			   date_iso(&c->arena, day),
			   (long long)conf.programme_new_task_hour,
			   notice_time(c->now).us == c->now.us ? "false" : "true",
			   programme == NULL ? "null" : programme, next_timers(c),
			   attention));
}

/* POST /today/closing: 204; the day is closed. E_MISSING, E_PHOTOS_WAIT. */
enum err
console_post_closing(struct req *r)
{
	TRY(closed_day_add(&r->ctx));
	return reply_empty(r, 204);
}

/* DELETE /today/closing: 204; it is open again. E_MISSING. */
enum err
console_delete_closing(struct req *r)
{
	TRY(closed_day_drop(&r->ctx));
	return reply_empty(r, 204);
}
