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
#define FAILED_MOST 5   /* so many that fail in a row are Dropbox's own fault */
#define REFUSED_WAIT INT64_C(3600) /* publish.sql */
#define UNSEEN_AGAIN INT64_C(300)

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

/*
 * What Dropbox cannot do for a card may be this card's fault or Dropbox's own: it is
 * the card's where the next one succeeds, which must not wait behind it for ever.
 */
struct run {
	const struct job *job; /* NULL: none */
	struct published *out;
	const struct left *failed[FAILED_MOST];
	size_t failures; /* since the last card that was done */
	const char *why; /* the last */
	enum err error;
};

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

/* It waits for an hour; what must not be seen any more for five minutes. */
static enum err
set_aside(struct ctx *c, const struct left *card, const char *why, struct run *run)
{
	run->out->refused++;
	run->out->why = why;
	log_warn("card %s is not in Dropbox as it should be: %s", card->uuid, why);
	return db_do(c, &PUBLISH_REFUSED,
		ARGS(c, card->id,
			card->wanted ? c->now
				     : utc_after(c->now, UNSEEN_AGAIN - REFUSED_WAIT)));
}

/* It has just done another card. */
static enum err
set_failed_aside(struct ctx *c, struct run *run)
{
	for (size_t i = 0; i < run->failures; i++)
		TRY(set_aside(c, run->failed[i], run->why, run));
	run->failures = 0;
	return OK;
}

/* Dropbox wants nothing for a while. */
static enum err
note_pause(struct ctx *c, const struct ctx *own, const char *why, struct run *run)
{
	run->out->pause = pause_asked(own);
	run->out->why = why;
	return db_do(c, &PUBLISH_PAUSE, ARGS(c, utc_after(utc_now(), run->out->pause)));
}

static enum err
note_failure(struct ctx *c, enum err e, const struct left *card, const char *why,
	struct run *run)
{
	run->failed[run->failures++] = card;
	run->why = why;
	run->error = e;
	return run->failures < FAILED_MOST ? OK : fail(c, e, "%s", why);
}

/* What is to be done about a card that could not be followed. */
static enum err
note_error(struct ctx *c, const struct ctx *own, enum err e, const struct left *card,
	struct run *run)
{
	const char *why =
		arena_str(&c->arena, own->why == NULL ? err_sentence(e) : own->why);

	switch (e) {
	case E_MISSING: /* drawn anew meanwhile: that has an order of its own */
		return OK;
	case E_LIMIT:
		return note_pause(c, own, why, run);
	case E_INPUT:
		return set_aside(c, card, why, run);
	case E_PEER:
	case E_SERVER_DOWN:
		return note_failure(c, e, card, why, run);
	default:
		return fail(c, e, "%s", why);
	}
}

/* In a unit of work of its own: a JPEG has megabytes. */
static enum err
follow_one(struct ctx *c, const struct left *card, struct run *run)
{
	struct ctx own;

	ctx_start(&own, c->db, c->cache);
	enum err e = follow(&own, card);
	if (e != OK) {
		e = note_error(c, &own, e, card, run);
	} else {
		run->out->done++;
		e = set_failed_aside(c, run);
	}
	ctx_end(&own);
	return e;
}

static enum err
follow_some(struct ctx *c, const struct left *list, size_t count, struct run *run)
{
	const struct published *out = run->out;

	for (size_t i = 0; i < count && out->pause == 0; i++) {
		TRY(follow_one(c, &list[i], run));
		if (out->done == 0 && out->refused == REFUSED_MOST)
			return fail(c, E_INPUT, "%s", out->why);
		if (run->job != NULL)
			TRY(job_keep(c, run->job, LEASE, out->done, 0));
	}
	return OK;
}

/* The next hundred that are to be there, or are not. *more: there may be further ones.
 */
static enum err
follow_page(struct ctx *c, bool wanted, int64_t *last, struct run *run, bool *more)
{
	struct left *list = NULL;
	size_t count = 0;

	TRY(db_many(c, &PUBLISH_LEFT, left_fields, &list, &count,
		ARGS(c, *last, c->now, wanted)));
	TRY(follow_some(c, list, count, run));
	*last = count > 0 ? list[count - 1].id : *last;
	*more = count > 0 && run->out->pause == 0;
	return OK;
}

/* What must not be seen any more. */
static enum err
take_all_away(struct ctx *c, struct run *run)
{
	bool more = true;

	for (int64_t last = 0; more;)
		TRY(follow_page(c, false, &last, run, &more));
	return OK;
}

enum err
publish_all(struct ctx *c, const struct job *job, struct published *out)
{
	struct run run = {.job = job, .out = out};
	int64_t paused, last = 0;

	*out = (struct published){0};
	TRY(db_int(c, &PUBLISH_PAUSED, &paused, ARGS(c, utc_now())));
	/* Nobody who withdraws a card waits for thousands that are put. */
	for (bool more = paused == 0; more;) {
		TRY(take_all_away(c, &run));
		if (out->pause > 0)
			break;
		TRY(follow_page(c, true, &last, &run, &more));
	}
	return run.failures == 0 || out->pause > 0 ? OK
						   : fail(c, run.error, "%s", run.why);
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
