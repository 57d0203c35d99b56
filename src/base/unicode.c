#include "base/unicode.h"

#include <stdlib.h>
#include <string.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/uset.h>
#include <unicode/uspoof.h>
#include <unicode/ustring.h>

#include "base/log.h"
#include "base/str.h"

#define MARKS_MOST 30
#define PALOCHKA 0x04C0
#define SMALL_PALOCHKA 0x04CF

static bool
is_ascii(const char *s)
{
	while (*s > 0)
		s++;
	return *s == '\0';
}

/* ICU fails when memory or its data are missing: nothing can go on then. */
static void
must(UErrorCode code, const char *what)
{
	if (U_SUCCESS(code))
		return;
	log_error("icu: %s: %s", what, u_errorName(code));
	abort();
}

/* UTF-16, with a NUL behind it. */
static UChar *
wide(struct arena *a, const char *text, int32_t *length)
{
	size_t most = strlen(text) + 1;
	UChar *out = arena_new(a, most * sizeof(*out));
	UErrorCode code = U_ZERO_ERROR;

	u_strFromUTF8(out, (int32_t)most, length, text, -1, &code);
	must(code, "from UTF-8");
	return out;
}

static char *
narrow(struct arena *a, const UChar *text, int32_t length)
{
	size_t most = (size_t)length * 3 + 1;
	char *out = arena_new(a, most);
	UErrorCode code = U_ZERO_ERROR;

	u_strToUTF8(out, (int32_t)most, NULL, text, length, &code);
	must(code, "to UTF-8");
	return out;
}

static bool
has_too_many_marks(const char *s)
{
	int marks = 0;
	uint32_t u;

	while ((u = utf8_next(&s)) != 0) {
		marks = u_getCombiningClass((UChar32)u) == 0 ? 0 : marks + 1;
		if (marks > MARKS_MOST)
			return true;
	}
	return false;
}

const char *
unicode_nfc(struct arena *a, const char *text)
{
	UErrorCode code = U_ZERO_ERROR;
	int32_t length, used;

	if (is_ascii(text))
		return text;
	if (!utf8_valid(text, strlen(text)) || has_too_many_marks(text))
		return NULL;
	const UNormalizer2 *nfc = unorm2_getNFCInstance(&code);
	must(code, "NFC");
	UChar *given = wide(a, text, &length);
	if (unorm2_quickCheck(nfc, given, length, &code) == UNORM_YES)
		return text;
	/* A composed character has three at most: UAX 15, "maximum expansion". */
	int32_t most = length * 3 + 1;
	UChar *out = arena_new(a, (size_t)most * sizeof(*out));
	used = unorm2_normalize(nfc, given, length, out, most, &code);
	must(code, "NFC");
	return narrow(a, out, used);
}

const char *
unicode_name_fault(struct arena *a, const char *text)
{
	uint32_t u;

	for (const char *s = text; (u = utf8_next(&s)) != 0;) {
		if (u < 0x20 || (u >= 0x7F && u < 0xA0) || u == 0x2028 || u == 0x2029)
			return "must not have control characters";
		if ((u >= 0x202A && u <= 0x202E) || (u >= 0x2066 && u <= 0x2069))
			return "must not have characters that turn the direction of "
			       "writing";
	}
	u = unicode_unseen(text);
	return u == 0 ? NULL
		      : arena_fmt(a,
				"must not have characters that cannot be seen (U+%04X)",
				(unsigned)u);
}

/* Opened once a process, when it is first needed. */
static const USpoofChecker *
checker(void)
{
	static USpoofChecker *found;
	UErrorCode code = U_ZERO_ERROR;

	if (found != NULL)
		return found;
	found = uspoof_open(&code);
	must(code, "spoof checker");
	uspoof_setRestrictionLevel(found, USPOOF_HIGHLY_RESTRICTIVE);
	uspoof_setChecks(found,
		USPOOF_RESTRICTION_LEVEL | USPOOF_INVISIBLE | USPOOF_MIXED_NUMBERS,
		&code);
	must(code, "spoof checker");
	return found;
}

