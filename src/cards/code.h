#ifndef CARDS_CODE_H
#define CARDS_CODE_H

#include <stdbool.h>

#include "base/arena.h"

/*
 * Codes of cards: 128 random bits as 26 digits of Crockford's base32, in front of them
 * "T-" for a specimen.
 */
const char *code_new(struct arena *a, bool specimen);

/* What somebody has typed or scanned, as it is kept: capitals, without the blanks and
 * hyphens between groups, O as 0, I and L as 1. NULL if it cannot be a code. */
const char *code_read(struct arena *a, const char *text);

/* For people: in groups, "ABCD-EFGH-...". */
const char *code_shown(struct arena *a, const char *code);

#endif
