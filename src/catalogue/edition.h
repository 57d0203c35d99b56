#ifndef CATALOGUE_EDITION_H
#define CATALOGUE_EDITION_H

#include "base/ctx.h"

/*
 * Sets of films, one of which is in force: the edition. The set before it is kept and
 * can come back; that is an edition of its own, so that answers kept of the other one
 * are not taken for it.
 */

/* The newest edition as lines of text, NULL when nothing has been loaded. */
enum err edition_status(struct ctx *c, const char **lines);

/* {"now", "before", "history"} as JSON: the edition in force and the one that can come
 * back (null: none), and the newest twenty. */
enum err edition_list(struct ctx *c, const char **json);

/* Puts the set that was loaded in the place of the one in force; source: what it was
 * loaded from. *edition is its number. E_BUSY when readers hold the old one for long.
 */
enum err edition_publish(struct ctx *c, const char *source, int64_t *edition);

/*
 * The set before comes back, and the one in force is the one before then. expected: the
 * edition that is to come back, 0: whichever it is. *edition is the number of the new
 * one, in the audit trail. E_EDITION_NOT_FOUND: there is none before; E_CHANGED: it is
 * another; E_LOADING: a load is running; E_BUSY: readers hold the sets, after some tries
 * (more if patient), or the database went away: then look at what is in force.
 */
enum err edition_back(struct ctx *c, int64_t expected, bool patient, int64_t *edition);

/* {"data", "next"}: films that a search finds, the best first, each with why it is
 * there: {"words": [{"words", "in": "title", "text" or null}], "is_title"} (null
 * text: no search, the best films). `after` of them come before the page. */
enum err edition_hits(struct ctx *c, const char *text, int64_t after, int64_t limit,
	const char **json);

#endif
