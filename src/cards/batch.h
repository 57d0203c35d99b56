#ifndef CARDS_BATCH_H
#define CARDS_BATCH_H

#include "base/ctx.h"
#include "base/field.h"

/*
 * Files made of many cards, by a job that tells how far it is: a PDF to print, a zip of
 * their JPEGs. They are there for a day.
 */
#define BATCH_MOST 500 /* cards */

/* Orders one. kind: print, print8 or archive; cards: uuids, or NULL for all that are
 * drawn of a role. Its state as JSON. E_CARD_NOT_DRAWN; E_INPUT: none, or too many. The
 * caller's transaction. */
enum err batch_add(struct ctx *c, const char *kind, const struct texts *cards,
	const char *role, const char **json);

/* Its state, with an address of the file when it is ready. E_MISSING: not the
 * caller's, or gone. */
enum err batch_show(struct ctx *c, const char *uuid, const char **json);

/* Forgets those of more than a day ago. */
enum err batch_forget(struct ctx *c);

struct job;

/* card.batch; subject: the uuid. */
enum err cards_batch_job(struct ctx *c, const struct job *job);

#endif
