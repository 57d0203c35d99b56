/* Photos that resemble each other, for the reviewer. */
#include "db/db.h"
#include "base/str.h"
#include "programme/programme.h"
#include "programme/alike.h"
#include "reply.h"

#include "programme/similar.sql.h"

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
	const char *json, *report = NULL;

	TRY(alike_of_report(c, r->word[0], &json));
	if (str_eq(json, "[]"))
		TRY(db_json(c, &SIMILAR_REPORT, &report, ARGS(c, r->word[0])));
	return reply_json(r, 200, json);
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
	if (str_eq(json, "[]"))
		TRY(db_json(c, &SIMILAR_SHIFT, &shift, ARGS(c, r->word[0])));
	return reply_json(r, 200, json);
}
