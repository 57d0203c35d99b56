/* What people of the messenger have reported. */
#include "messenger/moderation.h"

#include "console/console.h"
#include "reply.h"

#define PAGE 50
#define PAGE_MOST 200

struct reports_query {
	int64_t after, limit;
};

INPUT(console_reports_in, struct reports_query,
	FIELD(struct reports_query, after, .min = 1, .max = INT64_MAX),
	FIELD(struct reports_query, limit, .min = 1, .max = PAGE_MOST));

struct report_body {
	const char *decision;
};

INPUT(console_report_in, struct report_body,
	FIELD(struct report_body, decision, .must = true,
		.one_of = "dismissed locked removed"));

/* GET /reports: 200 {"data": [...], "next"}: what waits, the oldest first. */
enum err
console_get_reports(struct req *r)
{
	const struct reports_query *in = r->in;
	const char *json;

	TRY(moderation_waiting(
		&r->ctx, in->after, in->limit == 0 ? PAGE : in->limit, &json));
	return console_reply(r, json);
}

/* POST /reports/{id} {"decision"}: 204. E_MISSING: decided already. */
enum err
console_post_report(struct req *r)
{
	const struct report_body *in = r->in;

	TRY(moderation_decide(&r->ctx, r->id[0], in->decision));
	return reply_empty(r, 204);
}
