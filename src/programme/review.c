#include "programme/review.h"

#include <inttypes.h>

#include "account/audit.h"
#include "base/conf.h"
#include "base/json_out.h"
#include "base/str.h"
#include "db/db.h"
#include "programme/report.h"

#include "programme/review.sql.h"

FIELDS(review_fields, FIELD(struct review, id), FIELD(struct review, shift_id),
	FIELD(struct review, shift_title), FIELD(struct review, task_title),
	FIELD(struct review, task_url), FIELD(struct review, child_id),
	FIELD(struct review, name), FIELD(struct review, surname),
	FIELD(struct review, photo_url), FIELD(struct review, task_date),
	FIELD(struct review, uploaded_at), FIELD(struct review, attempt),
	FIELD(struct review, attempts), FIELD(struct review, alike),
	FIELD(struct review, likeness));

static FIELDS(past_fields, FIELD(struct review_past, report_id),
	FIELD(struct review_past, id), FIELD(struct review_past, status),
	FIELD(struct review_past, task_title), FIELD(struct review_past, photo_url),
	FIELD(struct review_past, task_date));

enum err
review_claim(struct ctx *c, int64_t most, const struct texts *hold,
	const struct texts *except, struct review **out, size_t *count)
{
	TRY(db_do(
		c, &REVIEW_RELEASE, ARGS(c, c->actor, texts_joined(&c->arena, hold))));
	return db_many(c, &REVIEW_CLAIM, review_fields, out, count,
		ARGS(c, c->actor, most, conf.programme_review_claim,
			texts_joined(&c->arena, except), c->now,
			conf.programme_attempts));
}

enum err
review_past(struct ctx *c, const struct review *of, size_t of_count,
	struct review_past **out, size_t *count)
{
	struct buf ids = {.arena = &c->arena};

	for (size_t i = 0; i < of_count; i++)
		buf_fmt(&ids, "%s%s", i == 0 ? "" : " ", of[i].id);
	return db_many(
		c, &REVIEW_PAST, past_fields, out, count, ARGS(c, buf_text(&ids)));
}

struct state {
	const char *status;
	int64_t attempt, reason;
	bool is_others;
};

static FIELDS(state_fields, FIELD(struct state, status), FIELD(struct state, attempt),
	FIELD(struct state, reason), FIELD(struct state, is_others));

enum err
review_decide(struct ctx *c, const char *report_id, int64_t attempt, bool approved,
	int64_t reason)
{
	struct state s = {0};
	int64_t id = 0;

	TRY(db_one(c, &REVIEW_STATE, state_fields, &s,
		ARGS(c, report_id, c->actor, c->now, reason)));
	if (!str_eq(s.status, "reviewing"))
		return fail(c, E_REPORT_REVIEWED, NULL);
	if (s.is_others || s.attempt != attempt)
		return fail(c, E_REVIEW_TAKEN, NULL);
	if (reason != 0 && s.reason == 0)
		return fail(c, E_CHANGED, "the reason has other words now");
	TRY(db_int(c, &REVIEW_DECIDE, &id,
		ARGS(c, report_id, c->actor, attempt, approved,
			approved ? 0 : s.reason)));
	TRY(db_do(c, &REVIEW_FORGET_CLAIM, ARGS(c, report_id)));
	return job_add(c, &(struct job_order){.kind = "review.settle",
				  .subject = arena_fmt(&c->arena, "%" PRId64, id),
				  .delay = conf.programme_review_undo});
}

enum err
review_undo(struct ctx *c, const char *report_id)
{
	TRY(db_do(c, &REVIEW_UNDO,
		ARGS(c, report_id, c->actor, c->now, conf.programme_review_claim)));
	if (c->rows == 0)
		return fail(c, E_REVIEW_SETTLED, NULL);
	return audit_add(c, "report.undo", "report", report_id, NULL);
}

struct decision {
	const char *report_id;
	int64_t account_id, reason;
	bool approved;
};

static FIELDS(decision_fields, FIELD(struct decision, report_id),
	FIELD(struct decision, account_id), FIELD(struct decision, reason),
	FIELD(struct decision, approved));

static enum err
settle(struct ctx *c, const char *id)
{
	struct decision d = {0};
	const char *report = NULL;
	bool found = false;

	TRY(db_maybe(c, &REVIEW_SETTLE, decision_fields, &d, &found, ARGS(c, id)));
	if (!found)
		return OK; /* taken back, or the photo has been replaced */
	int64_t actor = c->actor;
	c->actor = d.account_id;
	enum err e = report_review(c, d.report_id, d.approved, d.reason, &report);
	c->actor = actor;
	return e;
}

enum err
review_settle_job(struct ctx *c, const struct job *job)
{
	TRY(db_do(c, &REVIEW_LOCK_SHIFT, ARGS(c, job->subject)));
	return settle(c, job->subject);
}

struct pending {
	const char *id;
};

static FIELDS(pending_fields, FIELD(struct pending, id));

enum err
review_settle_shift(struct ctx *c, const char *shift_id)
{
	struct pending *all = NULL;
	size_t count = 0;

	TRY(db_many(
		c, &REVIEW_PENDING, pending_fields, &all, &count, ARGS(c, shift_id)));
	for (size_t i = 0; i < count; i++)
		TRY(settle(c, all[i].id));
	return OK;
}

enum err
review_reasons(struct ctx *c, const char **out)
{
	return db_json(c, &REVIEW_REASONS, out, ARGS(c));
}

enum err
review_put_reason(
	struct ctx *c, int64_t position, const char *title, const char *message)
{
	const char *place = arena_fmt(&c->arena, "%" PRId64, position);
	const char *before = NULL, *after = NULL;

	TRY(review_reasons(c, &before));
	TRY(db_do(c, &REVIEW_DROP_REASON, ARGS(c, position)));
	if (title == NULL && c->rows == 0)
		return fail(c, E_MISSING, NULL);
	if (title != NULL)
		TRY(db_do(c, &REVIEW_ADD_REASON, ARGS(c, position, title, message)));
	TRY(review_reasons(c, &after));
	return audit_add(c, "review.reason", "decline_reason", place,
		JSON(c, "before", json_raw(before), "after", json_raw(after)));
}
