#ifndef REFUSAL_H
#define REFUSAL_H

#include "req.h"

/*
 * struct manners.refuse of newer faces: {"error", "detail"}, with the face's word from
 * cases.def and a sentence; of wrong input "field", the first field error's, and
 * "reasons", all of them. Nothing more is said of a 5xx. Retry-After comes with 429 and
 * 503.
 */
void refusal_coded(struct req *r, enum err e);

#endif
