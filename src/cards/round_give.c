#include "base/json.h"
#include "base/str.h"
#include "cards/drawing.h"
#include "cards/record.h"
#include "cards/round_parts.h"
#include "db/db.h"
#include "net/airtable.h"

#include "cards/round_give.sql.h"

#define REFUSED_FOR 3600 /* seconds until it is asked for again */

struct unwritten {
	int64_t id;
	const char *code, *record_id;
	bool hidden; /* its member does not want it to be seen */
};

static FIELDS(unwritten_fields, FIELD(struct unwritten, id),
	FIELD(struct unwritten, code), FIELD(struct unwritten, record_id),
	FIELD(struct unwritten, hidden));

/* The whole list of attachments is written, so that a second time adds none; url NULL:
 * none is to be there. */
static void
add_image(struct buf *body, const struct unwritten *card, const char *url)
{
	buf_fmt(body, "%s{\"id\":\"%s\",\"fields\":{\"image\":[",
		body->used == 0 ? "{\"records\":[" : ",", card->record_id);
	if (url != NULL) {
		buf_add(body, "{\"url\":");
		buf_json(body, url);
		buf_add(body, "}");
	}
	buf_add(body, "]}}");
}

static enum err
write_batch(struct round *r, const struct unwritten *list, size_t count)
{
	struct ctx *c = r->c;
	struct buf body = {.arena = &c->arena}, ids = {.arena = &c->arena};
	int64_t written = 0;

	for (size_t i = 0; i < count; i++) {
		const char *url =
			arena_fmt(&c->arena, "%s.jpg", drawing_link(c, list[i].code));

		add_image(&body, &list[i], list[i].hidden ? NULL : url);
		buf_fmt(&ids, "%s%lld", i == 0 ? "" : " ", (long long)list[i].id);
		written += !list[i].hidden;
	}
	buf_add(&body, "]}");
	TRY(airtable_change(c, r->card_table, buf_text(&body)));
	r->written += written;
	return db_do(c, &ROUND_WRITTEN, ARGS(c, buf_text(&ids), c->now));
}

/* Airtable refuses ten because of one that is deleted there. What it refuses alone is
 * asked for again an hour later, so that the others have their turn. */
static enum err
write_one_by_one(struct round *r, const struct unwritten *list, size_t count)
{
	struct ctx *c = r->c;

	for (size_t i = 0; i < count; i++) {
		ctx_clear_error(c);
		enum err e = write_batch(r, list + i, 1);
		if (e != E_INPUT) {
			TRY(e);
			continue;
		}
		round_note_error(r, list[i].record_id,
			c->why == NULL ? err_sentence(e) : c->why);
		ctx_clear_error(c);
		TRY(db_do(c, &ROUND_PUT_OFF,
			ARGS(c, list[i].id, utc_after(utc_now(), REFUSED_FOR))));
	}
	return OK;
}

static enum err
write_back(struct round *r)
{
	struct ctx *c = r->c;
	struct unwritten *list = NULL;
	size_t count = 0;

	TRY(db_many(
		c, &ROUND_UNWRITTEN, unwritten_fields, &list, &count, ARGS(c, c->now)));
	for (size_t at = 0; at < count; at += AIRTABLE_BATCH) {
		size_t n = count - at < AIRTABLE_BATCH ? count - at : AIRTABLE_BATCH;
		enum err e = write_batch(r, list + at, n);

		TRY(e == E_INPUT ? write_one_by_one(r, list + at, n) : e);
		TRY(round_keep(r));
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

enum err
round_give(struct round *r)
{
	TRY(check(r));
	return write_back(r);
}
