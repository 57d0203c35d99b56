#ifndef CARDS_LATIN_H
#define CARDS_LATIN_H

#include "base/arena.h"

/* Capitals of any script. */
const char *latin_capitals(struct arena *a, const char *text);

/* Capitals, Cyrillic as Latin by ICAO Doc 9303 part 3, section 6 (as in Russian
 * passports). Other scripts stay. */
const char *latin_passport(struct arena *a, const char *text);

/* Capitals that every font has: ICU's transliteration into ASCII. */
const char *latin_plain(struct arena *a, const char *text);

#endif
