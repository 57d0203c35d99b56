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
 * searched and compared. NULL for what is no UTF-8, and for more than 30 combining marks
 * in a row, which no language has, and whose order would take work out of proportion
 * (the Stream-Safe Format of the same annex).
 */
const char *unicode_nfc(struct arena *a, const char *text);

/*
 * May it stand in a name of a person or a file? Not control characters, line and
 * paragraph separators, and what turns or encloses the direction of writing (U+202A to
 * U+202E, U+2066 to U+2069). All else is somebody's language: joiners of Persian and
 * of emoji, marks of direction, blanks of any width. NULL if it may, else the reason.
 */
const char *unicode_name_fault(const char *text);

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
struct unicode_look {
	const char *typed, *folded;
};

struct unicode_look unicode_look(struct arena *a, const char *text);

#endif
