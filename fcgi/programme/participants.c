/* Participants, whom the contract calls users (docs/openapi/programme.yaml), the audit
 * trail, and the outbox as staff sees it. */
#include "account/audit.h"
#include "base/json_out.h"
#include "base/str.h"
#include "db/db.h"
#include "programme/task_date.h"
#include "programme/programme.h"
#include "programme/outbox.h"
#include "reply.h"

#include "programme/participants.sql.h"

struct participants_filter {
	const char *status, *field_sort, *direction_sort;
};

INPUT(programme_participants_query, struct participants_filter,
	FIELD(struct participants_filter, status,
		.one_of = "verified declined pending"),
	FIELD(struct participants_filter, field_sort,
		.one_of = "name surname date_of_birth"),
	FIELD(struct participants_filter, direction_sort, .one_of = "asc desc"));

struct page_filter {
	int64_t before, limit;
};

INPUT(programme_audit_query, struct page_filter,
	FIELD(struct page_filter, before, .min = 0, .max = INT64_MAX),
	FIELD(struct page_filter, limit, .min = 1, .max = 1000));

INPUT(programme_outbox_query, struct page_filter,
	FIELD(struct page_filter, before, .min = 0, .max = INT64_MAX));

/* GET /users/?status=&field_sort=&direction_sort=: 200 list of U1, without test users.
 */
enum err
programme_get_participants(struct req *r)
{
	const struct participants_filter *in = r->in;
	struct ctx *c = &r->ctx;
	const char *json;

	TRY(db_json(c, &PARTICIPANTS_LIST, &json,
		ARGS(c, in->status, in->field_sort, in->direction_sort)));
	return reply_json(r, 200, json);
}

/* GET /users/{uuid}: 200 U2, the newest shift first. */
enum err
programme_get_participant(struct req *r)
{
	struct ctx *c = &r->ctx;
	const char *json;

	TRY(db_json(c, &PARTICIPANT_SHOW, &json, ARGS(c, r->word[0])));
	return reply_json(r, 200, json);
}

/* GET /audit?before=&limit=: 200 list of what staff did, the newest first; 100 a page.
 */
enum err
programme_get_audit(struct req *r)
{
	const struct page_filter *in = r->in;
	struct ctx *c = &r->ctx;
	const char *json;

	TRY(db_json(c, &AUDIT_LIST, &json,
		ARGS(c, in->before, in->limit == 0 ? (int64_t)100 : in->limit)));
	return reply_json(r, 200, json);
}

/* GET /outbox?before=: 200 {"counts", "waiting", "failed"}: what waits, what failed and
 * why, the newest 200 of each; failed ones before an id. */
enum err
programme_get_outbox(struct req *r)
{
	const struct page_filter *in = r->in;
	struct ctx *c = &r->ctx;
	const char *json;

	TRY(db_json(c, &OUTBOX_SHOW, &json, ARGS(c, in->before)));
	return reply_json(r, 200, json);
}

/* PATCH /outbox/{id}/retry: 200 {}; a message that failed goes out again. */
enum err
programme_patch_outbox_retry(struct req *r)
{
	struct ctx *c = &r->ctx;

	TRY(db_do(c, &OUTBOX_RETRY, ARGS(c, r->id[0])));
	TRY(audit_add(c, "outbox.retry", "outbox", r->word[0], NULL));
	return reply_json(r, 200, "{}");
}

/* PATCH /outbox/presumed/retry: 200 {"messages"}: all that may not have arrived goes
 * out again. */
enum err
programme_patch_outbox_presumed(struct req *r)
{
	struct ctx *c = &r->ctx;
	int64_t count;

	TRY(outbox_resend_presumed(c, programme_task_date(c->now), &count));
	return reply_json(r, 200, JSON(c, "messages", count));
}
