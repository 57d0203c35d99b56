#include "cards/round.h"

#include <json-c/json.h>

#include "base/conf.h"
#include "base/json_out.h"
#include "base/log.h"
#include "cards/round_parts.h"
#include "db/db.h"
#include "job/job.h"
#include "net/airtable.h"

#include "cards/round.sql.h"

static const char *
figures(struct round *r, bool paused)
{
	struct ctx *c = r->c;
	struct buf b = {.arena = &c->arena};

	json_put(&b, "found", r->found);
	json_put(&b, "taken", r->taken);
	json_put(&b, "same", r->same);
	json_put(&b, "written", r->written);
	json_put(&b, "written_again", r->again);
	if (paused)
		json_put(&b, "paused_until",
			utc_iso(&c->arena, utc_after(c->now, conf.airtable_pause)));
	return json_end(&b);
}

static enum err
go_round(struct round *r)
{
	TRY(round_take(r));
	return round_give(r);
}

static void
drop_json(void *json)
{
	json_object_put(json);
}

struct begun {
	int64_t id;
};

static FIELDS(begun_fields, FIELD(struct begun, id));

/* What ends a round early, and is told with it. */
static bool
is_told(enum err e)
{
	return e == E_LIMIT || e == E_INPUT || e == E_PEER;
}

enum err
cards_round_job(struct ctx *c, const struct job *job)
{
	struct round *r;
	struct begun begun = {0};
	int64_t paused;
	bool mine;

	if (!airtable_is_on())
		return OK;
	TRY(db_int(c, &ROUND_PAUSED, &paused, ARGS(c, c->now)));
	if (paused != 0)
		return OK; /* the next round comes after the pause */
	r = arena_new(&c->arena, sizeof(*r));
	*r = (struct round){.c = c,
		.arena = &c->arena,
		.job = job,
		.card_table = conf.airtable_card_table,
		.user_table = conf.airtable_user_table,
		.held = json_object_new_array(),
		.errors = {.arena = &c->arena},
		.refused = {.arena = &c->arena}};
	arena_defer(&c->arena, drop_json, r->held);
	TRY(db_do(c, &ROUND_FORGET, ARGS(c, c->now)));
	TRY(db_do(c, &ROUND_CLOSE, ARGS(c, c->now)));
	TRY(db_maybe(c, &ROUND_BEGIN, begun_fields, &begun, &mine, ARGS(c, c->now)));
	if (!mine)
		return OK;
	r->id = begun.id;
	enum err e = go_round(r);
	bool limited = e == E_LIMIT, early = e != OK;
	if (is_told(e)) {
		round_note_error(r, NULL, c->why == NULL ? err_sentence(e) : c->why);
		log_warn("cards: a round with Airtable ended early: %s",
			c->why == NULL ? err_sentence(e) : c->why);
		ctx_clear_error(c);
		e = OK;
	}
	TRY(e);
	return db_do(c, &ROUND_END,
		ARGS(c, begun.id, utc_now(), figures(r, limited),
			json_list_end(&r->errors), !early,
			early ? "" : buf_text(&r->refused)));
}

enum err
round_order(struct ctx *c)
{
	int64_t runs;

	if (!airtable_is_on())
		return fail(c, E_CONFLICT, "Airtable is not set up");
	TRY(db_int(c, &ROUND_RUNS, &runs, ARGS(c, c->now)));
	if (runs != 0)
		return fail(c, E_SYNC_RUNS, NULL);
	return job_add(c, &(struct job_order){.kind = "card.round", .key = "airtable"});
}

enum err
round_show(struct ctx *c, const char **json)
{
	return db_json(c, &ROUND_LAST, json, ARGS(c));
}
