#include "catalogue/edition.h"

#include <time.h>

#include "account/audit.h"
#include "base/str.h"
#include "catalogue/film_query.h"
#include "catalogue/response_cache.h"
#include "db/db.h"

#include "catalogue/edition.sql.h"

#define PAUSE_MS 200
#define LOAD_TRIES 100
#define BACK_TRIES 20 /* somebody waits for it */

/* One try to change what is in force; `what` is the reason of the caller. */
typedef enum err change(struct ctx *c, const char *what, int64_t *edition);

/* A moment without a reader comes soon: each holds its locks for milliseconds. */
static enum err
change_patiently(
	struct ctx *c, change *once, const char *what, int tries, int64_t *edition)
{
	const struct timespec pause = {.tv_nsec = PAUSE_MS * 1000000L};
	enum err e = E_BUSY;

	for (int i = 0; e == E_BUSY && i < tries; i++) {
		if (i > 0) {
			ctx_clear_error(c);
			nanosleep(&pause, NULL);
		}
		e = once(c, what, edition);
	}
	TRY(e);
	response_cache_edition(c, *edition);
	return OK;
}

static enum err
publish_once(struct ctx *c, const char *source, int64_t *edition)
{
	return db_int(c, &EDITION_PUBLISH, edition, ARGS(c, source));
}

enum err
edition_publish(struct ctx *c, const char *source, int64_t *edition)
{
	return change_patiently(c, publish_once, source, LOAD_TRIES, edition);
}

static enum err
back_in_transaction(struct ctx *c, int64_t *edition)
{
	int64_t idle;

	TRY(db_int(c, &EDITION_IDLE, &idle, ARGS(c)));
	if (idle == 0)
		return fail(c, E_CONFLICT, "a load is running");
	TRY(db_int(c, &EDITION_BACK, edition, ARGS(c)));
	return audit_add(c, "catalogue.back", "catalogue",
		arena_fmt(&c->arena, "%lld", (long long)*edition), NULL);
}

static enum err
back_once(struct ctx *c, const char *what, int64_t *edition)
{
	(void)what;
	TRY(db_begin(c));
	return db_end(c, back_in_transaction(c, edition));
}

enum err
edition_back(struct ctx *c, int64_t *edition)
{
	return change_patiently(c, back_once, NULL, BACK_TRIES, edition);
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
