#include "base/conf.h"
#include "base/json.h"
#include "base/str.h"
#include "cards/record.h"
#include "cards/round_parts.h"
#include "db/db.h"
#include "job/job.h"
#include "net/airtable.h"

#include "cards/round_take.sql.h"

#define HELD_MOST 1000 /* users whose numbers somebody else has */
#define LEASE 300      /* seconds, as jobs.def has it */
#define EVER "1970-01-01T00:00:00Z"

struct refused {
	const char *id;
};

static FIELDS(refused_fields, FIELD(struct refused, id));

typedef enum err page_take(struct round *r, struct json_object *records);

enum err
round_keep(struct round *r)
{
	TRY(db_do(r->c, &ROUND_ALIVE, ARGS(r->c, r->id, utc_now())));
	return r->job->id == 0 ? OK : job_keep(r->c, r->job, LEASE, r->found, 0);
}

/* One page; *offset becomes the next one's, in the round's memory. */
static enum err
take_page(struct round *r, const char *table, const char *formula, const char **offset,
	page_take *take)
{
	struct ctx *whole = r->c, own;
	struct json_object *page = NULL;

	ctx_start(&own, whole->db, whole->cache);
	r->c = &own;
	enum err e = airtable_list(&own, table, formula, offset, &page);
	if (e == OK)
		e = take(r, json_member(page, "records", json_type_array));
	if (e == OK)
		e = round_keep(r);
	if (e != OK)
		fail(whole, e, "%s", own.why == NULL ? err_sentence(e) : own.why);
	*offset = *offset == NULL ? NULL : arena_str(r->arena, *offset);
	r->c = whole;
	ctx_end(&own);
	return e;
}

static enum err
take_pages(struct round *r, const char *table, const char *formula, page_take *take)
{
	const char *offset = NULL;

	do
		TRY(take_page(r, table, formula, &offset, take));
	while (offset != NULL);
	return OK;
}

static void
keep_users(struct json_object *records, struct json_object *users)
{
	for (size_t i = 0; i < json_object_array_length(records); i++) {
		struct json_object *one = json_object_array_get_idx(records, i);
		const char *id = json_text(one, "id");

		if (id != NULL && record_fields(one) != NULL)
			json_object_object_add(
				users, id, json_object_get(record_fields(one)));
	}
}

/* The users that a formula names, however many come in a page. */
static enum err
fetch_some_users(struct round *r, const char *formula, struct json_object *users)
{
	const char *offset = NULL;
	int pages = 0;

	do {
		struct json_object *page = NULL;

		TRY(airtable_list(r->c, r->user_table, formula, &offset, &page));
		keep_users(json_member(page, "records", json_type_array), users);
	} while (offset != NULL && ++pages < AIRTABLE_IDS);
	return OK;
}

/* All users of some cards, AIRTABLE_IDS a question: id of the record -> its fields. */
static enum err
fetch_users(struct round *r, struct json_object *cards, struct json_object *users)
{
	struct buf formula = {.arena = &r->c->arena};
	size_t held = 0, count = json_object_array_length(cards);

	for (size_t i = 0; i < count; i++) {
		const char *id = record_user(json_object_array_get_idx(cards, i));

		if (id != NULL && !json_object_object_get_ex(users, id, NULL)) {
			/* Asked for: nobody asks twice, whatever comes. */
			json_object_object_add(users, id, NULL);
			buf_fmt(&formula, "%sRECORD_ID()='%s'",
				held++ == 0 ? "OR(" : ",", id);
		}
		if (held == AIRTABLE_IDS || (held > 0 && i + 1 == count)) {
			buf_add(&formula, ")");
			TRY(fetch_some_users(r, buf_text(&formula), users));
			formula = (struct buf){.arena = &r->c->arena};
			held = 0;
		}
	}
	return OK;
}

static void
count(struct round *r, const char *record, const struct record_taken *taken)
{
	if (taken->skipped)
		return;
	if (taken->wrong != NULL)
		round_note_error(r, record, taken->wrong);
	if (taken->refused && airtable_id_valid(record))
		buf_fmt(&r->refused, "%s%s", r->refused.used == 0 ? "" : " ", record);
	r->taken += taken->changed;
	r->same += !taken->changed && taken->wrong == NULL;
}

