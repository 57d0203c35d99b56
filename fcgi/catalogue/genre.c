/* Genres. */
#include "catalogue/genre.h"

#include "catalogue/handlers.h"

/* GET /genres: 200 [Genre], by name. */
enum err
get_genres(struct req *r)
{
	struct question q = {0};

	ask_page(&q, r->in);
	return answer(r, "genres", genre_list, &q);
}

/* GET /genres/{uuid}: 200 Genre. */
enum err
get_genre(struct req *r)
{
	return answer(r, "genre", genre_get, &(struct question){.id = r->word[0]});
}
