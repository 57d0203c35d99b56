#ifndef UNICODE_H
#define UNICODE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

/*
 * Text as people see it: what looks the same is the same (ICU). All text that comes in
 * must be valid UTF-8 (utf8_valid()).
 */

/*
 * The text in normal form C (Unicode Standard Annex 15), as everything is stored,
 * searched and compared. NULL for what is no UTF-8, and for more than 30 combining
 * marks in a row, which no language has, and whose order would take work out of
 * proportion (the Stream-Safe Format of the same annex).
 */
const char *unicode_nfc(struct arena *a, const char *text);

/*
 * May it stand in a name of a person or a file? Not control characters, line and
 * paragraph separators, what turns or encloses the direction of writing (U+202A to
 * U+202E, U+2066 to U+2069), and what unicode_unseen() finds. All else is somebody's
 * language. NULL if it may, else the reason, which lives as long as the arena.
 */
const char *unicode_name_fault(struct arena *a, const char *text);

/*
 * The first character that nobody can see and that no script needs where it stands, 0
 * if there is none: default ignorable ones, noncharacters, annotation marks. Joiners of
 * Persian, Indic scripts and emoji families stay, variants of emoji and Han, flags, and
 * marks of direction in text that is written from the right.
 */
uint32_t unicode_unseen(const char *text);

/* Every blank of Unicode (no-break, ideographic, thin, ...; Braille's) as U+0020. */
enum unicode_blanks {
	BLANKS_ALL,    /* as many as there were */
	BLANKS_INSIDE, /* none at the ends */
	BLANKS_SINGLE  /* none at the ends, one where there were several */
};

const char *unicode_plain_blanks(
	struct arena *a, const char *text, enum unicode_blanks kept);

/* Without white space of Unicode at both ends. */
const char *unicode_trim(struct arena *a, const char *text);

/*
 * May it be a user name? Beside the above: printable ASCII, and of other letters those
 * that identifiers are recommended to have; no invisible ones; letters of one script,
 * or of those that are written together (Unicode Technical Standard 39, "highly
 * restrictive"). NULL if it may, else the reason; the sentence lives as long as the
 * arena.
 */
const char *unicode_identifier_fault(struct arena *a, const char *text);

/*
 * Letters of the Cyrillic script, whichever language they belong to, by their case. The
 * palochka of the Caucasus (U+04C0, U+04CF) is written alike in both: it is small as
 * well as capital. unicode_capital(): the letter's capital, or itself.
 */
bool unicode_is_cyrillic_capital(uint32_t letter);
bool unicode_is_cyrillic_small(uint32_t letter);
uint32_t unicode_capital(uint32_t letter);

/*
 * What a name looks like: two names look the same if one of the two keys of the first
 * is one of the second's. `typed` is of the letters as they stand, where a capital I is
 * a small L and a zero is a capital O; `folded` is of the small letters. Both are
 * skeletons of UTS 39 without capitals. "eyespauI" and "eyespaul" have `typed` in
 * common, "Ivan" and "ivan" `folded`.
 */
struct unicode_skeleton {
	const char *typed, *folded;
};

struct unicode_skeleton unicode_skeleton(struct arena *a, const char *text);

#endif
