#include "cards/round.h"

#include <string.h>

#include "base/buf.h"
#include "base/conf.h"
#include "base/json.h"
#include "base/log.h"
#include "base/str.h"
#include "cards/drawing.h"
#include "cards/record.h"
#include "db/db.h"
#include "job/job.h"
#include "net/airtable.h"

#include "cards/round.sql.h"

#define RECORDS_MOST 20000 /* of a round */
#define COLUMNS_FROM 2     /* one record tells nothing about columns */
#define EVER "1970-01-01T00:00:00Z"

/* A round on its way. */
struct round {
	struct ctx *c;
	const char *card_table, *user_table;
	const char *since; /* what was changed before has been seen; "": nothing has */
	bool whole;
	struct json_object *cards[RECORDS_MOST];
	size_t count;
	struct json_object *users; /* id of the record -> its fields */
	int64_t found, taken, same, written, again;
	struct buf errors;
	size_t error_count;
};

/* -- what is told of it */

static void
note_error(struct round *r, const char *record, const char *words)
{
	buf_fmt(&r->errors, "%s{\"record\":", r->error_count++ == 0 ? "[" : ",");
	buf_json(&r->errors, record);
	buf_add(&r->errors, ",\"detail\":");
	buf_json(&r->errors, words);
	buf_add(&r->errors, "}");
}

static const char *
figures(struct round *r, bool paused)
{
	struct ctx *c = r->c;
	const char *until =
		!paused ? ""
			: arena_fmt(&c->arena, ",\"paused_until\":\"%s\"",
				  utc_iso(&c->arena,
					  utc_after(c->now, conf.airtable_pause)));

	return arena_fmt(&c->arena,
		"{\"found\":%lld,\"taken\":%lld,\"same\":%lld,\"written\":%lld,"
		"\"written_again\":%lld%s}",
		(long long)r->found, (long long)r->taken, (long long)r->same,
		(long long)r->written, (long long)r->again, until);
}

/* -- what comes over */

/* What is filled in and has no picture, and what was changed since a round has seen
 * all. A base that never ends is left at RECORDS_MOST. */
static enum err
fetch_cards(struct round *r)
{
	const char *offset = NULL;
	const char *formula = arena_fmt(&r->c->arena,
		"AND({is_filled}=TRUE(),OR({image}='',IS_AFTER(LAST_MODIFIED_TIME(),'%"
		"s')))",
		r->since[0] == '\0' ? EVER : r->since);

	do {
		struct json_object *page = NULL, *records;

		TRY(airtable_list(r->c, r->card_table, formula, &offset, &page));
		records = json_member(page, "records", json_type_array);
		for (size_t i = 0; i < json_object_array_length(records) &&
				   r->count < RECORDS_MOST;
			i++)
			r->cards[r->count++] = json_object_array_get_idx(records, i);
	} while (offset != NULL && r->count < RECORDS_MOST);
	r->whole = r->count < RECORDS_MOST;
	return OK;
}

static void
keep_users(struct round *r, struct json_object *records)
{
	for (size_t i = 0; i < json_object_array_length(records); i++) {
		struct json_object *one = json_object_array_get_idx(records, i);
		const char *id = json_text(one, "id");

		if (id != NULL && record_fields(one) != NULL)
			json_object_object_add(
				r->users, id, json_object_get(record_fields(one)));
	}
}

/* The users that a formula names, however many come in a page. */
static enum err
fetch_some_users(struct round *r, const char *formula)
{
	const char *offset = NULL;
	int pages = 0;

	do {
		struct json_object *page = NULL;

		TRY(airtable_list(r->c, r->user_table, formula, &offset, &page));
		keep_users(r, json_member(page, "records", json_type_array));
	} while (offset != NULL && ++pages < AIRTABLE_IDS);
	return OK;
}

/* All users of the round, AIRTABLE_IDS a question. */
static enum err
fetch_users(struct round *r)
{
	struct buf formula = {.arena = &r->c->arena};
	size_t held = 0;

	for (size_t i = 0; i < r->count; i++) {
		const char *id = record_user(r->cards[i]);

		if (id != NULL && !json_object_object_get_ex(r->users, id, NULL)) {
			/* Asked for: nobody asks twice, whatever comes. */
			json_object_object_add(r->users, id, NULL);
			buf_fmt(&formula, "%sRECORD_ID()='%s'",
				held++ == 0 ? "OR(" : ",", id);
		}
		if (held == AIRTABLE_IDS || (held > 0 && i + 1 == r->count)) {
			buf_add(&formula, ")");
			TRY(fetch_some_users(r, buf_text(&formula)));
			formula = (struct buf){.arena = &r->c->arena};
			held = 0;
		}
	}
	return OK;
}

/* Airtable leaves out what is empty; but a column that none of several records has was
 * renamed. */
