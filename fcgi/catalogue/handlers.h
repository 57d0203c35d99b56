#ifndef FCGI_CATALOGUE_HANDLERS_H
#define FCGI_CATALOGUE_HANDLERS_H

#include "catalogue/shelf.h"
#include "req.h"

/* Who may call a route. */
enum catalogue_who { ANYONE };

/* What queries may say; the rows of routes.def name these. */
extern const struct input films_in, genres_in, words_in;

/* The members of every query of a list; 0: not said. */
struct page {
	int64_t page_number, page_size;
};

struct search {
	struct page page;
	const char *query;
};

/* The handlers of routes.def; what each answers is said in its file. */
enum err get_films(struct req *r);
enum err get_films_search(struct req *r);
enum err get_film(struct req *r);
enum err get_genres(struct req *r);
enum err get_genre(struct req *r);
enum err get_persons(struct req *r);
enum err get_persons_search(struct req *r);
enum err get_person(struct req *r);
enum err get_person_film(struct req *r);

/* Sets page and size of the question, as asked or by default. */
void ask_page(struct question *q, const struct page *page);

/*
 * Sends what the answerer says (or what is kept of it), with an ETag; 304 for who has
 * it. X-Cache says hit, waited or miss.
 */
enum err answer(struct req *r, const char *name, answerer *read, struct question *q);

#endif
