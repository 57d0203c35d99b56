#ifndef SHELF_H
#define SHELF_H

#include "catalogue/question.h"

/*
 * Answers kept in Redis for catalogue.keep, under the edition that they were read from,
 * so a load makes all of them old at once. The same bytes come with Redis and without
 * it; failures are not kept. Of several who ask for what is not there one reads it from
 * the database and the others wait for that, at most catalogue.wait.
 */
enum shelf_state {
	SHELF_HIT,    /* it was there */
	SHELF_WAITED, /* another one has just read it */
	SHELF_MISS    /* read from the database */
};

/* The answer to the question; name tells the answerers apart. Errors are the
 * answerer's. */
enum err shelf_get(struct ctx *c, const char *name, answerer *read,
	const struct question *q, const char **json, enum shelf_state *state);

/* Makes this edition the one in force, at the end of a load. Without Redis readers see
 * it within a minute. */
void shelf_edition(struct ctx *c, int64_t edition);

#endif