static enum err
take_card(struct round *r, struct json_object *card, struct json_object *users)
{
	const char *user = record_user(card);
	struct json_object *of_user = NULL;
	struct record_taken taken;

	if (user != NULL)
		json_object_object_get_ex(users, user, &of_user);
	TRY(record_take(r->c, card, of_user, &taken));
	r->found += !taken.skipped;
	count(r, json_text(card, "id"), &taken);
	return OK;
}

static void
drop_json(void *json)
{
	json_object_put(json);
}

static enum err
take_cards(struct round *r, struct json_object *cards)
{
	struct json_object *users = json_object_new_object();

	arena_defer(&r->c->arena, drop_json, users);
	TRY(fetch_users(r, cards, users));
	for (size_t i = 0; i < json_object_array_length(cards); i++)
		TRY(take_card(r, json_object_array_get_idx(cards, i), users));
	return OK;
}

/* Members whose records were changed, with or without their cards'. Whose number
 * somebody else has yet waits for the others. */
static enum err
take_users(struct round *r, struct json_object *users)
{
	struct record_taken taken;

	for (size_t i = 0; i < json_object_array_length(users); i++) {
		struct json_object *one = json_object_array_get_idx(users, i);

		TRY(record_take_user(r->c, one, &taken));
		if (taken.number_held && json_object_array_length(r->held) < HELD_MOST)
			json_object_array_add(r->held, json_object_get(one));
		else
			count(r, json_text(one, "id"), &taken);
	}
	return OK;
}

static enum err
take_held(struct round *r)
{
	struct record_taken *taken = NULL;

	TRY(record_take_held(r->c, r->held, &taken));
	for (size_t i = 0; i < json_object_array_length(r->held); i++)
		count(r, json_text(json_object_array_get_idx(r->held, i), "id"),
			&taken[i]);
	return OK;
}

/*
 * What is filled in and has no picture, and what was changed since a round has seen
 * all. Airtable leaves out of a record what is empty, so that one tells nothing of its
 * columns; but a formula with a column that is not there is refused with its name, and
 * this one has all that are read.
 */
static const char *
formula_of_cards(struct round *r)
{
	return arena_fmt(r->arena,
		"AND({is_filled}=TRUE(),OR({image}='',IS_AFTER(LAST_MODIFIED_TIME(),'%"
		"s')),OR(TRUE(),{uuid}='',{user_uuid}='',{role}='',{level}='',"
		"{card_issued_date}=''))",
		r->since[0] == '\0' ? EVER : r->since);
}

static const char *
formula_of_users(struct round *r)
{
	return arena_fmt(r->arena,
		"AND(IS_AFTER(LAST_MODIFIED_TIME(),'%s'),OR(TRUE(),{uuid}='',{id}='',"
		"{name}='',{surname}=''))",
		r->since[0] == '\0' ? EVER : r->since);
}

/* What the round before has refused may be right by now, although nobody has changed
 * it: somebody else has given up the number, say. only: what else is to be true. */
static enum err
ask_again(struct round *r, const char *table, const char *only, page_take *take)
{
	struct refused *list = NULL;
	size_t count = 0;

	TRY(db_many(r->c, &ROUND_REFUSED, refused_fields, &list, &count, ARGS(r->c)));
	for (size_t at = 0; at < count; at += AIRTABLE_IDS) {
		struct buf formula = {.arena = r->arena};

		buf_fmt(&formula, "AND(%s,OR(", only);
		for (size_t i = at; i < count && i < at + AIRTABLE_IDS; i++)
			buf_fmt(&formula, "%sRECORD_ID()='%s'", i == at ? "" : ",",
				list[i].id);
		buf_add(&formula, "))");
		TRY(take_pages(r, table, buf_text(&formula), take));
	}
	return OK;
}

enum err
round_take(struct round *r)
{
	TRY(db_json(r->c, &ROUND_SINCE, &r->since, ARGS(r->c)));
	if (r->since[0] != '\0') {
		TRY(take_pages(r, r->user_table, formula_of_users(r), take_users));
		TRY(ask_again(r, r->user_table, "TRUE()", take_users));
		TRY(take_held(r));
		TRY(ask_again(r, r->card_table, "{is_filled}=TRUE()", take_cards));
	}
	TRY(take_pages(r, r->card_table, formula_of_cards(r), take_cards));
	return db_do(r->c, &ROUND_TIDY, ARGS(r->c));
}
