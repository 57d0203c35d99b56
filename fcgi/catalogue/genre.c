/* Genres. */
#include "catalogue/genre.h"

#include "catalogue/catalogue.h"

/* GET /genres: 200 [Genre], by name. */
enum err
catalogue_get_genres(struct req *r)
{
	struct film_query q = {0};

	catalogue_ask_page(&q, r->in);
	return catalogue_answer(r, "genres", genre_list, &q);
}

/* GET /genres/{uuid}: 200 Genre. */
enum err
catalogue_get_genre(struct req *r)
{
	return catalogue_answer(
		r, "genre", genre_get, &(struct film_query){.id = r->word[0]});
}
