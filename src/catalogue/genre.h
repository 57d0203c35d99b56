#ifndef GENRE_H
#define GENRE_H

#include "catalogue/film_query.h"

/* Array of Genre by name: page, size. */
loader genre_list;

/* Genre by its id. E_GENRE_NOT_FOUND. */
loader genre_get;

#endif
