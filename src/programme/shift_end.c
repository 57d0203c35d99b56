/* How a shift ends: the last reviews, farewells, unanswered applications. */
#include "programme/shift_state.h"

#include <libintl.h>

#include "base/conf.h"
#include "base/log.h"
#include "base/str.h"
#include "db/db.h"
#include "programme/absence.h"
#include "programme/review.h"

#include "programme/shift_end.sql.h"

#define _(text) gettext(text)

/* Applications that nobody has looked at can be approved no more: whoever waits for an
 * answer gets one. */
static enum err
close_requests(struct ctx *c, const char *id)
{
	TRY(db_do(c, &SHIFT_TELL_UNSEEN,
		ARGS(c, id,
			arena_fmt(&c->arena,
				_("The shift is over, and your application for it was "
				  "not looked at in time. We are sorry. The group "
				  "tells when registration for the next one opens: "
				  "%s"),
				conf.programme_group_url))));
	return shift_decline_requests(c, id);
}

/* started -> finished, or from `day` on ready_for_complete while something is in
 * review. */
static enum err
end_running(struct ctx *c, const char *id, struct date finished, struct date day)
{
	struct date none = {0};
	int64_t reviewing;

	TRY(db_do(c, &SHIFT_CLOSE_WAITING, ARGS(c, id, c->now)));
	TRY(shift_say_farewell(c, id, NULL, &reviewing));
	TRY(close_requests(c, id));
	return reviewing > 0
		       ? shift_set_ready(c, id, finished, day)
		       : shift_set_status(c, id, "finished", none, finished, NULL);
}

enum err
shift_finish(struct ctx *c, const char *id, const char **out)
{
	struct shift_row row;

	TRY(shift_lock(c, id, "started", &row));
	TRY(end_running(c, id, utc_date(c->now), utc_date(c->now)));
	TRY(absence_trim(c, id, row.started_at, utc_date(c->now)));
	return shift_audited(c, "shift.finish", id, out);
}

static enum err
end_overdue(struct ctx *c, const struct shift_row *row, struct date day)
{
	struct date none = {0};
	int64_t reviewing;

	log_info("programme.finish shift=%s status=%s", row->id, row->status);
	if (str_eq(row->status, "started"))
		return end_running(c, row->id, none, day);
	TRY(review_settle_shift(c, row->id));
	TRY(db_do(c, &SHIFT_DECLINE_REVIEWING,
		ARGS(c, row->id, c->now,
			_("The shift is over, and Telegram has not given us your "
			  "photo: it could not be counted. We are sorry."))));
	TRY(shift_say_farewell(c, row->id, NULL, &reviewing));
	return shift_set_status(c, row->id, "finished", none, none, NULL);
}

enum err
shift_end_overdue(struct ctx *c, struct date day)
{
	struct shift_row *rows;
	size_t count;

	TRY(db_many(c, &SHIFT_OVERDUE, shift_row_fields, &rows, &count, ARGS(c, day)));
	for (size_t i = 0; i < count; i++)
		TRY(end_overdue(c, &rows[i], day));
	return OK;
}

enum err
programme_finish_job(struct ctx *c, const struct job *job)
{
	struct date day;

	if (!date_parse(job->subject, &day))
		return fail(c, E_BUG, "the job names no day");
	return shift_end_overdue(c, day);
}
