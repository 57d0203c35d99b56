#include "cards/latin.h"

#include <string.h>
#include <unicode/ustring.h>
#include <unicode/utrans.h>

#include "base/buf.h"
#include "base/str.h"

/* Doc 9303-3, 6.B, in the order of the code points from U+0400. */
static const char *const cyrillic[] = {"E", "E", "D", "G", "IE", "DZ", "I", "I", "J",
	"LJ", "NJ", "C", "K", "I", "U", "DZ", "A", "B", "V", "G", "D", "E", "ZH", "Z",
	"I", "I", "K", "L", "M", "N", "O", "P", "R", "S", "T", "U", "F", "KH", "TS",
	"CH", "SH", "SHCH", "IE", "Y", "", "E", "IU", "IA"};

static const struct {
	uint32_t letter;
	const char *latin;
} others[] = {{0x462, "IE"}, {0x46A, "U"}, {0x472, "F"}, {0x474, "Y"}, {0x490, "G"},
	{0x492, "G"}, {0x496, "ZH"}, {0x49A, "K"}, {0x4A2, "N"}, {0x4AE, "U"},
	{0x4B0, "U"}, {0x4B2, "KH"}, {0x4BA, "C"}, {0x4D8, "E"}, {0x4E8, "O"}};

static const char *
latin_of(uint32_t u)
{
	if (u >= 0x400 && u < 0x400 + sizeof(cyrillic) / sizeof(*cyrillic))
		return cyrillic[u - 0x400];
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (others[i].letter == u)
			return others[i].latin;
	return NULL;
}

static UChar *
wide(struct arena *a, const char *text, int32_t *n, int32_t room)
{
	UErrorCode e = U_ZERO_ERROR;
	UChar *out = arena_new(a, (size_t)room * sizeof(*out));

	u_strFromUTF8(out, room, n, text, -1, &e);
	return U_SUCCESS(e) ? out : NULL;
}

static const char *
narrow(struct arena *a, const UChar *text, int32_t n)
{
	UErrorCode e = U_ZERO_ERROR;
	int32_t room = n * 3 + 1;
	char *out = arena_new(a, (size_t)room);

	u_strToUTF8(out, room, NULL, text, n, &e);
	return U_SUCCESS(e) ? out : "";
}

const char *
latin_capitals(struct arena *a, const char *text)
{
	UErrorCode e = U_ZERO_ERROR;
	int32_t n = 0, room = (int32_t)strlen(text) * 3 + 1;
	UChar *from = wide(a, text, &n, room),
	      *to = arena_new(a, (size_t)room * sizeof(*to));

	if (from == NULL)
		return text;
	n = u_strToUpper(to, room, from, n, "", &e);
	return U_SUCCESS(e) ? narrow(a, to, n) : text;
}

const char *
latin_passport(struct arena *a, const char *text)
{
	struct buf b = {.arena = a};
	const char *s = latin_capitals(a, text);

	while (*s != '\0') {
		const char *begin = s, *latin = latin_of(utf8_next(&s));

		if (latin != NULL)
			buf_add(&b, latin);
		else
			buf_addn(&b, begin, (size_t)(s - begin));
	}
	return buf_text(&b);
}

/* Opened once a process: it reads ICU's rules, which takes milliseconds. */
static UTransliterator *
into_ascii(void)
{
	static UTransliterator *t;
	static const UChar id[] =
		u"Any-Latin; Latin-ASCII; Any-Upper; [^\\u0020-\\u007E] Remove";
	UErrorCode e = U_ZERO_ERROR;

	if (t == NULL)
		t = utrans_openU(id, -1, UTRANS_FORWARD, NULL, 0, NULL, &e);
	return U_SUCCESS(e) ? t : NULL;
}

const char *
latin_plain(struct arena *a, const char *text)
{
	UErrorCode e = U_ZERO_ERROR;
	UTransliterator *t = into_ascii();
	int32_t n = 0, room = (int32_t)strlen(text) * 12 + 16;
	UChar *both = wide(a, text, &n, room);
	int32_t limit = n;

	if (t == NULL || both == NULL)
		return "";
	utrans_transUChars(t, both, &n, room, 0, &limit, &e);
	return U_SUCCESS(e) ? narrow(a, both, n) : "";
}
