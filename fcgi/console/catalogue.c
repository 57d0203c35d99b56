/* The film catalogue: the set in force and the one before it, and why a search finds
 * what. */
#include "catalogue/edition.h"

#include "console/console.h"
#include "reply.h"

#define PAGE 20
#define PAGE_MOST 100

struct films_query {
	const char *query;
	int64_t after, limit;
};

INPUT(console_films_in, struct films_query,
	FIELD(struct films_query, query, .max = 200),
	FIELD(struct films_query, after, .min = 0, .max = INT32_MAX),
	FIELD(struct films_query, limit, .min = 1, .max = PAGE_MOST));

struct back_body {
	int64_t edition;
};

INPUT(console_back_in, struct back_body,
	FIELD(struct back_body, edition, .must = true, .min = 1, .max = INT64_MAX));

/* GET /catalogue: 200 {"now", "before", "history"}. */
enum err
console_get_catalogue(struct req *r)
{
	const char *json;

	TRY(edition_list(&r->ctx, &json));
	return console_reply(r, json);
}

/* GET /catalogue/films?query=: 200 {"data": [...], "next"}: hits with why they are
 * there; without a query the best films. */
enum err
console_get_films(struct req *r)
{
	const struct films_query *in = r->in;
	const char *json, *text = in->query;

	if (text != NULL && text[0] == '\0')
		text = NULL;
	TRY(edition_hits(
		&r->ctx, text, in->after, in->limit == 0 ? PAGE : in->limit, &json));
	return console_reply(r, json);
}

/* POST /catalogue/back {"edition"} that is to come back: 200 as GET /catalogue.
 * E_EDITION_NOT_FOUND, E_CHANGED, E_LOADING, E_BUSY */
enum err
console_post_catalogue_back(struct req *r)
{
	const struct back_body *in = r->in;
	const char *json;
	int64_t edition;

	TRY(edition_back(&r->ctx, in->edition, false, &edition));
	TRY(edition_list(&r->ctx, &json));
	return reply_json(r, 200, json);
}
