#ifndef FCGI_CATALOGUE_H
#define FCGI_CATALOGUE_H

#include "catalogue/response_cache.h"
#include "face.h"

/* The film catalogue: docs/openapi/catalogue.yaml. Everybody may read it. */
extern const struct manners catalogue_manners;

/* The handlers of routes.def and what they read; what each answers is said where it is
 * defined. */
#define ROUTE(...) ROUTE_DECLARE(__VA_ARGS__)
#include "catalogue/routes.def"
#undef ROUTE

/* The members of every query of a list; 0: not said. */
struct page {
	int64_t page_number, page_size;
};

struct search {
	struct page page;
	const char *query;
};

/* Sets page and size of the question, as asked or by default. */
void catalogue_ask_page(struct film_query *q, const struct page *page);

/*
 * Sends what the loader says (or what is kept of it), with an ETag; 304 for who has
 * it. X-Cache says hit, waited or miss.
 */
enum err catalogue_answer(
	struct req *r, const char *name, loader *read, struct film_query *q);

#endif
