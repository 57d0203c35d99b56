/*
 * Characters that nobody sees. Two names that differ by one look the same, so they have
 * a place only where a script or an emoji needs them: joiners inside words of scripts
 * that join, selectors behind what has variants, marks of direction beside letters that
 * are written from the right, tags in flags.
 */
#include <unicode/uchar.h>
#include <unicode/uscript.h>

#include "base/str.h"
#include "base/unicode.h"

#define ZWSP 0x200B
#define ZWNJ 0x200C
#define ZWJ 0x200D
#define KEYCAP 0x20E3
#define BRAILLE_BLANK 0x2800
#define BLACK_FLAG 0x1F3F4
#define CANCEL_TAG 0xE007F
#define TEXT_VARIANT 0xFE0E
#define EMOJI_VARIANT 0xFE0F

/* What stands around a character; 0: nothing. */
struct around {
	uint32_t before; /* itself, whatever it is */
	uint32_t base;   /* the last one before that is no mark, variant or skin tone */
	uint32_t after;
	bool from_right; /* the text has a letter that is written from the right */
};

static UScriptCode
script_of(uint32_t u)
{
	UErrorCode code = U_ZERO_ERROR;
	UScriptCode script = uscript_getScript((UChar32)u, &code);

	return U_SUCCESS(code) ? script : USCRIPT_UNKNOWN;
}

static bool
is_one_of(uint32_t u, const UScriptCode *scripts)
{
	UScriptCode script = script_of(u);

	while (*scripts != USCRIPT_UNKNOWN && *scripts != script)
		scripts++;
	return u != 0 && *scripts == script && script != USCRIPT_UNKNOWN;
}

static bool
joins(uint32_t u)
{
	static const UScriptCode joining[] = {USCRIPT_ARABIC, USCRIPT_SYRIAC,
		USCRIPT_NKO, USCRIPT_MONGOLIAN, USCRIPT_MANDAIC, USCRIPT_PHAGS_PA,
		USCRIPT_ADLAM, USCRIPT_DEVANAGARI, USCRIPT_BENGALI, USCRIPT_GURMUKHI,
		USCRIPT_GUJARATI, USCRIPT_ORIYA, USCRIPT_TAMIL, USCRIPT_TELUGU,
		USCRIPT_KANNADA, USCRIPT_MALAYALAM, USCRIPT_SINHALA, USCRIPT_KHMER,
		USCRIPT_MYANMAR, USCRIPT_TIBETAN, USCRIPT_UNKNOWN};

	return is_one_of(u, joining);
}

/* Words are written without blanks between them; keyboards have U+200B for that. */
static bool
parts_words(uint32_t u)
{
	static const UScriptCode parting[] = {USCRIPT_KHMER, USCRIPT_MYANMAR,
		USCRIPT_LAO, USCRIPT_THAI, USCRIPT_UNKNOWN};

	return is_one_of(u, parting);
}

static bool
is(uint32_t u, UProperty property)
{
	return u != 0 && u_hasBinaryProperty((UChar32)u, property);
}

static bool
is_joiner_in_place(uint32_t u, const struct around *at)
{
	if (at->before == ZWNJ || at->before == ZWJ)
		return false;
	if (u == ZWNJ)
		return joins(at->base) && joins(at->after);
	if (is(at->base, UCHAR_EXTENDED_PICTOGRAPHIC))
		return is(at->after, UCHAR_EXTENDED_PICTOGRAPHIC);
	/* Behind the last letter it shows the letter's joining form. */
	return joins(at->base);
}

static bool
is_variant_in_place(uint32_t u, const struct around *at)
{
	static const UScriptCode varying[] = {USCRIPT_HAN, USCRIPT_MYANMAR,
		USCRIPT_PHAGS_PA, USCRIPT_MANICHAEAN, USCRIPT_MONGOLIAN,
		USCRIPT_UNKNOWN};

	if (u != TEXT_VARIANT && u != EMOJI_VARIANT)
		return is_one_of(at->before, varying);
	return is(at->before, UCHAR_EMOJI) &&
	       (at->before >= 0x80 || at->after == KEYCAP);
}

/* U+1F3F4, letters, and the end: Scotland. */
static bool
is_tag(uint32_t u)
{
	return u >= 0xE0020 && u <= CANCEL_TAG;
}

static bool
is_tag_in_place(uint32_t u, const struct around *at)
{
	bool begun = at->before == BLACK_FLAG ||
		     (is_tag(at->before) && at->before != CANCEL_TAG);

	return begun &&
	       (u == CANCEL_TAG ? at->before != BLACK_FLAG : is_tag(at->after));
}

static bool
is_in_place(uint32_t u, const struct around *at)
{
	if (u == ZWNJ || u == ZWJ)
		return is_joiner_in_place(u, at);
	if (is(u, UCHAR_VARIATION_SELECTOR))
		return is_variant_in_place(u, at);
	if (is_tag(u))
		return is_tag_in_place(u, at);
	if (u == 0x200E || u == 0x200F || u == 0x061C)
		return at->from_right;
	if (u == ZWSP)
		return parts_words(at->base) && parts_words(at->after);
	return u == 0x180E && script_of(at->before) == USCRIPT_MONGOLIAN;
}

static bool
is_unseen(uint32_t u)
{
	return is(u, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) ||
	       is(u, UCHAR_NONCHARACTER_CODE_POINT) || (u >= 0xFFF9 && u <= 0xFFFB);
}

static bool
has_right_to_left(const char *text)
{
	uint32_t u;

	while ((u = utf8_next(&text)) != 0) {
		UCharDirection direction = u_charDirection((UChar32)u);

		if ((direction == U_RIGHT_TO_LEFT ||
			    direction == U_RIGHT_TO_LEFT_ARABIC) &&
			!is_unseen(u))
			return true;
	}
	return false;
}

uint32_t
unicode_unseen(const char *text)
{
	struct around at = {.from_right = has_right_to_left(text)};
	uint32_t u;

	while ((u = utf8_next(&text)) != 0) {
		const char *next = text;

		at.after = utf8_next(&next);
		if (is_unseen(u) && !is_in_place(u, &at))
			return u;
		at.before = u;
		if (u_getCombiningClass((UChar32)u) == 0 && !is_unseen(u) &&
			!is(u, UCHAR_EMOJI_MODIFIER) &&
			script_of(u) != USCRIPT_INHERITED)
			at.base = u;
	}
	return 0;
}

static bool
is_blank(uint32_t u)
{
	return u_isUWhiteSpace((UChar32)u) || u == BRAILLE_BLANK;
}

const char *
unicode_plain_blanks(struct arena *a, const char *text, enum unicode_blanks kept)
{
	char *out = arena_str(a, text), *to = out, *end = out;
	const char *from = text;
	uint32_t u;

	for (const char *s = text; (u = utf8_next(&s)) != 0; from = s) {
		if (!is_blank(u)) {
			while (from < s)
				*to++ = *from++;
			end = to;
		} else if (kept == BLANKS_ALL || (kept == BLANKS_INSIDE && to > out) ||
			   (to == end && to > out))
			*to++ = ' ';
	}
	*(kept == BLANKS_ALL ? to : end) = '\0';
	return out;
}
