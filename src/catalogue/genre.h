#ifndef GENRE_H
#define GENRE_H

#include "catalogue/question.h"

/* Array of Genre by name: page, size. */
answerer genre_list;

/* Genre by its id. E_GENRE_NOT_FOUND. */
answerer genre_get;

#endif
