/* What people report (contract 20, people's safety), and the queue of staff. */
#include <string.h>

#include "base/str.h"
#include "db/db.h"
#include "messenger/admin.h"
#include "messenger/moderation.h"
#include "messenger/page.h"
#include "messenger/rights.h"
#include "messenger/site.h"
#include "reply.h"

#include "messenger/report.sql.h"

struct report {
	const char *reason, *note;
};

INPUT(messenger_report_in, struct report,
	FIELD(struct report, reason, .must = true, .min = 1, .max = 100),
	FIELD(struct report, note, .max = 2000));

static enum err
add(struct req *r, int64_t profile, int64_t card, int64_t event)
{
	const struct report *in = r->in;
	struct ctx *c = &r->ctx;
	int64_t id;

	TRY(db_int(c, &MESSENGER_REPORT_ADD, &id,
		ARGS(c, c->actor, profile, card, event, in->reason, in->note, c->now)));
	return messenger_reply(r, 201, "resource.created",
		arena_fmt(&c->arena, "{\"report\":{\"uuid\":%lld}}", (long long)id));
}

/* POST /profiles/{id}/report {reason, note}: 201. E_MISSING, E_DENIED for what one does
 * not see, E_EXISTS for a second time. */
enum err
messenger_report_profile(struct req *r)
{
	const struct viewer who = messenger_viewer(r);
	struct profile_shown shown = {0};

	TRY(profile_show(&r->ctx, r->id[0], &who, &shown));
	return add(r, r->id[0], 0, 0);
}

/* POST /cards/{id}/report {reason, note}: 201, likewise. */
enum err
messenger_report_card(struct req *r)
{
	const struct viewer who = messenger_viewer(r);
	struct ctx *c = &r->ctx;
	struct rights rights;

	TRY(rights_card(c, &who, r->id[0], &rights));
	if (!rights.exists || !rights.sees)
		return fail(c, rights.exists ? E_DENIED : E_MISSING, NULL);
	return add(r, 0, r->id[0], 0);
}

/* POST /chats/{id}/events/{id}/report {reason, note}: 201, by somebody in the room. */
enum err
messenger_report_event(struct req *r)
{
	struct ctx *c = &r->ctx;
	int64_t event;

	TRY(db_int(c, &MESSENGER_REPORT_EVENT, &event,
		ARGS(c, c->actor, r->id[0], r->id[1])));
	return add(r, 0, 0, event);
}

/* -- staff */

/* GET /admin/report?after=: what waits, and a form that decides. */
enum err
messenger_get_reports(struct req *r)
{
	struct ctx *c = &r->ctx;
	struct db_table t;

	TRY(db_table(
		c, &MESSENGER_REPORTS, &t, ARGS(c, messenger_after(r), ADMIN_ROWS)));
	return messenger_admin_table(r, "Reports", "/admin/report", &t,
		arena_fmt(&c->arena,
			"<form method=\"post\"><input type=\"hidden\" name=\"csrf\" "
			"value=\"%s\">\n<label>id <input name=\"report_id\" "
			"required></label>\n<button name=\"decision\" "
			"value=\"dismissed\">Dismiss</button>\n<button "
			"name=\"decision\" value=\"locked\">Lock</button>\n<button "
			"name=\"decision\" value=\"removed\">Remove</button></form>\n",
			messenger_admin_csrf(r)));
}

struct decision {
	int64_t report_id;
	const char *decision, *csrf;
};

INPUT(messenger_decision_in, struct decision,
	FIELD(struct decision, report_id, .must = true),
	FIELD(struct decision, decision, .must = true,
		.one_of = "dismissed locked removed"),
	FIELD(struct decision, csrf));

/* POST /admin/report {report_id, decision}: 303. E_MISSING: decided already. */
enum err
messenger_post_report(struct req *r)
{
	const struct decision *in = r->in;

	TRY(messenger_check_csrf(r, in->csrf));
	TRY(moderation_decide(&r->ctx, in->report_id, in->decision));
	reply_header(r, "Location", messenger_path(&r->ctx.arena, "/admin/report"));
	return messenger_answer(r, 303, 200, "http.ok", NULL);
}
