#ifndef PERSON_H
#define PERSON_H

#include "catalogue/question.h"

/* Array of Person, those with most films first: page, size. */
answerer person_list;

/* Array of Person, the most relevant first: text, page, size. */
answerer person_search;

/* Person by its id. E_PERSON_NOT_FOUND. */
answerer person_get;

#endif
