#ifndef PROGRAMME_ABSENCE_WORDS_H
#define PROGRAMME_ABSENCE_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/utc.h"

/*
 * What a family writes about an absence, in Russian or English: "ill", "болеем 3 дня",
 * "болеем до 25.11", "away from 21.11 to 25.11", "уезжаем 21–25 ноября", "back".
 */
enum absence_word { ABSENCE_NONE, ABSENCE_ILL, ABSENCE_AWAY, ABSENCE_BACK };

/* What a text is about, by one of its first four words. */
enum absence_word absence_word(const char *text);

struct absence_days {
	bool are_wrong;       /* a date that is none, or numbers that say nothing */
	bool are_named;       /* from and to are what was written */
	struct date from, to; /* "to 25.11": from is today */
	int count;            /* "3 days", "2 weeks"; 0: not said */
};

/* The days that a text names. A date without its year is the next one, or one of the
 * last half a year. */
struct absence_days absence_days(const char *text, struct date today);

#endif
