/* Who did what: the audit trail. */
#include "account/account.h"
#include "console/console.h"
#include "db/db.h"

#include "console/audit.sql.h"

#define PAGE 50
#define PAGE_MOST 200

struct audit_query {
	const char *object_kind, *object_id, *who, *action;
	int64_t after, limit;
};

INPUT(console_audit_in, struct audit_query,
	FIELD(struct audit_query, object_kind, .max = 64),
	FIELD(struct audit_query, object_id, .max = 200),
	FIELD(struct audit_query, who, .rule = uuid_rule),
	FIELD(struct audit_query, action, .max = 64),
	FIELD(struct audit_query, after, .min = 1, .max = INT64_MAX),
	FIELD(struct audit_query, limit, .min = 1, .max = PAGE_MOST));

/* GET /audit: 200 {"data": [...], "next"}, the newest first; after: the last row that
 * was shown. */
enum err
console_get_audit(struct req *r)
{
	const struct audit_query *in = r->in;
	struct ctx *c = &r->ctx;
	const char *json;

	/* Which index helps depends on what is asked for. */
	TRY(db_command(c, "set local plan_cache_mode = force_custom_plan"));
	TRY(db_json(c, &CONSOLE_AUDIT, &json,
		ARGS(c, in->object_kind, in->object_id, in->who, in->action, in->after,
			in->limit == 0 ? PAGE : in->limit)));
	return console_reply(r, json);
}
