/* Shifts: docs/openapi/programme.yaml. */
#include "programme/shift.h"

#include "account/account.h"
#include "base/str.h"
#include "db/db.h"
#include "programme/programme.h"
#include "reply.h"

#include "programme/shifts.sql.h"

struct shifts_filter {
	struct texts status;
	const char *sort;
};

INPUT(programme_shifts_query, struct shifts_filter,
	FIELD(struct shifts_filter, status,
		.one_of = "preparing started ready_for_complete finished cancelled"),
	FIELD(struct shifts_filter, sort, .one_of = "status started_at finished_at"));

struct shift_body {
	const char *started_at, *finished_at, *title, *final_message;
};

/* What is not YYYY-MM-DD is 400 here, not 422. */
static enum err
date_rule(struct ctx *c, const struct field *f, const char *place, void *member)
{
	struct date d;

	(void)f, (void)place;
	return date_parse(*(const char **)member, &d) ? OK : fail(c, E_DATE_FORM, NULL);
}

static enum err
title_rule(struct ctx *c, const struct field *f, const char *place, void *member)
{
	TRY(plain_title_rule(c, f, place, member));
	int64_t n = utf8_count(*(const char **)member);

	return n >= 3 && n <= 60 ? OK : fail(c, E_SHIFT_TITLE, NULL);
}

#define PLAN_FIELDS                                                                    \
	FIELD(struct shift_body, started_at, .must = true, .rule = date_rule),         \
		FIELD(struct shift_body, finished_at, .must = true,                    \
			.rule = date_rule),                                            \
		FIELD(struct shift_body, title, .must = true, .trim = true,            \
			.rule = title_rule)

INPUT(programme_shift_in, struct shift_body, PLAN_FIELDS);

INPUT(programme_shift_change_in, struct shift_body, PLAN_FIELDS,
	FIELD(struct shift_body, final_message, .must = true, .trim = true, .min = 10,
		.max = 400));

struct cancel_body {
	const char *final_message;
};

INPUT(programme_cancel_in, struct cancel_body,
	FIELD(struct cancel_body, final_message, .trim = true, .min = 10, .max = 400));

struct members_filter {
	const char *member_status;
};

INPUT(programme_members_query, struct members_filter,
	FIELD(struct members_filter, member_status, .one_of = "active excluded"));

struct requests_filter {
	const char *status;
};

INPUT(programme_requests_query, struct requests_filter,
	FIELD(struct requests_filter, status, .one_of = "pending approved declined"));

/* GET /shifts/?status=&sort=: 200 list of S with total_users, the newest first. */
enum err
programme_get_shifts(struct req *r)
{
	const struct shifts_filter *in = r->in;
	struct ctx *c = &r->ctx;
	const char *json;

	TRY(db_json(c, &SHIFTS_LIST, &json,
		ARGS(c,
			in->status.count == 0 ? NULL
					      : texts_joined(&c->arena, &in->status),
			in->sort)));
	return reply_json(r, 200, json);
}

static struct shift_plan
plan_of(const struct shift_body *in)
{
	struct shift_plan p = {.title = in->title, .final_message = in->final_message};

	date_parse(in->started_at, &p.started_at);
	date_parse(in->finished_at, &p.finished_at);
	return p;
}

/* POST /shifts/ {"started_at", "finished_at", "title"}: 201 S. The errors of
 * shift_add(). */
enum err
programme_post_shift(struct req *r)
{
	struct shift_plan plan = plan_of(r->in);
	const char *json = NULL;

	TRY(shift_add(&r->ctx, &plan, &json));
	return reply_json(r, 201, json);
}

/* GET /shifts/{uuid}: 200 S. */
enum err
programme_get_shift(struct req *r)
{
	const char *json = NULL;

	TRY(db_json(&r->ctx, &SHIFT_SHOW, &json, ARGS(&r->ctx, r->word[0])));
	return reply_json(r, 200, json);
}

/* PATCH /shifts/{uuid}, all four members: 200 S. The errors of shift_change(). */
enum err
programme_patch_shift(struct req *r)
{
	struct shift_plan plan = plan_of(r->in);
	const char *json = NULL;

	TRY(shift_change(&r->ctx, r->word[0], &plan, &json));
	return reply_json(r, 200, json);
}

/* PATCH /shifts/{uuid}/start: 200 S. E_SHIFT_STATE. */
enum err
programme_patch_shift_start(struct req *r)
{
	const char *json = NULL;

	TRY(shift_start(&r->ctx, r->word[0], &json));
	return reply_json(r, 200, json);
}

/* PATCH /shifts/{uuid}/finish: 200 S. E_SHIFT_STATE. */
enum err
programme_patch_shift_finish(struct req *r)
{
	const char *json = NULL;

	TRY(shift_finish(&r->ctx, r->word[0], &json));
	return reply_json(r, 200, json);
}

/* PATCH /shifts/{uuid}/cancel {"final_message"} or nothing: 200 S. E_SHIFT_STATE. */
enum err
programme_patch_shift_cancel(struct req *r)
{
	const struct cancel_body *in = r->in;
	const char *json = NULL;

	TRY(shift_cancel(&r->ctx, r->word[0], in->final_message, &json));
	return reply_json(r, 200, json);
}

/* A list of one shift: that the shift is there is looked up only if the list is empty.
 */
static enum err
list_of_shift(
	struct req *r, const struct db_stmt *s, struct args args, const char *empty)
{
	struct ctx *c = &r->ctx;
	const char *json, *shift = NULL;

	TRY(db_json(c, s, &json, args));
	if (str_eq(json, empty))
		TRY(db_json(c, &SHIFT_SHOW, &shift, ARGS(c, r->word[0])));
	return reply_json(r, 200, json);
}

/* GET /shifts/{uuid}/users?member_status=: 200 {"members": [M]}. */
enum err
programme_get_shift_users(struct req *r)
{
	const struct members_filter *in = r->in;

	return list_of_shift(r, &SHIFT_MEMBERS,
		ARGS(&r->ctx, r->word[0], in->member_status), "{\"members\":[]}");
}

/* GET /shifts/{uuid}/requests?status=: 200 list of SR. */
enum err
programme_get_shift_requests(struct req *r)
{
	const struct requests_filter *in = r->in;

	return list_of_shift(
		r, &SHIFT_REQUESTS, ARGS(&r->ctx, r->word[0], in->status), "[]");
}

/* GET /shifts/{uuid}/progress: 200 list of days with what became of their tasks. */
enum err
programme_get_shift_progress(struct req *r)
{
	return list_of_shift(r, &SHIFT_PROGRESS, ARGS(&r->ctx, r->word[0]), "[]");
}
