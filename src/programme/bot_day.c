/* A day's task in the bot: balance and skipping, docs/programme.md. */
#include <libintl.h>
#include <string.h>

#include "base/conf.h"
#include "base/str.h"
#include "db/db.h"
#include "programme/answer.h"
#include "programme/task_date.h"
#include "programme/update_handlers.h"
#include "programme/today.h"

#include "programme/bot_day.sql.h"

#define _(text) gettext(text)

struct balance {
	int64_t points;
	bool applies; /* to a shift, and nobody has answered yet */
};

static FIELDS(
	balance_fields, FIELD(struct balance, points), FIELD(struct balance, applies));

/* Only a member can do a task. */
static const char *
no_points(const struct person *p, const struct balance *b)
{
	if (p->is_member)
		return _("You have 0 lombaryers for now. Do a task and send a photo, "
			 "and the first one will come!");
	if (b->applies)
		return _("You have 0 lombaryers for now. Your application is still "
			 "under review: you will be told the result.");
	return _("You have 0 lombaryers for now. They come for tasks, when you take "
		 "part in a shift.");
}

enum err
on_balance(struct ctx *c, const struct update *u, const struct person *p)
{
	struct balance b = {0};

	if (p == NULL)
		return answer_stranger(c, u);
	TRY(db_one(c, &DAY_BALANCE, balance_fields, &b, ARGS(c, p->id)));
	return answer_say(c, answer_key(c, u, "balance"), u->chat_id,
		b.points == 0 ? no_points(p, &b)
			      : arena_fmt(&c->arena,
					ngettext("You have %lld lombaryer. Well done, "
						 "go on like this!",
						"You have %lld lombaryers. Well done, "
						"go on like this!",
						(unsigned long)b.points),
					(long long)b.points),
		NULL);
}

enum err
on_skip(struct ctx *c, const struct update *u, const struct person *p)
{
	if (p == NULL)
		return answer_stranger(c, u);
	return answer_say(c, answer_key(c, u, "skip"), u->chat_id,
		_("If you skip the task, there will be no report for today and no "
		  "lombaryer. Skip it? (If you are ill or go away, write so: \"ill\" "
		  "or \"away\", and those days do not count.)"),
		keyboard_skip(c, programme_task_date(c->now)));
}

/* Is the button of another day than the one whose task is current? Older buttons name
 * no day. */
static bool
is_of_another_day(struct ctx *c, const struct update *u)
{
	struct date day;

	return str_starts(u->text, "skip/") &&
	       (!date_parse(u->text + strlen("skip/"), &day) ||
		       date_cmp(day, programme_task_date(c->now)) != 0);
}

enum err
on_skip_press(struct ctx *c, const struct update *u, const struct person *p)
{
	struct today today;

	if (p == NULL)
		return on_press(c, u, p);
	if (is_of_another_day(c, u))
		return answer_press(c, u,
			_("This button is of another day: nothing has been skipped."));
	TRY(today_report(c, p, &today));
	if (!today.is_there || str_eq(today.status, "not_participate"))
		return answer_press(
			c, u, today.is_absent ? today_absent(c, &today) : today_none());
	if (str_eq(today.status, "skipped"))
		return answer_press(c, u,
			arena_fmt(&c->arena,
				_("This task has been skipped already. The next task "
				  "comes at %02lld:00."),
				(long long)conf.programme_new_task_hour));
	if (today.on_its_way > 0)
		return answer_press(c, u,
			_("A photo of this task has come and is still being fetched: "
			  "the task cannot be skipped."));
	if (!str_eq(today.status, "waiting"))
		return answer_press(c, u,
			_("The report is under review or accepted already: the task "
			  "cannot be skipped."));
	TRY(db_do(c, &DAY_SKIP, ARGS(c, today.id, c->now)));
	return answer_press(c, u, today_skipped(c));
}

enum err
on_press(struct ctx *c, const struct update *u, const struct person *p)
{
	return answer_press(c, u,
		p == NULL ? _("You are not registered in the project yet. Send /start "
			      "to register.")
			  : _("The action is cancelled."));
}
