#include "cards/publish.h"

#include "base/fence.h"
#include "base/log.h"
#include "base/str.h"
#include "cards/place.h"
#include "db/db.h"
#include "job/job.h"
#include "net/dropbox.h"

#include "cards/publish.sql.h"

#define LEASE 300       /* seconds, as jobs.def has it */
#define REFUSED_MOST 10 /* so many refused are not these cards' fault */

enum err
publish_order(struct ctx *c)
{
	if (!dropbox_is_on())
		return OK;
	return job_add(
		c, &(struct job_order){.kind = "card.publish", .key = "dropbox"});
}

struct left {
	int64_t id;
	const char *uuid, *drawing, *file_id;
	bool wanted;
};

static FIELDS(left_fields, FIELD(struct left, id), FIELD(struct left, uuid),
	FIELD(struct left, drawing), FIELD(struct left, file_id),
	FIELD(struct left, wanted));

static enum err
put(struct ctx *c, const struct left *card, const char *path)
{
	struct image_blob jpeg = {0};
	const char *url = NULL;

	TRY(place_get(c, card->file_id, &jpeg));
	TRY(db_do(c, &PUBLISH_BEGIN, ARGS(c, card->id)));
	TRY(dropbox_put(c, path, jpeg.bytes, jpeg.size));
	TRY(dropbox_link(c, path, &url));
	return db_do(c, &PUBLISH_DONE, ARGS(c, card->id, url, card->drawing));
}

static enum err
take_away(struct ctx *c, const struct left *card, const char *path)
{
	TRY(dropbox_remove(c, path));
	return db_do(c, &PUBLISH_DONE,
		ARGS(c, card->id, (const char *)NULL, (const char *)NULL));
}

static enum err
follow(struct ctx *c, const struct left *card)
{
	const char *path = arena_fmt(&c->arena, "/cards/%s.jpg", card->uuid);

	return card->wanted ? put(c, card, path) : take_away(c, card, path);
}

static int64_t
pause_asked(const struct ctx *c)
{
	for (const struct error_detail *d = c->error_details; d != NULL; d = d->next)
		if (str_eq(d->key, "retry_after"))
			return d->value;
	return 0;
}

/* Dropbox wants nothing for a while, or does not want this card. */
static enum err
note_refusal(struct ctx *c, enum err e, const struct left *card, struct published *out)
{
	out->why = arena_str(&c->arena, c->why == NULL ? err_sentence(e) : c->why);
	out->pause = e == E_LIMIT ? pause_asked(c) : 0;
	ctx_clear_error(c);
	if (e == E_LIMIT)
		return db_do(
			c, &PUBLISH_PAUSE, ARGS(c, utc_after(utc_now(), out->pause)));
	out->refused++;
	log_warn("card %s is not in Dropbox as it should be: %s", card->uuid, out->why);
	return db_do(c, &PUBLISH_REFUSED, ARGS(c, card->id, c->now));
}

/* In a unit of work of its own: a JPEG has megabytes. */
static enum err
follow_one(struct ctx *c, const struct left *card, struct published *out)
{
	struct ctx own;

	ctx_start(&own, c->db, c->cache);
	enum err e = follow(&own, card);
	out->done += e == OK;
	if (e == E_MISSING) { /* drawn anew meanwhile: that has an order of its own */
		e = OK;
	} else if (e == E_LIMIT || e == E_INPUT) {
		e = note_refusal(&own, e, card, out);
		out->why = arena_str(&c->arena, out->why);
	}
	if (e != OK)
		fail(c, e, "%s", own.why == NULL ? err_sentence(e) : own.why);
	ctx_end(&own);
	return e;
}

static enum err
follow_some(struct ctx *c, const struct job *job, const struct left *list, size_t count,
	struct published *out)
{
	for (size_t i = 0; i < count && out->pause == 0; i++) {
		TRY(follow_one(c, &list[i], out));
		if (out->done == 0 && out->refused == REFUSED_MOST)
			return fail(c, E_INPUT, "%s", out->why);
		if (job != NULL)
			TRY(job_keep(c, job, LEASE, out->done, 0));
	}
	return OK;
}

/* The next hundred that are to be there, or are not. *more: there may be further ones.
 */
static enum err
follow_page(struct ctx *c, const struct job *job, bool wanted, int64_t *last,
	struct published *out, bool *more)
{
	struct left *list = NULL;
	size_t count = 0;

	TRY(db_many(c, &PUBLISH_LEFT, left_fields, &list, &count,
		ARGS(c, *last, c->now, wanted)));
	TRY(follow_some(c, job, list, count, out));
	*last = count > 0 ? list[count - 1].id : *last;
	*more = count > 0 && out->pause == 0;
	return OK;
}

/* What must not be seen any more. */
static enum err
take_all_away(struct ctx *c, const struct job *job, struct published *out)
{
	bool more = true;

	for (int64_t last = 0; more;)
		TRY(follow_page(c, job, false, &last, out, &more));
	return OK;
}

enum err
publish_all(struct ctx *c, const struct job *job, struct published *out)
{
	int64_t paused, last = 0;

	*out = (struct published){0};
	TRY(db_int(c, &PUBLISH_PAUSED, &paused, ARGS(c, utc_now())));
	/* Nobody who withdraws a card waits for thousands that are put. */
	for (bool more = paused == 0; more;) {
		TRY(take_all_away(c, job, out));
		if (out->pause > 0)
			break;
		TRY(follow_page(c, job, true, &last, out, &more));
	}
	return OK;
}

enum err
cards_publish_job(struct ctx *c, const struct job *job)
{
	struct published done;

	if (!dropbox_is_on() || fence_is_up())
		return OK;
	TRY(publish_all(c, job, &done));
	if (done.pause > 0)
		log_info("Dropbox wants a pause of %lld s", (long long)done.pause);
	return OK;
}
