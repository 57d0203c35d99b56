#include "cards/compose.h"

#include <stdio.h>
#include <string.h>

#include "base/conf.h"
#include "base/str.h"
#include "cards/latin.h"
#include "cards/layout.h"

static const char *const english[] = {"January", "February", "March", "April", "May",
	"June", "July", "August", "September", "October", "November", "December"};
static const char *const russian[] = {"января", "февраля", "марта", "апреля", "мая",
	"июня", "июля", "августа", "сентября", "октября", "ноября", "декабря"};

const char *
compose_issued(struct ctx *c, struct date day, const char *language)
{
	if (str_eq(language, "ru"))
		return arena_fmt(&c->arena, "дата выдачи: %d %s %d г.", day.day,
			russian[day.month - 1], day.year);
	if (str_eq(language, "ko"))
		return arena_fmt(&c->arena, "발급일: %d년 %d월 %d일", day.year,
			day.month, day.day);
	return arena_fmt(&c->arena, "issued: %d %s %d", day.day, english[day.month - 1],
		day.year);
}

const char *
compose_name(struct ctx *c, const struct card_drawn *card)
{
	if (card->latin_name != NULL && card->latin_name[0] != '\0')
		return latin_capitals(&c->arena, card->latin_name);
	return latin_passport(
		&c->arena, arena_fmt(&c->arena, "%s %s", card->name, card->surname));
}

static const char *
own_name(struct ctx *c, const struct card_drawn *card)
{
	return latin_capitals(
		&c->arena, arena_fmt(&c->arena, "%s %s", card->name, card->surname));
}

/* "senior_expert" as people read it. */
static const char *
role_shown(struct ctx *c, const struct card_drawn *card)
{
	char *words =
		arena_str(&c->arena, card->title != NULL ? card->title : card->role);

	for (char *s = words; card->title == NULL && *s != '\0'; s++)
		*s = *s == '_' ? ' ' : *s;
	return latin_capitals(&c->arena, words);
}

/* As much of a text as there is room for, whole characters. */
static void
put(char *out, const char *text)
{
	size_t n = strlen(text);

	if (n >= CARD_TEXT_BYTES) {
		n = CARD_TEXT_BYTES - 1;
		while (n > 0 && ((unsigned char)text[n] & 0xC0) == 0x80)
			n--;
	}
	memcpy(out, text, n);
	out[n] = '\0';
}

enum err
compose(struct ctx *c, const struct card_drawn *card, const char *link,
	struct card_spec *out)
{
	struct layout layout;

	TRY(layout_parse(c, card->layout,
		(struct layout_canvas){card->width, card->height}, &layout));
	const char *texts[LAYOUT_TEXTS] = {
		[LAYOUT_FULL_NAME] =
			layout.own_script ? own_name(c, card) : compose_name(c, card),
		[LAYOUT_ROLE] = role_shown(c, card),
		[LAYOUT_ISSUED] = compose_issued(c, card->issued, layout.language),
		[LAYOUT_NUMBER] = arena_fmt(&c->arena, "%0*lld", (int)layout.digits,
			(long long)card->number),
		[LAYOUT_LEVEL] = arena_fmt(&c->arena, "%lld", (long long)card->level)};

	memset(out, 0, sizeof(*out)); /* its bytes are part of the fingerprint */
	out->width = (int32_t)card->width;
	out->height = (int32_t)card->height;
	out->texts = LAYOUT_TEXTS;
	for (size_t i = 0; i < LAYOUT_TEXTS; i++) {
		out->text[i] = layout.text[i];
		put(out->text[i].text, texts[i]);
		put(out->text[i].plain, latin_plain(&c->arena, texts[i]));
	}
	out->qr = layout.qr;
	if (strlen(link) >= CARD_LINK_BYTES)
		return fail(c, E_LAYOUT, "site.url is too long for a QR code");
	snprintf(out->qr.link, sizeof(out->qr.link), "%s", link);
	if (str_starts(card->code, "T-"))
		snprintf(out->stamp, sizeof(out->stamp), "SPECIMEN");
	return OK;
}
