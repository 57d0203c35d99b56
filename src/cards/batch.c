#include "cards/batch.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/json_out.h"
#include "base/rand.h"
#include "base/str.h"
#include "cards/pdf.h"
#include "cards/place.h"
#include "cards/zip_out.h"
#include "db/db.h"
#include "image/inspect.h"
#include "job/job.h"

#include "cards/batch.sql.h"

#define LEASE 300 /* seconds */

struct state {
	const char *kind, *state, *file_id, *error;
	int64_t done, total;
};

static FIELDS(state_fields, FIELD(struct state, kind), FIELD(struct state, state),
	FIELD(struct state, file_id), FIELD(struct state, error),
	FIELD(struct state, done), FIELD(struct state, total));

enum err
batch_show(struct ctx *c, const char *uuid, const char **json)
{
	struct state s = {0};
	const char *address = NULL;

	TRY(db_one(c, &BATCH_GET, state_fields, &s, ARGS(c, uuid, c->actor)));
	if (str_eq(s.state, "ready"))
		TRY(place_address(c, s.file_id, &address));
	*json = JSON(c, "uuid", uuid, "kind", s.kind, "state", s.state, "progress",
		json_raw(JSON(c, "done", s.done, "total", s.total)), "error", s.error,
		"url", address);
	return OK;
}

struct chosen {
	int64_t found, drawn;
	const char *ids;
};

static FIELDS(chosen_fields, FIELD(struct chosen, found), FIELD(struct chosen, drawn),
	FIELD(struct chosen, ids));

/* The uuids in one text, NULL if one is none. */
static const char *
joined(struct ctx *c, const struct texts *cards)
{
	for (size_t i = 0; i < cards->count; i++)
		if (!uuid_valid(cards->list[i]))
			return NULL;
	return texts_joined(&c->arena, cards);
}

static enum err
cards_field_error(struct ctx *c, const char *words)
{
	return field_error_add(c, (struct field_error){.place = "body",
					  .field = "cards",
					  .kind = FIELD_ERROR_FORM,
					  .words = words});
}

enum err
batch_add(struct ctx *c, const char *kind, const struct texts *cards, const char *role,
	const char **json)
{
	const char *uuids = NULL, *uuid;
	struct chosen chosen = {0};

	if (cards->count > 0 && (uuids = joined(c, cards)) == NULL)
		return cards_field_error(c, "must be UUIDs");
	TRY(db_one(c, &BATCH_CARDS, chosen_fields, &chosen, ARGS(c, uuids, role)));
	if (uuids != NULL && chosen.found < (int64_t)cards->count)
		return cards_field_error(c, "has some that there are not");
	if (chosen.drawn < chosen.found)
		return fail(c, E_CARD_NOT_DRAWN, "some of the cards are not drawn");
	if (chosen.drawn == 0 || chosen.drawn > BATCH_MOST)
		return cards_field_error(c, "must be 1 to 500 cards");
	TRY(db_json(
		c, &BATCH_INSERT, &uuid, ARGS(c, kind, chosen.ids, c->now, c->actor)));
	TRY(job_add(c, &(struct job_order){.kind = "card.batch",
			       .subject = uuid,
			       .key = uuid,
			       .total = chosen.drawn}));
	return batch_show(c, uuid, json);
}

/* Their files are nobody's then: the sweep of place_sweep() removes them. */
enum err
batch_forget(struct ctx *c)
{
	return db_do(c, &BATCH_OLD, ARGS(c, c->now));
}

/* -- the job */

struct item {
	const char *uuid, *file_id, *role;
	int64_t number;
};

static FIELDS(item_fields, FIELD(struct item, uuid), FIELD(struct item, file_id),
	FIELD(struct item, role), FIELD(struct item, number));

/* One of the two. */
struct product {
	FILE *file;
	struct pdf *pdf;
	struct zip_out *zip;
};

static bool
add(struct ctx *c, struct product *p, const struct item *i, struct image_blob jpeg)
{
	struct image_header h;

	if (p->zip != NULL)
		return zip_out_add(p->zip,
			arena_fmt(&c->arena, "%04lld_%s_%.8s.jpg", (long long)i->number,
				i->role, i->uuid),
			jpeg.bytes, jpeg.size);
	return image_inspect(jpeg.bytes, jpeg.size, &h) == IMAGE_OK &&
	       pdf_add(p->pdf, jpeg.bytes, jpeg.size, (int)h.width, (int)h.height);
}

