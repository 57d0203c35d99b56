#ifndef PERSON_H
#define PERSON_H

#include "catalogue/film_query.h"

/* Array of Person, those with most films first: page, size. */
loader person_list;

/* Array of Person, the most relevant first: text, page, size. */
loader person_search;

/* Person by its id. E_PERSON_NOT_FOUND. */
loader person_get;

#endif
