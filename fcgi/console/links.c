/* Share links: one's own, or everybody's for operators. */
#include "storage/link.h"

#include "account/account.h"
#include "account/audit.h"
#include "base/hash.h"
#include "base/json_out.h"
#include "base/str.h"
#include "console/console.h"
#include "db/db.h"
#include "reply.h"

#define PAGE 50
#define PAGE_MOST 200
#define MANY 1000
#define DAY 86400
#define TEN_YEARS 3653 /* days */

struct links_query {
	const char *after, *query;
	bool all;
	int64_t limit;
};

INPUT(console_links_in, struct links_query,
	FIELD(struct links_query, after, .rule = uuid_rule),
	FIELD(struct links_query, query, .max = 100), FIELD(struct links_query, all),
	FIELD(struct links_query, limit, .min = 1, .max = PAGE_MOST));

struct revoke_body {
	struct texts ids;
};

INPUT(console_revoke_in, struct revoke_body,
	FIELD(struct revoke_body, ids, .must = true));

struct link_body {
	int64_t days;
	bool forever;
	const char *password;
};

INPUT(console_link_in, struct link_body,
	FIELD(struct link_body, days, .min = 1, .max = TEN_YEARS),
	FIELD(struct link_body, forever),
	FIELD(struct link_body, password, .as_typed = true, .max = 1000));

/* Whose links the caller changes: an operator's are everybody's. */
static int64_t
whose(const struct req *r)
{
	return console_may(r->own, OPERATOR) ? 0 : r->ctx.actor;
}

/* GET /links?all: 200 {"data": [...], "next"}, the newest first; all counts for
 * operators only. */
enum err
console_get_links(struct req *r)
{
	const struct links_query *in = r->in;
	const char *json;

	TRY(link_page(&r->ctx, in->all ? whose(r) : r->ctx.actor, in->after, in->query,
		in->limit == 0 ? PAGE : in->limit, &json));
	return console_reply(r, json);
}

/* POST /links/revoke {"ids"}: 200 {"revoked"}; those that are gone already, or somebody
 * else's, count for nothing. */
enum err
console_post_revoke(struct req *r)
{
	const struct revoke_body *in = r->in;
	struct ctx *c = &r->ctx;
	int64_t count;

	if (in->ids.count > MANY)
		return fail(c, E_INPUT, "at most %d at once", MANY);
	for (size_t i = 0; i < in->ids.count; i++)
		if (!uuid_valid(in->ids.list[i]))
			return fail(c, E_INPUT, "ids must be UUIDs");
	TRY(link_revoke(c, whose(r), texts_joined(&c->arena, &in->ids), &count));
	TRY(audit_add(c, "link.revoke", "link",
		in->ids.count == 1 ? in->ids.list[0] : "", JSON(c, "count", count)));
	return reply_json(r, 200, JSON(c, "revoked", count));
}

static enum err
change(struct req *r, const struct link_change *what)
{
	struct ctx *c = &r->ctx;

	TRY(link_change(c, whose(r), r->word[0], what));
	return audit_add(c, "link.change", "link", r->word[0],
		JSON(c, "end", what->set_end, "password", what->set_password));
}

/* POST /links/{uuid} {"days" from now, or "forever"; "password", "" for none}: 204.
 * E_LINK_NOT_FOUND */
enum err
console_post_link(struct req *r)
{
	const struct link_body *in = r->in;
	struct ctx *c = &r->ctx;
	struct link_change what = {.set_end = in->days != 0 || in->forever,
		.set_password = in->password != NULL};

	if (in->days != 0)
		what.expire_at = utc_after(c->now, in->days * DAY);
	if (what.set_password && in->password[0] != '\0') {
		what.hash = hash_make(c, in->password);
		if (what.hash == NULL)
			return fail(c, E_BUG, "the password cannot be hashed");
	}
	TRY(db_begin(c));
	TRY(db_end(c, change(r, &what)));
	return reply_empty(r, 204);
}