/* A card's picture lives no longer than its turn: there are hundreds of megabytes. */
static enum err
add_one(struct ctx *c, struct product *p, const struct item *i)
{
	struct ctx own;
	struct image_blob jpeg = {0};

	ctx_start(&own, c->db, c->cache);
	enum err e = place_get(&own, i->file_id, &jpeg);
	if (e == OK && !add(&own, p, i, jpeg))
		e = fail(&own, E_BUSY, "the file of cards cannot be written");
	if (e != OK)
		fail(c, e, "%s", own.why == NULL ? err_sentence(e) : own.why);
	ctx_end(&own);
	return e;
}

static enum err
fill(struct ctx *c, const struct job *job, struct product *p)
{
	struct item *items = NULL;
	size_t count = 0;

	TRY(db_many(
		c, &BATCH_ITEMS, item_fields, &items, &count, ARGS(c, job->subject)));
	for (size_t i = 0; i < count; i++) {
		TRY(add_one(c, p, &items[i]));
		TRY(db_do(c, &BATCH_RUNNING, ARGS(c, job->subject, (int64_t)i + 1)));
		TRY(job_keep(c, job, LEASE, (int64_t)i + 1, (int64_t)count));
	}
	return OK;
}

/* One transaction: the file is known and the batch has it. */
static enum err
finish(struct ctx *c, const struct job *job, const struct state *s,
	struct placed *placed, bool *wanted)
{
	TRY(place_keep(c, placed));
	TRY(db_do(c, &BATCH_READY,
		ARGS(c, job->subject, s->total, placed->kept[0].file_id,
			placed->kept[0].size)));
	*wanted = c->rows > 0;
	return *wanted ? OK : kept_drop(c, placed->kept[0].file_id);
}

static enum err
put(struct ctx *c, const struct job *job, const struct state *s, struct product *p)
{
	bool archive = str_eq(s->kind, "archive"), wanted = false;
	struct placed *placed = arena_new(&c->arena, sizeof(*placed));
	const char *key = arena_fmt(&c->arena, "cards/batch/%s/%s.%s", job->subject,
		rand_uuid(&c->arena), archive ? "zip" : "pdf");

	TRY(place_put_file(c, key, fileno(p->file), ftell(p->file),
		archive ? "application/zip" : "application/pdf", placed));
	TRY(db_begin(c));
	return db_end(c, finish(c, job, s, placed, &wanted));
}

static enum err
make(struct ctx *c, const struct job *job, const struct state *s, struct product *p)
{
	if (str_eq(s->kind, "archive"))
		zip_out_open(p->zip = arena_new(&c->arena, sizeof(*p->zip)), p->file);
	else
		pdf_open(p->pdf = arena_new(&c->arena, sizeof(*p->pdf)), p->file,
			str_eq(s->kind, "print") ? PDF_CARD : PDF_A4);
	TRY(fill(c, job, p));
	if (!(p->zip != NULL ? zip_out_close(p->zip) : pdf_close(p->pdf)))
		return fail(c, E_BUSY, "the file of cards cannot be written");
	return put(c, job, s, p);
}

enum err
cards_batch_job(struct ctx *c, const struct job *job)
{
	struct state s = {0};
	struct product p = {0};
	bool found;

	TRY(db_maybe(c, &BATCH_GET, state_fields, &s, &found,
		ARGS(c, job->subject, (int64_t)0)));
	if (!found || str_eq(s.state, "ready") || str_eq(s.state, "failed"))
		return OK;
	p.file = tmpfile();
	if (p.file == NULL)
		return fail(c, E_BUSY, "no temporary file");
	enum err e = make(c, job, &s, &p);
	fclose(p.file);
	if (e == OK || job->tries < job->max_tries)
		return e;
	const char *why = c->why == NULL ? err_sentence(e) : c->why;
	ctx_clear_error(c);
	return db_do(c, &BATCH_FAILED, ARGS(c, job->subject, why));
}
