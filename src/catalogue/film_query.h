#ifndef QUESTION_H
#define QUESTION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ctx.h"

/*
 * Films, genres and people: read only, a whole set at a time (load.h). Contract:
 * docs/openapi/catalogue.yaml.
 */

/* What a reader asks; which members count is said at each function. */
struct film_query {
	const char *id;              /* uuid of a film, genre or person */
	const char *genre, *similar; /* uuids, NULL: any */
	const char *text;            /* what is searched for */
	bool worst_first;            /* sort=imdb_rating */
	bool whole;         /* restricted films too are shown with all that is known */
	int64_t page, size; /* from 1; rows a page */
};

/* The answer as JSON text, which lives as long as the ctx. */
typedef enum err loader(struct ctx *c, const struct film_query *q, const char **json);

/* A search shows so many hits at most, over all its pages. */
#define MOST_HITS ((int64_t)500)

#endif
