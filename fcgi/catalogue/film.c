/* Films. */
#include "catalogue/film.h"

#include "base/field_error.h"
#include "base/str.h"
#include "catalogue/catalogue.h"

struct films {
	struct page page;
	const char *sort, *genre, *similar;
};

#define PAGE_FIELDS(type_)                                                             \
	{.name = "page_number",                                                        \
		.type = FIELD_INT,                                                     \
		.offset = offsetof(type_, page.page_number),                           \
		.min = 1,                                                              \
		.max = 1000000000},                                                    \
	{                                                                              \
		.name = "page_size", .type = FIELD_INT,                                \
		.offset = offsetof(type_, page.page_size), .min = 1, .max = 100        \
	}

INPUT(catalogue_genres_in, struct page,
	FIELD(struct page, page_number, .min = 1, .max = 1000000000),
	FIELD(struct page, page_size, .min = 1, .max = 100));
INPUT(catalogue_films_in, struct films, PAGE_FIELDS(struct films),
	FIELD(struct films, sort, .one_of = "imdb_rating -imdb_rating"),
	FIELD(struct films, genre, .rule = uuid_rule),
	FIELD(struct films, similar, .rule = uuid_rule));
INPUT(catalogue_words_in, struct search, PAGE_FIELDS(struct search),
	FIELD(struct search, query, .must = true, .trim = true, .min = 1, .max = 200));

/* GET /films: 200 [FilmShort], the best rated first, or sort=imdb_rating. */
enum err
catalogue_get_films(struct req *r)
{
	const struct films *in = r->in;
	struct film_query q = {.genre = in->genre,
		.similar = in->similar,
		.worst_first = str_eq(in->sort, "imdb_rating")};

	catalogue_ask_page(&q, &in->page);
	return catalogue_answer(r, "films", film_list, &q);
}

/* GET /films/search?query=: 200 [FilmShort], the most relevant first. */
enum err
catalogue_get_films_search(struct req *r)
{
	const struct search *in = r->in;
	struct film_query q = {.text = in->query};

	catalogue_ask_page(&q, &in->page);
	return catalogue_answer(r, "films.search", film_search, &q);
}

/* GET /films/{uuid}: 200 Film. */
enum err
catalogue_get_film(struct req *r)
{
	return catalogue_answer(
		r, "film", film_get, &(struct film_query){.id = r->word[0]});
}
