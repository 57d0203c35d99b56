#include "programme/request.h"

#include "account/audit.h"
#include "base/field.h"
#include "base/json_out.h"
#include "base/str.h"
#include "db/db.h"
#include "programme/task_date.h"

#include "programme/request.sql.h"

struct row {
	const char *id, *status, *participant_id, *participant_status, *shift_id,
		*shift_status;
	struct date started_at; /* of the shift */
};

static FIELDS(row_fields, FIELD(struct row, id), FIELD(struct row, status),
	FIELD(struct row, participant_id), FIELD(struct row, participant_status),
	FIELD(struct row, shift_id), FIELD(struct row, shift_status),
	FIELD(struct row, started_at));

struct member {
	const char *id;
};

static FIELDS(member_fields, FIELD(struct member, id));

static enum err
lock_pending(struct ctx *c, const char *id, struct row *row)
{
	const char *shift;

	TRY(db_json(c, &REQUEST_LOCK_SHIFT, &shift, ARGS(c, id)));
	TRY(db_one(c, &REQUEST_LOCK, row_fields, row, ARGS(c, id)));
	return str_eq(row->status, "pending")
		       ? OK
		       : fail(c, E_REQUEST_REVIEWED, "Заявка уже рассмотрена: она %s.",
				 str_eq(row->status, "approved") ? "одобрена"
								 : "отклонена");
}

static enum err
finish(struct ctx *c, const struct row *row, const char *action, const char *more,
	const char **out)
{
	const char *after, *data;

	TRY(db_json(c, &REQUEST_SAID, &after, ARGS(c, row->id)));
	TRY(audit_difference(c,
		JSON(c, "status", row->status, "participant", row->participant_status),
		after, more, &data));
	TRY(audit_add(c, action, "request", row->id, data));
	return db_json(c, &REQUEST_JSON, out, ARGS(c, row->id));
}

/* The first task that the new member will get: 8.4. */
static const char *
first_task_date(struct ctx *c, const struct row *row)
{
	struct date current = programme_task_date(c->now);
	struct date first = date_cmp(current, row->started_at) < 0
				    ? row->started_at
				    : date_after(current, 1);

	return arena_fmt(
		&c->arena, "%02d.%02d.%04d", first.day, first.month, first.year);
}

enum err
request_approve(struct ctx *c, const char *id, const char **out)
{
	struct row row = {0};
	struct member member = {0};

	TRY(lock_pending(c, id, &row));
	if (!str_in(row.shift_status, "preparing started"))
		return fail(c, E_SHIFT_STATE,
			"Смена уже закончилась: заявку принять нельзя.");
	TRY(db_do(c, &REQUEST_REVIEW, ARGS(c, id, "approved", c->actor, c->now)));
	TRY(db_do(c, &REQUEST_VERIFY_PARTICIPANT, ARGS(c, row.participant_id, c->now)));
	TRY(db_one(c, &REQUEST_ADD_MEMBER, member_fields, &member,
		ARGS(c, row.participant_id, row.shift_id, c->now)));
	if (str_eq(row.shift_status, "started"))
		TRY(db_do(c, &REQUEST_MISSED_DAYS,
			ARGS(c, row.shift_id, member.id, programme_task_date(c->now),
				c->now)));
	TRY(db_do(c, &REQUEST_TELL,
		ARGS(c, id, "approved", first_task_date(c, &row), (const char *)NULL)));
	return finish(c, &row, "request.approve", NULL, out);
}

enum err
request_decline(struct ctx *c, const char *id, const char *words, const char **out)
{
	struct row row = {0};

	TRY(lock_pending(c, id, &row));
	TRY(db_do(c, &REQUEST_REVIEW, ARGS(c, id, "declined", c->actor, c->now)));
	TRY(db_do(
		c, &REQUEST_DECLINE_PARTICIPANT, ARGS(c, row.participant_id, c->now)));
	TRY(db_do(c, &REQUEST_TELL,
		ARGS(c, id, "declined", (const char *)NULL,
			words == NULL || words[0] == '\0' ? NULL : words)));
	return finish(c, &row, "request.decline",
		words == NULL || words[0] == '\0' ? "{\"own_words\":false}"
						  : "{\"own_words\":true}",
		out);
}
