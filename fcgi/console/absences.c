/* Children who are ill or away: who, when, and what staff changes of it. */
#include "programme/absence.h"

#include "base/conf.h"
#include "console/console.h"
#include "db/db.h"
#include "reply.h"

#include "console/absences.sql.h"

#define MOST_DAYS 130 /* of a shift, and then some */

/* GET /absences: 200 [{"member", "name", "kind", "from", "to", ...}]: today's and those
 * to come, days in a row as one. */
enum err
console_get_absences(struct req *r)
{
	struct ctx *c = &r->ctx;
	const char *json = NULL;

	TRY(db_json(c, &CONSOLE_ABSENCES, &json, ARGS(c, utc_date(c->now))));
	return console_reply(r, json);
}

struct children_query {
	const char *q;
};

INPUT(console_children_in, struct children_query,
	FIELD(struct children_query, q, .must = true, .trim = true, .min = 1,
		.max = 100));

/* GET /children?q=: 200 [{"id", "name", "city"}]: members of the running and of the
 * prepared shift, by a part of the name. */
enum err
console_get_children(struct req *r)
{
	const struct children_query *in = r->in;
	struct ctx *c = &r->ctx;
	const char *json = NULL;

	TRY(db_json(c, &CONSOLE_CHILDREN, &json, ARGS(c, in->q)));
	return console_reply(r, json);
}

static enum err
show(struct req *r, const char **json)
{
	struct ctx *c = &r->ctx;

	return db_json(c, &CONSOLE_CHILD, json,
		ARGS(c, r->word[0], conf.programme_absence_days));
}

/* GET /children/{uuid}: 200 a member with their days. E_MISSING. */
enum err
console_get_child(struct req *r)
{
	const char *json = NULL;

	TRY(show(r, &json));
	return console_reply(r, json);
}

struct absence_body {
	struct date from, to;
	struct date instead_from, instead_to; /* year 0: of nothing */
	const char *kind;
};

#define DAYS                                                                           \
	FIELD(struct absence_body, from, .must = true),                                \
		FIELD(struct absence_body, to, .must = true)

INPUT(console_absence_in, struct absence_body, DAYS,
	FIELD(struct absence_body, kind, .must = true, .one_of = "ill away"),
	FIELD(struct absence_body, instead_from),
	FIELD(struct absence_body, instead_to));
INPUT(console_absence_back_in, struct absence_body, DAYS);

static enum err
change(struct req *r, enum err (*how)(struct ctx *, struct absence *))
{
	const struct absence_body *in = r->in;
	struct absence a = {.member_id = r->word[0],
		.kind = in->kind,
		.from = in->from,
		.to = in->to,
		.by_staff = true};
	const char *json = NULL;

	if (date_cmp(in->to, date_after(in->from, MOST_DAYS)) > 0)
		return fail(&r->ctx, E_INPUT, "more days than a shift has");
	if (in->instead_from.year != 0 && in->instead_to.year != 0) {
		struct absence old = a;

		old.from = in->instead_from;
		old.to = in->instead_to;
		TRY(absence_back(&r->ctx, &old));
	}
	TRY(how(&r->ctx, &a));
	TRY(show(r, &json));
	return reply_json(r, 200, json);
}

/*
 * POST /children/{uuid}/absence {"from", "to", "kind", "instead_from", "instead_to"}:
 * 200 the child as it is then. What it is instead of is taken back with it, or, where
 * the new days cannot be, stays. E_MISSING, E_INPUT.
 */
enum err
console_post_absence(struct req *r)
{
	return change(r, absence_add);
}

/* POST /children/{uuid}/back {"from", "to"}: the same. */
enum err
console_post_absence_back(struct req *r)
{
	return change(r, absence_back);
}
