/* People. */
#include "catalogue/person.h"

#include "catalogue/film.h"
#include "catalogue/catalogue.h"

/* GET /persons: 200 [Person], those with most films first. */
enum err
catalogue_get_persons(struct req *r)
{
	struct film_query q = {0};

	catalogue_ask_page(&q, r->in);
	return catalogue_answer(r, "persons", person_list, &q);
}

/* GET /persons/search?query=: 200 [Person], the most relevant first. */
enum err
catalogue_get_persons_search(struct req *r)
{
	const struct search *in = r->in;
	struct film_query q = {.text = in->query};

	catalogue_ask_page(&q, &in->page);
	return catalogue_answer(r, "persons.search", person_search, &q);
}

/* GET /persons/{uuid}: 200 Person. */
enum err
catalogue_get_person(struct req *r)
{
	return catalogue_answer(
		r, "person", person_get, &(struct film_query){.id = r->word[0]});
}

/* GET /persons/{uuid}/film: 200 [FilmShort], the person's best first. */
enum err
catalogue_get_person_film(struct req *r)
{
	struct film_query q = {.id = r->word[0]};

	catalogue_ask_page(&q, r->in);
	return catalogue_answer(r, "person.film", film_of_person, &q);
}
