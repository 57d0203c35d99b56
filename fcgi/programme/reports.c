/* Requests and reports: docs/openapi/programme.yaml. */
#include "programme/report.h"

#include <string.h>

#include "base/conf.h"
#include "base/json.h"
#include "base/str.h"
#include "db/db.h"
#include "programme/programme.h"
#include "programme/photo.h"
#include "programme/request.h"
#include "reply.h"

#include "programme/reports.sql.h"

struct status_filter {
	const char *status;
};

INPUT(programme_all_requests_query, struct status_filter,
	FIELD(struct status_filter, status, .one_of = "pending approved declined"));

struct decline_body {
	const char *message;
};

/* Telegram takes 4096 characters. */
INPUT(programme_decline_in, struct decline_body,
	FIELD(struct decline_body, message, .trim = true, .min = 0, .max = 4096));

struct reports_filter {
	const char *shift_id, *status;
};

INPUT(programme_reports_query, struct reports_filter,
	FIELD(struct reports_filter, shift_id, .must = true, .rule = uuid_rule),
	FIELD(struct reports_filter, status,
		.one_of =
			"reviewing approved declined waiting skipped not_participate"));

/* GET /requests/?status=: 200 list of R over all shifts. */
enum err
programme_get_requests(struct req *r)
{
	const struct status_filter *in = r->in;
	const char *json;

	TRY(db_json(&r->ctx, &REQUESTS_LIST, &json, ARGS(&r->ctx, in->status)));
	return reply_json(r, 200, json);
}

/* PATCH /requests/{uuid}/approve: 200 R. E_REQUEST_REVIEWED, E_MEMBER_EXISTS,
 * E_SHIFT_STATE. */
enum err
programme_patch_request_approve(struct req *r)
{
	const char *json = NULL;

	TRY(request_approve(&r->ctx, r->word[0], &json));
	return reply_json(r, 200, json);
}

/* PATCH /requests/{uuid}/decline {"message"} or nothing: 200 R. E_REQUEST_REVIEWED. */
enum err
programme_patch_request_decline(struct req *r)
{
	const struct decline_body *in = r->in;
	const char *json = NULL;

	TRY(request_decline(&r->ctx, r->word[0], in->message, &json));
	return reply_json(r, 200, json);
}

#define SCRATCH_ROWS 200

struct summary {
	const char *shift_id, *shift_status;
	struct date shift_started_at;
	const char *report_id, *report_status;
	struct date report_created_at;
	struct utc report_uploaded_at;
	const char *updated_by;
	struct utc report_reviewed_at;
	const char *user_name, *user_surname, *task_id, *task_title, *task_url,
		*photo_url;
};

static FIELDS(summary_fields, FIELD(struct summary, shift_id),
	FIELD(struct summary, shift_status), FIELD(struct summary, shift_started_at),
	FIELD(struct summary, report_id), FIELD(struct summary, report_status),
	FIELD(struct summary, report_created_at),
	FIELD(struct summary, report_uploaded_at), FIELD(struct summary, updated_by),
	FIELD(struct summary, report_reviewed_at), FIELD(struct summary, user_name),
	FIELD(struct summary, user_surname), FIELD(struct summary, task_id),
	FIELD(struct summary, task_title), FIELD(struct summary, task_url),
	FIELD(struct summary, photo_url));

struct listing {
	struct req *r;
	struct ctx scratch; /* for what one row needs */
	size_t count;
};

static enum err
list_row(void *to, void *row_)
{
	struct listing *l = to;
	struct summary *row = row_;
	struct req *r = l->r;

	row->task_url =
		arena_fmt(&l->scratch.arena, "%s%s", conf.site_url, row->task_url);
	if (row->photo_url != NULL)
		row->photo_url = photo_signed_url(&l->scratch, row->photo_url);
	buf_addn(&r->out, l->count == 0 ? "[" : ",", 1);
	fields_to_json(&r->out, summary_fields, row, STYLE_KEEP_NULL);
	if (++l->count % SCRATCH_ROWS == 0)
		arena_end(&l->scratch.arena);
	reply_flush(r);
	return OK;
}

/*
 * GET /reports/?shift_id=&status=: 200 list of Q, by the time of upload. Addresses are
 * whole; a photo's is signed and short-lived. Tens of megabytes for a whole shift, so
 * they go out piece by piece.
 */
enum err
programme_get_reports(struct req *r)
{
	const struct reports_filter *in = r->in;
	struct ctx *c = &r->ctx;
	struct listing l = {.r = r, .scratch = {.now = c->now}};
	struct summary row;
	const char *shift = NULL;
	struct db_reader reader = {summary_fields, &row, sizeof(row), list_row, &l};

	reply_text(r, 200, "application/json", "", 0);
	enum err e =
		db_each(c, &REPORTS_LIST, &reader, ARGS(c, in->shift_id, in->status));
	arena_end(&l.scratch.arena);
	TRY(e);
	if (l.count == 0 && db_json(c, &REPORT_SHIFT, &shift, ARGS(c, in->shift_id)) ==
				    E_SHIFT_NOT_FOUND) {
		ctx_clear_error(c);
		reply_reset(r);
		return fail(
			c, E_MISSING, "Объект Shift с id %s не найден.", in->shift_id);
	}
	buf_add(&r->out, l.count == 0 ? "[]" : "]");
	return OK;
}

/* P, whose report_url leads to the photo on this site. */
static enum err
answer_report(struct req *r, const char *json)
{
	struct ctx *c = &r->ctx;
	struct json_object *p;

	TRY(json_read(c, json, strlen(json), &p));
	const char *path = json_text(p, "report_url");
	if (path != NULL)
		json_object_object_add(p, "report_url",
			json_object_new_string(photo_signed_path(c, path)));
	return reply_json(r, 200,
		arena_str(&c->arena, json_object_to_json_string_ext(p,
					     JSON_C_TO_STRING_PLAIN |
						     JSON_C_TO_STRING_NOSLASHESCAPE)));
}

/* GET /reports/{uuid}: 200 P. */
enum err
programme_get_report(struct req *r)
{
	const char *json = NULL;

	TRY(db_json(&r->ctx, &REPORT_SHOW, &json, ARGS(&r->ctx, r->word[0])));
	return answer_report(r, json);
}

/* PATCH /reports/{uuid}/approve: 200 P; one point. E_REPORT_REVIEWED,
 * E_REPORT_NO_PHOTO. */
enum err
programme_patch_report_approve(struct req *r)
{
	const char *json = NULL;

	TRY(report_review(&r->ctx, r->word[0], true, 0, &json));
	return answer_report(r, json);
}

/* PATCH /reports/{uuid}/decline: 200 P. E_REPORT_REVIEWED, E_REPORT_NO_PHOTO. */
enum err
programme_patch_report_decline(struct req *r)
{
	const char *json = NULL;

	TRY(report_review(&r->ctx, r->word[0], false, 0, &json));
	return answer_report(r, json);
}
