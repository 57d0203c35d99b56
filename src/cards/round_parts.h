#ifndef CARDS_ROUND_PARTS_H
#define CARDS_ROUND_PARTS_H

#include "base/buf.h"
#include "base/ctx.h"

/* What the parts of a round with Airtable (cards/round.h) have in common. */

struct job;
struct json_object;

/* A round on its way. Pages are taken one by one, each in a unit of work of its own: a
 * base may have more records than there is memory. */
struct round {
	struct ctx *c; /* of the page; of the whole round between pages */
	struct arena *arena;
	const struct job *job; /* whose lease is kept; its id 0: nobody's */
	int64_t id;
	const char *card_table, *user_table;
	const char *since; /* what was changed before has been seen; "": nothing has */
	struct json_object *held; /* records of users */
	int64_t found, taken, same, written, again;
	struct buf errors, refused; /* refused: ids of what is asked for again */
	size_t error_count;
};

/* Tells what is wrong with a record, NULL: with all; the first of them are kept. */
void round_note_error(struct round *r, const char *record, const char *words);

/* The round is alive, and its job's. The errors of job_keep() in job/job.h. */
enum err round_keep(struct round *r);

/* What is new or was changed comes over. The errors of net/airtable.h: E_INPUT,
 * E_LIMIT, E_PEER. */
enum err round_take(struct round *r);

/* What has been written is looked at, and what is drawn goes back; likewise. */
enum err round_give(struct round *r);

#endif
