#ifndef CARDS_ROUND_H
#define CARDS_ROUND_H

#include "base/ctx.h"

/*
 * A round with the Airtable base: cards that are filled in and have no picture come
 * over, with their users; what is drawn goes back as an address that lasts. Only one at
 * a time.
 */

/* Orders one now. E_CONFLICT: Airtable is not set up; E_SYNC_RUNS. The caller's
 * transaction. */
enum err round_order(struct ctx *c);

/* The last round: figures and errors, or null. */
enum err round_show(struct ctx *c, const char **json);

struct job;

/* card.round */
enum err cards_round_job(struct ctx *c, const struct job *job);

#endif
