#include "programme/report.h"

#include <inttypes.h>

#include "account/audit.h"
#include "base/conf.h"
#include "base/field.h"
#include "base/json_out.h"
#include "base/str.h"
#include "db/db.h"
#include "programme/task_date.h"
#include "programme/shift.h"

#include "programme/report.sql.h"

struct row {
	const char *id, *status, *shift_id, *member_id;
};

static FIELDS(row_fields, FIELD(struct row, id), FIELD(struct row, status),
	FIELD(struct row, shift_id), FIELD(struct row, member_id));

static enum err
not_taken(struct ctx *c, const char *id)
{
	struct row row = {0};

	TRY(db_one(c, &REPORT_STATE, row_fields, &row, ARGS(c, id)));
	return fail(c,
		str_in(row.status, "approved declined") ? E_REPORT_REVIEWED
							: E_REPORT_NO_PHOTO,
		NULL);
}

enum err
report_review(
	struct ctx *c, const char *id, bool approved, int64_t reason, const char **out)
{
	struct row row = {0};
	const char *shift;
	bool taken;

	TRY(db_json(c, &REPORT_LOCK_SHIFT, &shift, ARGS(c, id)));
	TRY(db_maybe(c, &REPORT_TAKE, row_fields, &row, &taken,
		ARGS(c, id, approved ? "approved" : "declined", c->actor, c->now,
			approved ? 0 : reason)));
	if (!taken)
		return not_taken(c, id);
	if (approved)
		TRY(db_do(c, &REPORT_POINT, ARGS(c, row.member_id, c->now)));
	struct date day = programme_task_date(c->now);
	struct utc until =
		date_at(date_after(day, 1), (int)conf.programme_new_task_hour, 0);
	TRY(db_do(c, &REPORT_TELL,
		ARGS(c, id, utc_date(c->now), day, conf.programme_attempts, until.us)));
	TRY(shift_reviewed(c, row.shift_id, row.member_id));
	TRY(audit_add(c, approved ? "report.approve" : "report.decline", "report", id,
		approved || reason == 0 ? NULL : JSON(c, "reason", reason)));
	return db_json(c, &REPORT_JSON, out, ARGS(c, id));
}
