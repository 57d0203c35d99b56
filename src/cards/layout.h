#ifndef CARDS_LAYOUT_H
#define CARDS_LAYOUT_H

#include "base/ctx.h"
#include "image/card.h"

/*
 * The layout of a role: where each text of its cards stands, in which font, size and
 * colour. As JSON it is what docs/openapi/cards.yaml calls Layout.
 */
enum layout_text {
	LAYOUT_FULL_NAME,
	LAYOUT_ROLE,
	LAYOUT_ISSUED,
	LAYOUT_NUMBER,
	LAYOUT_LEVEL,
	LAYOUT_TEXTS
};

struct layout {
	int64_t version;
	const char *language; /* of the month: en, ru, ko */
	int64_t digits;       /* of the member's number, at least */
	bool own_script;      /* the name stays in its script; else it becomes Latin */
	struct card_text text[LAYOUT_TEXTS];
	struct card_qr qr; /* size 0: none */
};

/* What a layout is for: the background's size in pixels. */
struct layout_canvas {
	int64_t width, height;
};

struct json_object;

/*
 * Reads and checks one. E_LAYOUT with a field error for each reason: a box off the
 * canvas, a colour that is none, a size outside 8 to 600, an unknown font, no max_width
 * of level, a QR code that nobody could read.
 */
enum err layout_read(struct ctx *c, struct json_object *json,
	struct layout_canvas canvas, struct layout *out);

/* The same of a text that was checked once. */
enum err layout_parse(struct ctx *c, const char *json, struct layout_canvas canvas,
	struct layout *out);

#endif
