/* The screen "Review". */
#include "programme/review.h"

#include "account/account.h"
#include "base/conf.h"
#include "base/json_out.h"
#include "base/str.h"
#include "console/console.h"
#include "db/db.h"
#include "programme/photo.h"
#include "programme/alike.h"
#include "reply.h"

#include "console/review.sql.h"

#define CLAIM_MOST 8 /* reports that one reviewer holds */

struct next_body {
	int64_t count;
	struct texts hold, except;
};

/* Ids of reports: all of the list, or a field error. */
static enum err
uuids_rule(struct ctx *c, const struct field *f, const char *place, void *member)
{
	const struct texts *ids = member;

	for (size_t i = 0; i < ids->count; i++)
		if (!uuid_valid(ids->list[i]))
			return field_error_add(
				c, (struct field_error){.place = place,
					   .field = f->name,
					   .kind = FIELD_ERROR_FORM,
					   .words = "must be a list of ids"});
	return OK;
}

INPUT(console_review_in, struct next_body,
	FIELD(struct next_body, count, .must = true, .min = 0, .max = CLAIM_MOST),
	FIELD(struct next_body, hold, .rule = uuids_rule),
	FIELD(struct next_body, except, .rule = uuids_rule));

static FIELDS(past_fields, FIELD(struct review_past, id),
	FIELD(struct review_past, status), FIELD(struct review_past, task_title),
	FIELD(struct review_past, photo_url), FIELD(struct review_past, task_date));

static void
add_past(struct req *r, struct buf *out, const char *report_id,
	struct review_past *past, size_t count)
{
	bool first = true;

	for (size_t i = 0; i < count; i++) {
		if (!str_eq(past[i].report_id, report_id))
			continue;
		past[i].photo_url = arena_fmt(&r->ctx.arena, "%s&size=small",
			photo_signed_path(&r->ctx, past[i].photo_url));
		buf_add(out, first ? "" : ",");
		fields_to_json(out, past_fields, &past[i], STYLE_KEEP_NULL);
		first = false;
	}
}

/*
 * POST /review/next {"count", "hold", "except"}: 200 {"left", "reports"}: claims
 * reports for the caller and gives up those that they held and do not name in hold.
 */
enum err
console_post_review_next(struct req *r)
{
	const struct next_body *in = r->in;
	struct ctx *c = &r->ctx;
	struct buf out = {.arena = &c->arena};
	struct review *reports = NULL;
	struct review_past *past = NULL;
	size_t count = 0, past_count = 0;
	int64_t left = 0;

	TRY(review_claim(c, in->count, &in->hold, &in->except, &reports, &count));
	TRY(review_past(c, reports, count, &past, &past_count));
	TRY(db_int(c, &CONSOLE_REVIEW_LEFT, &left, ARGS(c)));
	buf_fmt(&out, "{\"left\":%lld,\"reports\":[", (long long)left);
	for (size_t i = 0; i < count; i++) {
		reports[i].photo_url = photo_signed_path(c, reports[i].photo_url);
		buf_add(&out, i == 0 ? "{\"report\":" : ",{\"report\":");
		fields_to_json(&out, review_fields, &reports[i], STYLE_KEEP_NULL);
		buf_add(&out, ",\"past\":[");
		add_past(r, &out, reports[i].id, past, past_count);
		buf_add(&out, "]}");
	}
	buf_add(&out, "]}");
	return reply_json(r, 200, buf_text(&out));
}

/* GET /review/{uuid}/similar: 200 a list, as the programme's API has it. */
enum err
console_get_review_similar(struct req *r)
{
	const char *json = NULL;

	TRY(alike_of_report(&r->ctx, r->word[0], &json));
	return reply_json(r, 200, json);
}

struct decide_body {
	int64_t attempt, reason;
	bool approved;
};

INPUT(console_decide_in, struct decide_body,
	FIELD(struct decide_body, attempt, .must = true, .min = 1, .max = 1000),
	FIELD(struct decide_body, approved, .must = true),
	FIELD(struct decide_body, reason, .min = 0, .max = INT32_MAX));

/*
 * POST /review/{uuid}/decision {"attempt", "approved", "reason"}: 200 {"seconds"}, in
 * which it can be taken back. E_REPORT_REVIEWED, E_REVIEW_TAKEN, E_CHANGED: the reason
 * is worded anew.
 */
enum err
console_post_decision(struct req *r)
{
	const struct decide_body *in = r->in;
	struct ctx *c = &r->ctx;

	TRY(review_decide(c, r->word[0], in->attempt, in->approved, in->reason));
	return reply_json(r, 200, JSON(c, "seconds", conf.programme_review_undo));
}

/* DELETE /review/{uuid}/decision: 204. E_REVIEW_SETTLED. */
enum err
console_delete_decision(struct req *r)
{
	TRY(review_undo(&r->ctx, r->word[0]));
	return reply_empty(r, 204);
}

static enum err
reply_reasons(struct req *r)
{
	const char *json = NULL;

	TRY(review_reasons(&r->ctx, &json));
	return console_reply(r, json);
}

/* GET /review/reasons: 200 the reasons for declining, by their keys. */
enum err
console_get_reasons(struct req *r)
{
	return reply_reasons(r);
}

struct reason_body {
	const char *title, *message;
};

INPUT(console_reason_in, struct reason_body,
	FIELD(struct reason_body, title, .must = true, .min = 1, .max = 60,
		.rule = plain_title_rule),
	FIELD(struct reason_body, message, .must = true, .trim = true, .min = 1,
		.max = 400));

static enum err
check_position(struct req *r)
{
	return r->id[0] >= 1 && r->id[0] <= 9 ? OK : fail(&r->ctx, E_MISSING, NULL);
}

/* PUT /review/reasons/{id} {"title", "message"}: 200 all reasons. */
enum err
console_put_reason(struct req *r)
{
	const struct reason_body *in = r->in;

	TRY(check_position(r));
	TRY(review_put_reason(&r->ctx, r->id[0], in->title, in->message));
	return reply_reasons(r);
}

/* DELETE /review/reasons/{id}: 200 all reasons. E_MISSING. */
enum err
console_delete_reason(struct req *r)
{
	TRY(check_position(r));
	TRY(review_put_reason(&r->ctx, r->id[0], NULL, NULL));
	return reply_reasons(r);
}

/* GET /review/figures: 200 how often each reason was given in the running shift, by
 * task. */
enum err
console_get_review_figures(struct req *r)
{
	const char *json = NULL;

	TRY(db_json(&r->ctx, &CONSOLE_REVIEW_FIGURES, &json, ARGS(&r->ctx)));
	return console_reply(r, json);
}