static bool
is_letter_of_names(uint32_t u)
{
	UErrorCode code = U_ZERO_ERROR;
	const USet *recommended = uspoof_getRecommendedSet(&code);
	const USet *inclusion = uspoof_getInclusionSet(&code);

	must(code, "sets");
	return (u >= 0x20 && u < 0x7F) || uset_contains(recommended, (UChar32)u) ||
	       (uset_contains(inclusion, (UChar32)u) &&
		       !u_hasBinaryProperty(
			       (UChar32)u, UCHAR_DEFAULT_IGNORABLE_CODE_POINT));
}

const char *
unicode_identifier_fault(struct arena *a, const char *text)
{
	const char *fault = unicode_name_fault(a, text);
	UErrorCode code = U_ZERO_ERROR;
	int32_t length;
	uint32_t u;

	for (const char *s = text; fault == NULL && (u = utf8_next(&s)) != 0;)
		if (!is_letter_of_names(u))
			fault = arena_fmt(a,
				"must not have invisible or unusual characters "
				"(U+%04X)",
				(unsigned)u);
	if (fault != NULL || is_ascii(text))
		return fault;
	const UChar *given = wide(a, text, &length);
	int32_t failed = uspoof_check2(checker(), given, length, NULL, &code);
	must(code, "check");
	if ((failed & USPOOF_RESTRICTION_LEVEL) != 0)
		return "must not mix letters of different scripts";
	if ((failed & USPOOF_MIXED_NUMBERS) != 0)
		return "must not mix digits of different scripts";
	return failed != 0 ? "must not have marks that cannot be seen" : NULL;
}

static bool
is_cyrillic(uint32_t letter)
{
	UErrorCode code = U_ZERO_ERROR;
	UScriptCode script = uscript_getScript((UChar32)letter, &code);

	must(code, "script");
	return script == USCRIPT_CYRILLIC;
}

bool
unicode_is_cyrillic_capital(uint32_t letter)
{
	return is_cyrillic(letter) &&
	       (u_isupper((UChar32)letter) || letter == SMALL_PALOCHKA);
}

bool
unicode_is_cyrillic_small(uint32_t letter)
{
	return is_cyrillic(letter) &&
	       (u_islower((UChar32)letter) || letter == PALOCHKA);
}

uint32_t
unicode_capital(uint32_t letter)
{
	return (uint32_t)u_toupper((UChar32)letter);
}

static const UChar *
fold(struct arena *a, const UChar *given, int32_t length, int32_t *folded)
{
	UErrorCode code = U_ZERO_ERROR;
	int32_t most = length * 3 + 1; /* of case folding: Unicode 5.18 */
	UChar *out = arena_new(a, (size_t)most * sizeof(*out));

	*folded = u_strFoldCase(out, most, given, length, U_FOLD_CASE_DEFAULT, &code);
	must(code, "case folding");
	return out;
}

static const UChar *
skeleton(struct arena *a, const UChar *given, int32_t length, int32_t *used)
{
	UErrorCode code = U_ZERO_ERROR;

	*used = uspoof_getSkeleton(checker(), 0, given, length, NULL, 0, &code);
	if (code != U_BUFFER_OVERFLOW_ERROR)
		must(code, "skeleton");
	code = U_ZERO_ERROR;
	UChar *out = arena_new(a, ((size_t)*used + 1) * sizeof(*out));
	uspoof_getSkeleton(checker(), 0, given, length, out, *used + 1, &code);
	must(code, "skeleton");
	return out;
}

/* A skeleton has capitals: the one of "0" is "O". They are folded, and what comes out
 * looks like something again: the one of "m" is "rn". */
static const char *
look(struct arena *a, const UChar *text, int32_t length)
{
	text = skeleton(a, text, length, &length);
	text = fold(a, text, length, &length);
	text = skeleton(a, text, length, &length);
	return narrow(a, text, length);
}

struct unicode_skeleton
unicode_skeleton(struct arena *a, const char *text)
{
	int32_t length, small;
	const UChar *given = wide(a, text, &length);
	const UChar *folded = fold(a, given, length, &small);

	return (struct unicode_skeleton){
		look(a, given, length), look(a, folded, small)};
}

const char *
unicode_trim(struct arena *a, const char *text)
{
	const char *begin = NULL, *end = text, *s = text;
	uint32_t u;

	for (const char *at = s; (u = utf8_next(&s)) != 0; at = s) {
		if (u_isUWhiteSpace((UChar32)u))
			continue;
		begin = begin == NULL ? at : begin;
		end = s;
	}
	return begin == NULL ? "" : arena_strn(a, begin, (size_t)(end - begin));
}
