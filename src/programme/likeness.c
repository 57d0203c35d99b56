#include "programme/likeness.h"

#include <inttypes.h>
#include <unistd.h>

#include "base/log.h"
#include "db/db.h"
#include "image/image.h"
#include "image/picture.h"
#include "image/fingerprint.h"
#include "programme/photo.h"

#include "programme/likeness.sql.h"

#define CANDIDATES 24 /* laid over the new photo: some 10 ms each */
#define VIEW_TABLES 4 /* asked for when the earlier photo may be a part of the new */

struct photo {
	int64_t id;
	const char *report_id, *url;
};

static FIELDS(photo_fields, FIELD(struct photo, id), FIELD(struct photo, report_id),
	FIELD(struct photo, url));

/* The thumbnail is enough, where there is one. *seen is false for a photo whose files
 * are gone. E_BUSY. */
static enum err
look_at(struct ctx *c, const struct photo *p, struct fingerprint *out, bool *seen)
{
	static const enum photo_file files[] = {PHOTO_THUMBNAIL, PHOTO_WHOLE};

	*seen = false;
	for (size_t i = 0; i < 2 && !*seen; i++) {
		enum err e = image_grey(c, photo_file(c, p->url, files[i]),
			FINGERPRINT_SIDE, out->grey, &out->wide);
		if (e == E_BUSY || e == E_BUG)
			return e;
		if (e != OK)
			ctx_clear_error(c);
		*seen = e == OK;
	}
	return OK;
}

static void
add_number(struct buf *b, int64_t n)
{
	buf_fmt(b, "%s%" PRId64, b->used == 0 ? "{" : ",", n);
}

static void
add_keys(struct buf *b, const struct fingerprint *l, int view, int turn, int tables)
{
	int32_t keys[FINGERPRINT_TABLES];

	fingerprint_keys(l, view, turn, keys);
	for (int i = 0; i < tables; i++)
		add_number(b, keys[i]);
}

static const char *
array_end(struct buf *b)
{
	buf_add(b, "}");
	return buf_text(b);
}

static enum err
note(struct ctx *c, const struct photo *p, const struct fingerprint *l)
{
	struct buf hashes = {.arena = &c->arena}, whole = hashes, views = hashes;
	uint64_t bits[2 * FINGERPRINT_TURNS];
	int lying;

	fingerprint_hashes(l, bits);
	fingerprint_positions(l, &lying);
	for (int i = 0; i < 2 * FINGERPRINT_TURNS; i++)
		add_number(&hashes, (int64_t)bits[i]);
	add_keys(&whole, l, 0, lying, FINGERPRINT_TABLES);
	for (int view = 0; view < FINGERPRINT_VIEWS; view++)
		add_keys(&views, l, view, lying, FINGERPRINT_TABLES);
	return db_do(c, &LIKENESS_NOTE,
		ARGS(c, p->id, array_end(&hashes), array_end(&whole),
			array_end(&views)));
}

/* In a transaction of its own, since the plan must know the keys it is made for: with
 * them as unknown numbers each common one would be counted by a linear search. And it
 * must use the indexes: PostgreSQL takes the comparison of two arrays for cheap. */
static enum err
candidates(struct ctx *c, const struct photo *p, const struct fingerprint *l,
	struct photo **out, size_t *count)
{
	struct buf whole = {.arena = &c->arena}, views = whole;
	int first, count_of = fingerprint_positions(l, &first);

	for (int i = 0; i < count_of; i++)
		for (int view = 0; view < FINGERPRINT_VIEWS; view++)
			add_keys(view == 0 ? &whole : &views, l, view,
				(first + i) % FINGERPRINT_TURNS,
				view == 0 ? FINGERPRINT_TABLES : VIEW_TABLES);
	TRY(db_begin(c));
	enum err e = db_command(c, "set local plan_cache_mode = force_custom_plan; "
				   "set local enable_seqscan = off");
	if (e == OK)
		e = db_many(c, &LIKENESS_CANDIDATES, photo_fields, out, count,
			ARGS(c, p->id, array_end(&whole), array_end(&views),
				(int64_t)CANDIDATES));
	return db_end(c, e);
}

/* In how many of 64 bits the wholes, or a whole and a middle, differ at least. */
static int
differing(const struct fingerprint *a, const struct fingerprint *b)
{
	uint64_t of_a[2 * FINGERPRINT_TURNS], of_b[2 * FINGERPRINT_TURNS];
	int least = 64;

	fingerprint_hashes(a, of_a);
	fingerprint_hashes(b, of_b);
	for (int middle = 0; middle < 2; middle++)
		for (int i = 0; i < 2 * FINGERPRINT_TURNS; i++) {
			if (middle == 1 && i >= FINGERPRINT_TURNS)
				continue;
			int bits = __builtin_popcountll(
				of_a[middle * FINGERPRINT_TURNS] ^ of_b[i]);
			least = bits < least ? bits : least;
		}
	return least;
}

static enum err
mark(struct ctx *c, const struct photo *a, const struct photo *b, int bits,
	double likeness)
{
	bool later = a->id > b->id;

	log_info("photo.compare photo=%" PRId64 " resembles=%" PRId64 " likeness=%.2f",
		a->id, b->id, likeness);
	return db_do(c, &LIKENESS_MARK,
		ARGS(c, later ? a->id : b->id, later ? b->id : a->id, bits, likeness));
}

static enum err
compare(struct ctx *c, const struct photo *p, const struct fingerprint *l)
{
	struct fingerprint *other = arena_new(&c->arena, sizeof(*other));
	struct photo *found;
	size_t count = 0;
	bool seen;

	TRY(candidates(c, p, l, &found, &count));
	for (size_t i = 0; i < count; i++) {
		TRY(look_at(c, &found[i], other, &seen));
		if (!seen)
			continue; /* there is nothing to show */
		double likeness = fingerprint_likeness(l, other);
		if (likeness < FINGERPRINT_ALIKE)
			continue;
		fingerprint_measure(other);
		TRY(mark(c, p, &found[i], differing(l, other), likeness));
	}
	return OK;
}

enum err
photo_compare_job(struct ctx *c, const struct job *job)
{
	struct fingerprint *look = arena_new(&c->arena, sizeof(*look));
	struct photo photo = {0};
	bool there, seen;

	TRY(db_maybe(c, &LIKENESS_PHOTO, photo_fields, &photo, &there,
		ARGS(c, job->subject)));
	if (!there)
		return OK; /* erased meanwhile */
	const char *file = photo_file(c, photo.url, PHOTO_WHOLE);
	const char *small = photo_file(c, photo.url, PHOTO_THUMBNAIL);
	if (access(small, R_OK) != 0)
		TRY(picture_write_from(c, file,
			&(struct picture_copy){PHOTO_THUMBNAIL_SIDE, small}, 1));
	TRY(look_at(c, &photo, look, &seen));
	if (!seen)
		return fail(c, E_PICTURE, "the photo %s cannot be read", photo.url);
	fingerprint_measure(look);
	TRY(note(c, &photo, look));
	TRY(db_do(c, &LIKENESS_CLEAR, ARGS(c, photo.id)));
	return compare(c, &photo, look);
}
