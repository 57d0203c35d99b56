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

/* What staff asks for. E_INPUT */
static enum err
read_days(struct req *r, struct absence *out)
{
	const struct absence_body *in = r->in;

	*out = (struct absence){.member_id = r->word[0],
		.kind = in->kind,
		.from = in->from,
		.to = in->to,
		.by_staff = true};
	if (date_cmp(in->to, date_after(in->from, MOST_DAYS)) > 0)
		return fail(&r->ctx, E_INPUT, "more days than a shift has");
	return OK;
}

static enum err
reply_child(struct req *r)
{
	const char *json = NULL;

	TRY(show(r, &json));
	return reply_json(r, 200, json);
}

/*
 * POST /children/{uuid}/absence {"from", "to", "kind", "instead_from", "instead_to"}:
 * 200 the child as it is then. Of what it is instead of, days that are of both have the
 * new kind, all others are taken back. E_CONFLICT: none of the days can be planned;
 * E_MISSING, E_INPUT. Then all is as it was before.
 */
enum err
console_post_absence(struct req *r)
{
	const struct absence_body *in = r->in;
	bool planned = false;
	struct absence a;

	TRY(read_days(r, &a));
	if (in->instead_from.year != 0 && in->instead_to.year != 0) {
		TRY(absence_move(
			&r->ctx, &a, in->instead_from, in->instead_to, &planned));
	} else {
		TRY(absence_add(&r->ctx, &a));
		planned = a.days > 0;
	}
	if (!planned)
		return fail(&r->ctx, E_CONFLICT,
			"these days are planned already or have a report");
	return reply_child(r);
}

/* POST /children/{uuid}/back {"from", "to"}: 200 the child as it is then. E_MISSING,
 * E_INPUT. */
enum err
console_post_absence_back(struct req *r)
{
	struct absence a;

	TRY(read_days(r, &a));
	TRY(absence_back(&r->ctx, &a));
	return reply_child(r);
}
