#include "catalogue/edition.h"

#include <time.h>

#include "account/audit.h"
#include "base/str.h"
#include "catalogue/film_query.h"
#include "catalogue/response_cache.h"
#include "db/db.h"

#include "catalogue/edition.sql.h"

#define PAUSE_MS 200
#define TRIES_MOST 100
#define TRIES_PATIENT 20 /* somebody at a terminal waits for it */
#define TRIES_BRIEF 3    /* a request does */

/* A moment without a reader comes soon: each holds its locks for milliseconds. True
 * after a pause, unless there have been tries enough. */
static bool
once_more(struct ctx *c, int *tries)
{
	const struct timespec pause = {.tv_nsec = PAUSE_MS * 1000000L};

	if (--*tries == 0)
		return false;
	ctx_clear_error(c);
	nanosleep(&pause, NULL);
	return true;
}

enum err
edition_publish(struct ctx *c, const char *source, int64_t *edition)
{
	int tries = TRIES_MOST;
	enum err e;

	do
		e = db_int(c, &EDITION_PUBLISH, edition, ARGS(c, source));
	while (e == E_BUSY && once_more(c, &tries));
	TRY(e);
	response_cache_edition(c, *edition);
	return OK;
}

static enum err
exchange(struct ctx *c, int64_t expected, int64_t *edition)
{
	int64_t idle, before;

	TRY(db_int(c, &EDITION_IDLE, &idle, ARGS(c)));
	if (idle == 0)
		return fail(c, E_LOADING, NULL);
	TRY(db_int(c, &EDITION_BEFORE, &before, ARGS(c)));
	if (expected != 0 && expected != before)
		return fail(c, E_CHANGED, NULL);
	TRY(db_int(c, &EDITION_BACK, edition, ARGS(c)));
	return audit_add(c, "catalogue.back", "catalogue",
		arena_fmt(&c->arena, "%lld", (long long)*edition), NULL);
}

/* Readers are in the way: it may be tried again. After a commit nobody knows: another
 * exchange would undo the first. */
static enum err
try_exchange(struct ctx *c, int64_t expected, int64_t *edition, bool *again)
{
	TRY(db_begin(c));
	enum err e = exchange(c, expected, edition);
	*again = e == E_BUSY;
	return db_end(c, e);
}

enum err
edition_back(struct ctx *c, int64_t expected, bool patient, int64_t *edition)
{
	int tries = patient ? TRIES_PATIENT : TRIES_BRIEF;
	bool again = false;
	enum err e;

	do
		e = try_exchange(c, expected, edition, &again);
	while (again && once_more(c, &tries));
	TRY(e);
	response_cache_edition(c, *edition);
	return OK;
}

enum err
edition_status(struct ctx *c, const char **lines)
{
	TRY(db_json(c, &EDITION_STATUS, lines, ARGS(c)));
	return OK;
}

enum err
edition_list(struct ctx *c, const char **json)
{
	return db_json(c, &EDITION_LIST, json, ARGS(c));
}

enum err
edition_hits(struct ctx *c, const char *text, int64_t after, int64_t limit,
	const char **json)
{
	if (text == NULL)
		return db_json(c, &EDITION_BEST, json, ARGS(c, after, limit));
	return db_json(c, &EDITION_HITS, json,
		ARGS(c, text, after, limit, (int64_t)MOST_HITS));
}
