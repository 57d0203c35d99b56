#ifndef FILM_H
#define FILM_H

#include "catalogue/question.h"

/* Array of FilmShort: genre, similar, worst_first, page, size, whole. */
answerer film_list;

/* Array of FilmShort, the most relevant first: text, page, size, whole. */
answerer film_search;

/* Film by its id: id, whole. E_FILM_NOT_FOUND. */
answerer film_get;

/* Array of FilmShort, those of a person, the best first: id, page, size, whole.
 * E_PERSON_NOT_FOUND. */
answerer film_of_person;

#endif