static enum err
check_columns(struct round *r)
{
	static const char *const columns[] = {
		"uuid", "user_uuid", "role", "level", "card_issued_date"};

	for (size_t k = 0; k < sizeof(columns) / sizeof(*columns); k++) {
		bool there = r->count < COLUMNS_FROM;

		for (size_t i = 0; i < r->count && !there; i++)
			there = json_object_object_get_ex(
				record_fields(r->cards[i]), columns[k], NULL);
		if (!there)
			return fail(r->c, E_INPUT,
				"no card has the column %s: was it renamed?",
				columns[k]);
	}
	return OK;
}

static void
count(struct round *r, const char *record, const struct record_taken *taken)
{
	if (taken->skipped)
		return;
	if (taken->wrong != NULL)
		note_error(r, record, taken->wrong);
	r->taken += taken->changed;
	r->same += !taken->changed && taken->wrong == NULL;
}

static enum err
take(struct round *r, struct json_object *card)
{
	const char *user = record_user(card);
	struct json_object *of_user = NULL;
	struct record_taken taken;

	if (user != NULL)
		json_object_object_get_ex(r->users, user, &of_user);
	TRY(record_take(r->c, card, of_user, &taken));
	r->found += !taken.skipped;
	count(r, json_text(card, "id"), &taken);
	return OK;
}

/* Members whose records were changed, with or without their cards'. */
static enum err
take_users(struct round *r)
{
	const char *offset = NULL;
	const char *formula = arena_fmt(
		&r->c->arena, "IS_AFTER(LAST_MODIFIED_TIME(),'%s')", r->since);
	int64_t seen = 0;

	do {
		struct json_object *page = NULL, *list;
		struct record_taken taken;

		TRY(airtable_list(r->c, r->user_table, formula, &offset, &page));
		list = json_member(page, "records", json_type_array);
		for (size_t i = 0; i < json_object_array_length(list); i++, seen++) {
			struct json_object *one = json_object_array_get_idx(list, i);

			TRY(record_take_user(r->c, one, &taken));
			r->taken += taken.changed;
			if (taken.wrong != NULL)
				note_error(r, json_text(one, "id"), taken.wrong);
		}
	} while (offset != NULL && seen < RECORDS_MOST);
	r->whole = r->whole && offset == NULL;
	return OK;
}

static enum err
take_all(struct round *r)
{
	TRY(db_json(r->c, &ROUND_SINCE, &r->since, ARGS(r->c)));
	TRY(fetch_cards(r));
	TRY(check_columns(r));
	TRY(fetch_users(r));
	for (size_t i = 0; i < r->count; i++)
		TRY(take(r, r->cards[i]));
	TRY(r->since[0] == '\0' ? OK : take_users(r));
	return db_do(r->c, &ROUND_TIDY, ARGS(r->c));
}

/* -- what goes back */

struct unwritten {
	int64_t id;
	const char *code, *record_id;
};

static FIELDS(unwritten_fields, FIELD(struct unwritten, id),
	FIELD(struct unwritten, code), FIELD(struct unwritten, record_id));

/* The whole list of attachments is written, so that a second time adds none. */
static enum err
write_batch(struct round *r, const struct unwritten *list, size_t count)
{
	struct ctx *c = r->c;
	struct buf body = {.arena = &c->arena}, ids = {.arena = &c->arena};

	buf_add(&body, "{\"records\":[");
	for (size_t i = 0; i < count; i++) {
		buf_fmt(&body, "%s{\"id\":\"%s\",\"fields\":{\"image\":[{\"url\":",
			i == 0 ? "" : ",", list[i].record_id);
		buf_json(&body,
			arena_fmt(&c->arena, "%s.jpg", drawing_link(c, list[i].code)));
		buf_add(&body, "}]}}");
		buf_fmt(&ids, "%s%lld", i == 0 ? "" : " ", (long long)list[i].id);
	}
	buf_add(&body, "]}");
	TRY(airtable_change(c, r->card_table, buf_text(&body)));
	r->written += (int64_t)count;
	return db_do(c, &ROUND_WRITTEN, ARGS(c, buf_text(&ids), c->now));
}

/* Airtable refuses ten because of one that is deleted there. Where it takes none, the
 * fault is none of theirs. */
static enum err
write_one_by_one(struct round *r, const struct unwritten *list, size_t count)
{
	enum err e = OK;
	size_t refused = 0;

	for (size_t i = 0; i < count; i++) {
		ctx_clear_error(r->c);
		e = write_batch(r, list + i, 1);
		if (e != OK && e != E_INPUT)
			return e;
		if (e == E_INPUT) {
			note_error(r, list[i].record_id,
				r->c->why == NULL ? err_sentence(e) : r->c->why);
			refused++;
		}
	}
	if (refused == count && count > 1)
		return fail(r->c, E_INPUT, "none of these records takes a picture");
	ctx_clear_error(r->c);
	return OK;
}

