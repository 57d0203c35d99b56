#include "catalogue/genre.h"

#include "db/db.h"

#include "catalogue/genre.sql.h"

enum err
genre_list(struct ctx *c, const struct film_query *q, const char **json)
{
	return db_json(c, &GENRE_LIST, json, ARGS(c, (q->page - 1) * q->size, q->size));
}

enum err
genre_get(struct ctx *c, const struct film_query *q, const char **json)
{
	return db_json(c, &GENRE_GET, json, ARGS(c, q->id));
}
