#include "catalogue/film.h"

#include "db/db.h"

#include "catalogue/film.sql.h"

enum err
film_list(struct ctx *c, const struct film_query *q, const char **json)
{
	int64_t before = (q->page - 1) * q->size;

	if (q->similar != NULL)
		return db_json(c,
			q->worst_first ? &FILM_SIMILAR_WORST : &FILM_SIMILAR_BEST, json,
			ARGS(c, before, q->size, q->whole, q->similar, q->genre));
	if (q->genre != NULL)
		return db_json(c, q->worst_first ? &FILM_GENRE_WORST : &FILM_GENRE_BEST,
			json, ARGS(c, before, q->size, q->whole, q->genre));
	return db_json(c, q->worst_first ? &FILM_WORST : &FILM_BEST, json,
		ARGS(c, before, q->size, q->whole));
}

enum err
film_search(struct ctx *c, const struct film_query *q, const char **json)
{
	return db_json(c, &FILM_SEARCH, json,
		ARGS(c, (q->page - 1) * q->size, q->size, q->whole, q->text,
			MOST_HITS));
}

enum err
film_get(struct ctx *c, const struct film_query *q, const char **json)
{
	return db_json(c, &FILM_GET, json, ARGS(c, q->id, q->whole));
}

enum err
film_of_person(struct ctx *c, const struct film_query *q, const char **json)
{
	return db_json(c, &FILM_OF_PERSON, json,
		ARGS(c, (q->page - 1) * q->size, q->size, q->whole, q->id));
}
