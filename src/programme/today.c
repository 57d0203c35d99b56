#include "programme/today.h"

#include <libintl.h>

#include "base/conf.h"
#include "db/db.h"
#include "programme/task_date.h"
#include "programme/update_handlers.h"

#include "programme/today.sql.h"

#define _(text) gettext(text)

static FIELDS(today_fields, FIELD(struct today, id), FIELD(struct today, status),
	FIELD(struct today, attempts), FIELD(struct today, task_date),
	FIELD(struct today, issued), FIELD(struct today, changed),
	FIELD(struct today, on_its_way), FIELD(struct today, is_absent),
	FIELD(struct today, is_staffs));

enum err
today_report(struct ctx *c, const struct person *p, struct today *out)
{
	int64_t shifts;

	*out = (struct today){0};
	TRY(db_int(c, &TODAY_LOCK_SHIFT, &shifts, ARGS(c, p->id)));
	return db_maybe(c, &TODAY_REPORT, today_fields, out, &out->is_there,
		ARGS(c, p->id, programme_task_date(c->now)));
}

enum err
today_report_at(
	struct ctx *c, const struct person *p, struct utc sent, struct today *out)
{
	/* Telegram says the second. */
	struct utc end = utc_after(sent, 1);
	struct today earlier = {0};

	TRY(today_report(c, p, out));
	if (out->is_there && out->issued.us <= end.us)
		return OK;
	TRY(db_maybe(c, &TODAY_EARLIER, today_fields, &earlier, &earlier.is_there,
		ARGS(c, p->id, date_after(programme_task_date(sent), -1),
			date_after(programme_task_date(c->now), -1), end)));
	if (earlier.is_there)
		*out = earlier;
	return OK;
}

const char *
today_none(void)
{
	return _("There are no tasks for you now.");
}

/* Would "back" still bring the task? It takes back the family's days from this one on.
 */
static bool
can_come_back(struct ctx *c, const struct today *today)
{
	return !today->is_staffs && date_cmp(today->task_date, utc_date(c->now)) == 0 &&
	       c->now.us < programme_task_end(today->task_date).us;
}

const char *
today_absent(struct ctx *c, const struct today *today)
{
	if (!can_come_back(c, today))
		return _("This day is noted as one on which you are ill or away, so it "
			 "does not count.");
	return _(
		"This day is noted as one on which you are ill or away, so it does not "
		"count. If you are back, write \"back\", and its task waits for you "
		"again.");
}

const char *
today_busy(void)
{
	return _("The report of this task is under review or accepted already.");
}

const char *
today_skipped(struct ctx *c)
{
	return arena_fmt(&c->arena,
		_("This task is skipped. The next task comes at %02lld:00."),
		(long long)conf.programme_new_task_hour);
}
