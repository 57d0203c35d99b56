/* The verification page: one language at a time, a switch to the others, no script. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "cards/code.h"
#include "verify/verify.h"

enum word {
#define WORD(name, en, ru, ko) WORD_##name,
#include "verify/words.def"
#undef WORD
};

static const char *const words[][3] = {
#define WORD(name, en, ru, ko) {en, ru, ko},
#include "verify/words.def"
#undef WORD
};

static const struct {
	const char *tag, *name;
} languages[] = {{"en", "English"}, {"ru", "Русский"}, {"ko", "한국어"}};

#define LANGUAGES (sizeof(languages) / sizeof(*languages))

static const enum word verdicts[] = {[VERIFY_VALID] = WORD_VALID,
	[VERIFY_EXPIRED] = WORD_EXPIRED,
	[VERIFY_WITHDRAWN] = WORD_WITHDRAWN,
	[VERIFY_SPECIMEN] = WORD_SPECIMEN,
	[VERIFY_UNKNOWN] = WORD_UNKNOWN};

size_t
verify_language(struct req *r, const char *asked)
{
	const char *const wishes[] = {asked, req_language(r)};

	for (size_t w = 0; w < sizeof(wishes) / sizeof(*wishes); w++)
		for (size_t i = 0; wishes[w] != NULL && i < LANGUAGES; i++)
			if (strncmp(wishes[w], languages[i].tag, 2) == 0 &&
				strchr("-", wishes[w][2]) != NULL)
				return i;
	return 0;
}

static void
add_row(struct buf *b, const char *name, const char *text)
{
	buf_fmt(b, "<dt>%s</dt><dd>", name);
	buf_xml(b, text);
	buf_add(b, "</dd>");
}

static void
add_switch(struct buf *b, const char *code, size_t language)
{
	buf_add(b, "<nav>");
	for (size_t i = 0; i < LANGUAGES; i++)
		if (i == language) {
			buf_fmt(b, "<b lang=\"%s\">%s</b>", languages[i].tag,
				languages[i].name);
		} else {
			buf_fmt(b, "<a lang=\"%s\" hreflang=\"%s\" href=\"/c/",
				languages[i].tag, languages[i].tag);
			buf_add(b, percent_encode(b->arena, code, false));
			buf_fmt(b, "?lang=%s\">%s</a>", languages[i].tag,
				languages[i].name);
		}
	buf_add(b, "</nav>");
}

static void
add_facts(struct buf *b, struct ctx *c, const struct verified *v, size_t language)
{
#define SAY(word) words[WORD_##word][language]
	struct arena *a = &c->arena;

	buf_add(b, "<dl>");
	if (v->state == VERIFY_WITHDRAWN) {
		add_row(b, SAY(ON), date_iso(a, v->withdrawn));
	} else if (v->state != VERIFY_UNKNOWN) {
		add_row(b, SAY(NAME), v->name);
		add_row(b, SAY(ROLE), v->role);
		add_row(b, SAY(LEVEL), arena_fmt(a, "%lld", (long long)v->level));
		add_row(b, SAY(ISSUED), date_iso(a, v->issued));
		add_row(b, SAY(UNTIL),
			v->valid_until.year == 0 ? SAY(NO_END)
						 : date_iso(a, v->valid_until));
	}
	if (v->state != VERIFY_UNKNOWN)
		add_row(b, SAY(ISSUER), verify_issuer(c));
	add_row(b, SAY(CODE),
		v->state == VERIFY_UNKNOWN ? v->code : code_shown(a, v->code));
	add_row(b, SAY(CHECKED),
		utc_iso(a, (struct utc){c->now.us / US_PER_SECOND * US_PER_SECOND}));
	buf_add(b, "</dl>");
}

const char *
verify_page(struct req *r, const struct verified *v, size_t language)
{
	struct ctx *c = &r->ctx;
	struct buf b = {.arena = &c->arena};
	bool shows = !v->hides_preview && v->state != VERIFY_WITHDRAWN &&
		     v->state != VERIFY_UNKNOWN;

	buf_fmt(&b,
		"<!DOCTYPE html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\">"
		"<title>%s</title><meta name=\"robots\" content=\"noindex\">"
		"<meta name=\"referrer\" content=\"no-referrer\">"
		"<meta name=\"viewport\" content=\"width=device-width, "
		"initial-scale=1\"><link rel=\"stylesheet\" href=\"/card/card.css\">"
		"</head><body>",
		languages[language].tag, SAY(TITLE));
	add_switch(&b, v->code, language);
	buf_fmt(&b, "<main class=\"%s\"><h1>%s</h1>", verify_states[v->state],
		words[verdicts[v->state]][language]);
	if (v->state == VERIFY_UNKNOWN)
		buf_fmt(&b, "<p>%s</p>", SAY(HINT));
	if (shows)
		buf_fmt(&b, "<img src=\"/c/%s.jpg?w=600\" alt=\"%s\" width=\"600\">",
			v->code, SAY(PICTURE));
	add_facts(&b, c, v, language);
	buf_add(&b, "</main></body></html>\n");
	return buf_text(&b);
}
