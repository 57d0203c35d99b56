#ifndef RESPONSE_CACHE_H
#define RESPONSE_CACHE_H

#include "catalogue/film_query.h"

/*
 * Answers kept in Redis for catalogue.keep, under the edition that they were read from,
 * so a load makes all of them old at once. The same bytes come with Redis and without
 * it; failures are not kept. Of several who ask for what is not there one reads it from
 * the database and the others wait for that, at most catalogue.wait.
 */
enum response_cache_state {
	RESPONSE_CACHE_HIT,    /* it was there */
	RESPONSE_CACHE_WAITED, /* another one has just read it */
	RESPONSE_CACHE_MISS    /* read from the database */
};

/* The answer to the question; name tells the loaders apart. Errors are the
 * loader's. */
enum err response_cache_get(struct ctx *c, const char *name, loader *read,
	const struct film_query *q, const char **json,
	enum response_cache_state *state);

/* Makes this edition the one in force, at the end of a load. Without Redis readers see
 * it within a minute. */
void response_cache_edition(struct ctx *c, int64_t edition);

#endif