static enum err
write_back(struct round *r)
{
	struct ctx *c = r->c;
	struct unwritten *list = NULL;
	size_t count = 0;

	TRY(db_many(c, &ROUND_UNWRITTEN, unwritten_fields, &list, &count, ARGS(c)));
	for (size_t at = 0; at < count; at += AIRTABLE_BATCH) {
		size_t n = count - at < AIRTABLE_BATCH ? count - at : AIRTABLE_BATCH;
		enum err e = write_batch(r, list + at, n);

		TRY(e == E_INPUT ? write_one_by_one(r, list + at, n) : e);
	}
	return OK;
}

/* Has the attachment arrived, that is, has it a size? */
static bool
has_arrived(struct json_object *records, const char *id)
{
	for (size_t i = 0; i < json_object_array_length(records); i++) {
		struct json_object *one = json_object_array_get_idx(records, i);
		struct json_object *image =
			json_member(record_fields(one), "image", json_type_array);

		if (str_eq(json_text(one, "id"), id))
			return image != NULL && json_object_array_length(image) > 0 &&
			       json_number(
				       json_object_array_get_idx(image, 0), "size") > 0;
	}
	return false;
}

static enum err
check_batch(struct round *r, const struct unwritten *list, size_t count)
{
	struct ctx *c = r->c;
	struct buf formula = {.arena = &c->arena};
	bool arrived[AIRTABLE_IDS] = {false};
	const char *offset = NULL;
	int pages = 0;

	for (size_t i = 0; i < count; i++)
		buf_fmt(&formula, "%sRECORD_ID()='%s'", i == 0 ? "OR(" : ",",
			list[i].record_id);
	buf_add(&formula, ")");
	do {
		struct json_object *page = NULL;

		TRY(airtable_list(
			c, r->card_table, buf_text(&formula), &offset, &page));
		struct json_object *records =
			json_member(page, "records", json_type_array);
		for (size_t i = 0; i < count; i++)
			arrived[i] =
				arrived[i] || has_arrived(records, list[i].record_id);
	} while (offset != NULL && ++pages < AIRTABLE_IDS);
	for (size_t i = 0; i < count; i++) {
		r->again += !arrived[i];
		TRY(db_do(c, &ROUND_CHECKED, ARGS(c, list[i].id, arrived[i])));
	}
	return OK;
}

/* Airtable copies a picture within minutes: a minute after it was told, it is asked. */
static enum err
check(struct round *r)
{
	struct ctx *c = r->c;
	struct unwritten *list = NULL;
	size_t count = 0;

	TRY(db_many(
		c, &ROUND_TO_CHECK, unwritten_fields, &list, &count, ARGS(c, c->now)));
	for (size_t at = 0; at < count; at += AIRTABLE_IDS)
		TRY(check_batch(r, list + at,
			count - at < AIRTABLE_IDS ? count - at : AIRTABLE_IDS));
	return OK;
}

/* -- the round */

static enum err
go_round(struct round *r)
{
	TRY(take_all(r));
	TRY(check(r));
	return write_back(r);
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

	(void)job;
	if (!airtable_is_on())
		return OK;
	TRY(db_int(c, &ROUND_PAUSED, &paused, ARGS(c, c->now)));
	if (paused != 0)
		return OK; /* the next round comes after the pause */
	r = arena_new(&c->arena, sizeof(*r));
	*r = (struct round){.c = c,
		.card_table = conf.airtable_card_table,
		.user_table = conf.airtable_user_table,
		.users = json_object_new_object(),
		.errors = {.arena = &c->arena}};
	arena_defer(&c->arena, drop_json, r->users);
	TRY(db_do(c, &ROUND_FORGET, ARGS(c, c->now)));
	TRY(db_do(c, &ROUND_CLOSE, ARGS(c, c->now)));
	TRY(db_maybe(c, &ROUND_BEGIN, begun_fields, &begun, &mine, ARGS(c, c->now)));
	if (!mine)
		return OK;
	enum err e = go_round(r);
	bool limited = e == E_LIMIT, early = e != OK;
	if (is_told(e)) {
		note_error(r, NULL, c->why == NULL ? err_sentence(e) : c->why);
		log_warn("cards: a round with Airtable ended early: %s",
			c->why == NULL ? err_sentence(e) : c->why);
		ctx_clear_error(c);
		e = OK;
	}
	TRY(e);
	buf_add(&r->errors, r->error_count == 0 ? "[]" : "]");
	return db_do(c, &ROUND_END,
		ARGS(c, begun.id, utc_now(), figures(r, limited), buf_text(&r->errors),
			r->whole && !early));
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
