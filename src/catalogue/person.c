#include "catalogue/person.h"

#include "db/db.h"

#include "catalogue/person.sql.h"

enum err
person_list(struct ctx *c, const struct film_query *q, const char **json)
{
	return db_json(
		c, &PERSON_LIST, json, ARGS(c, (q->page - 1) * q->size, q->size));
}

enum err
person_search(struct ctx *c, const struct film_query *q, const char **json)
{
	return db_json(c, &PERSON_SEARCH, json,
		ARGS(c, (q->page - 1) * q->size, q->size, q->text, MOST_HITS));
}

enum err
person_get(struct ctx *c, const struct film_query *q, const char **json)
{
	return db_json(c, &PERSON_GET, json, ARGS(c, q->id));
}
