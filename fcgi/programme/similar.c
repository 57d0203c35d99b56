/* Photos that resemble each other, for the reviewer. */
#include "db/db.h"
#include "base/str.h"
#include "programme/programme.h"
#include "programme/photo.h"
#include "reply.h"

#include "programme/similar.sql.h"

struct similar {
	const char *report_id, *report_status, *shift_id, *shift_title, *task_title,
		*user_id, *user_name, *user_surname, *photo_url, *thumbnail_url;
	struct date task_date;
	int64_t attempt, bits;
	bool is_replaced;
	double likeness;
};

#define SIMILAR_FIELDS                                                                 \
	FIELD(struct similar, report_id), FIELD(struct similar, report_status),        \
		FIELD(struct similar, shift_id), FIELD(struct similar, shift_title),   \
		FIELD(struct similar, task_date), FIELD(struct similar, task_title),   \
		FIELD(struct similar, user_id), FIELD(struct similar, user_name),      \
		FIELD(struct similar, user_surname), FIELD(struct similar, attempt),   \
		FIELD(struct similar, is_replaced), FIELD(struct similar, likeness),   \
		FIELD(struct similar, bits), FIELD(struct similar, photo_url)

static FIELDS(row_fields, SIMILAR_FIELDS);
static FIELDS(shown_fields, SIMILAR_FIELDS, FIELD(struct similar, thumbnail_url));

struct similar_filter {
	const char *status;
};

INPUT(programme_similar_query, struct similar_filter,
	FIELD(struct similar_filter, status,
		.one_of =
			"reviewing approved declined waiting skipped not_participate"));

/*
 * GET /reports/{uuid}/similar: 200 list of photos that the report's photos resemble, or
 * that resemble them, the likest first; replaced ones and those of other children and
 * shifts too.
 */
enum err
programme_get_report_similar(struct req *r)
{
	struct ctx *c = &r->ctx;
	struct buf body = {.arena = &c->arena};
	const char *report = NULL;
	struct similar *rows;
	size_t count;

	TRY(db_many(
		c, &SIMILAR_OF_REPORT, row_fields, &rows, &count, ARGS(c, r->word[0])));
	if (count == 0 && db_json(c, &SIMILAR_REPORT, &report, ARGS(c, r->word[0])) ==
				  E_MISSING) {
		ctx_forgive(c);
		return programme_not_found(r, "Report", r->word[0]);
	}
	buf_add(&body, "[");
	for (size_t i = 0; i < count; i++) {
		rows[i].photo_url = photo_signed_url(c, rows[i].photo_url);
		rows[i].thumbnail_url =
			arena_fmt(&c->arena, "%s&size=small", rows[i].photo_url);
		buf_add(&body, i == 0 ? "" : ",");
		fields_to_json(&body, shown_fields, &rows[i], STYLE_KEEP_NULL);
	}
	buf_add(&body, "]");
	return reply_json(r, 200, buf_text(&body));
}

/* GET /shifts/{uuid}/similar?status=: 200 list of the shift's reports whose photo
 * resembles an earlier one. */
enum err
programme_get_shift_similar(struct req *r)
{
	const struct similar_filter *in = r->in;
	struct ctx *c = &r->ctx;
	const char *json, *shift = NULL;

	TRY(db_json(c, &SIMILAR_IN_SHIFT, &json, ARGS(c, r->word[0], in->status)));
	if (str_eq(json, "[]") &&
		db_json(c, &SIMILAR_SHIFT, &shift, ARGS(c, r->word[0])) == E_MISSING) {
		ctx_forgive(c);
		return programme_not_found(r, "Shift", r->word[0]);
	}
	return reply_json(r, 200, json);
}
