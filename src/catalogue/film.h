#ifndef FILM_H
#define FILM_H

#include "catalogue/film_query.h"

/* Array of FilmShort: genre, similar, worst_first, page, size, whole. */
loader film_list;

/* Array of FilmShort, the most relevant first: text, page, size, whole. */
loader film_search;

/* Film by its id: id, whole. E_FILM_NOT_FOUND. */
loader film_get;

/* Array of FilmShort, those of a person, the best first: id, page, size, whole.
 * E_PERSON_NOT_FOUND. */
loader film_of_person;

#endif
