#include "cards/layout.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/str.h"

#define LEAST_SIZE 8
#define MOST_SIZE 600
#define LEAST_CONTRAST 4.5
/* Of the width: 21 mm on a bank card, 86 mm wide, some 740 pixels of 3,047. */
#define QR_SHARE (740.0 / 3047)

/* Texts as the layout calls them, with their sizes and fonts where it says nothing. */
static const struct {
	const char *name;
	int size;
	enum card_font font;
} texts[LAYOUT_TEXTS] = {
	[LAYOUT_FULL_NAME] = {"full_name", 130, CARD_REGULAR},
	[LAYOUT_ROLE] = {"role", 186, CARD_BOLD},
	[LAYOUT_ISSUED] = {"card_issued_date", 64, CARD_BOOK},
	[LAYOUT_NUMBER] = {"user_id", 110, CARD_REGULAR},
	[LAYOUT_LEVEL] = {"level", 218, CARD_BOLD},
};

static const char *const fonts[] = {"regular", "bold", "book"};

/* What is being read. */
struct reader {
	struct ctx *c;
	const char *place; /* "texts.level" */
	struct json_object *json;
	struct layout_canvas canvas;
	bool bad;
};

static void
field_error(struct reader *r, const char *member, const char *words)
{
	field_error_add(r->c,
		(struct field_error){.place = "body",
			.field = member == NULL
					 ? r->place
					 : arena_fmt(&r->c->arena, "%s%s%s", r->place,
						   r->place[0] == '\0' ? "" : ".",
						   member),
			.kind = FIELD_ERROR_FORM,
			.words = words});
	r->bad = true;
}

/* A whole number between the two; `unsaid` where it is not there. */
static int64_t
whole(struct reader *r, const char *name, int64_t least, int64_t most, int64_t unsaid)
{
	struct json_object *v = NULL;

	if (!json_object_object_get_ex(r->json, name, &v) || v == NULL)
		return unsaid;
	if (!json_object_is_type(v, json_type_int) ||
		json_object_get_int64(v) < least || json_object_get_int64(v) > most) {
		field_error(r, name,
			arena_fmt(&r->c->arena,
				"must be a whole number from %lld to %lld",
				(long long)least, (long long)most));
		return unsaid;
	}
	return json_object_get_int64(v);
}

/* Which of the words it is; `unsaid` where it is not there. */
static size_t
choice(struct reader *r, const char *name, const char *const *words, size_t count,
	size_t unsaid)
{
	struct json_object *v = NULL;
	struct buf b = {.arena = &r->c->arena};

	if (!json_object_object_get_ex(r->json, name, &v) || v == NULL)
		return unsaid;
	for (size_t i = 0; i < count; i++)
		if (json_object_is_type(v, json_type_string) &&
			str_eq(json_object_get_string(v), words[i]))
			return i;
	buf_add(&b, "must be one of:");
	for (size_t i = 0; i < count; i++)
		buf_fmt(&b, " %s", words[i]);
	field_error(r, name, buf_text(&b));
	return unsaid;
}

static bool
colour(struct reader *r, const char *name, struct card_colour *out)
{
	struct json_object *v = NULL;
	unsigned long rgb;
	char *end;

	if (!json_object_object_get_ex(r->json, name, &v) || v == NULL)
		return false;
	const char *s = json_object_is_type(v, json_type_string)
				? json_object_get_string(v)
				: "";
	if (s[0] != '#' || strlen(s) != 7 ||
		strspn(s + 1, "0123456789abcdefABCDEF") != 6) {
		field_error(r, name, "must be a colour #rrggbb");
		return true;
	}
	rgb = strtoul(s + 1, &end, 16);
	*out = (struct card_colour){
		(uint8_t)(rgb >> 16), (uint8_t)(rgb >> 8 & 255), (uint8_t)(rgb & 255)};
	return true;
}

/* Where it stands; false if it is not on the canvas. */
static bool
position(struct reader *r, int32_t *x, int32_t *y)
{
	struct json_object *v = json_member(r->json, "position", json_type_array);
	int64_t at[2] = {-1, -1};

	if (v == NULL || json_object_array_length(v) != 2) {
		field_error(r, "position", "must be [x, y]");
		return false;
	}
	for (size_t i = 0; i < 2; i++) {
		struct json_object *one = json_object_array_get_idx(v, i);

		if (json_object_is_type(one, json_type_int))
			at[i] = json_object_get_int64(one);
	}
	if (at[0] < 0 || at[1] < 0 || at[0] >= r->canvas.width ||
		at[1] >= r->canvas.height) {
		field_error(r, "position", "is not on the canvas");
		return false;
	}
	*x = (int32_t)at[0];
	*y = (int32_t)at[1];
	return true;
}

/* Is the text's box, as far as it is known, within the canvas? */
static void
check_box(struct reader *r, const struct card_text *t)
{
	int64_t above = t->anchor == CARD_TOP_LEFT ? 0 : (int64_t)t->size * 7 / 10,
		below = t->anchor == CARD_TOP_LEFT ? t->size : 0, left = 0, right = 1;

	if (t->align == CARD_LEFT)
		right = t->max_width;
	else if (t->align == CARD_RIGHT)
		left = t->max_width;
	else
		left = right = t->max_width / 2;
	if (t->y - above < 0 || t->y + below > r->canvas.height || t->x - left < 0 ||
		t->x + right > r->canvas.width)
		field_error(r, NULL, "its box goes off the canvas");
}

static void
read_text(
	struct reader *r, size_t which, struct card_colour usual, struct card_text *out)
{
	static const char *const anchors[] = {"top-left", "baseline-left"};
	static const char *const aligns[] = {"left", "centre", "right"};

	if (r->json == NULL) {
		field_error(r, NULL, "is missing");
		return;
	}
	out->anchor = (uint8_t)choice(r, "anchor", anchors, 2, CARD_TOP_LEFT);
	out->align = (uint8_t)choice(r, "align", aligns, 3, CARD_LEFT);
	out->font = (uint8_t)choice(r, "font", fonts, 3, texts[which].font);
	out->size = (int32_t)whole(r, "size", LEAST_SIZE, MOST_SIZE, texts[which].size);
	out->letter_spacing = (int32_t)whole(r, "letter_spacing", 0, 200, 0);
	out->max_width = (int32_t)whole(r, "max_width", LEAST_SIZE, r->canvas.width, 0);
	out->colour = usual;
	colour(r, "color", &out->colour);
	if (which == LAYOUT_LEVEL && out->max_width == 0)
		field_error(r, "max_width", "is missing");
	if (position(r, &out->x, &out->y))
		check_box(r, out);
}

/* Relative luminance and contrast: WCAG 2.1. */
static double
luminance(struct card_colour c)
{
	const double parts[] = {c.red / 255.0, c.green / 255.0, c.blue / 255.0},
		     weights[] = {.2126, .7152, .0722};
	double sum = 0;

	for (int i = 0; i < 3; i++)
		sum += weights[i] *
		       (parts[i] <= .04045 ? parts[i] / 12.92
					   : pow((parts[i] + .055) / 1.055, 2.4));
	return sum;
}

static void
read_qr(struct reader *r, struct card_qr *out)
{
	int64_t least = (int64_t)ceil((double)r->canvas.width * QR_SHARE);

	if (r->json == NULL) {
		field_error(r, NULL, "is missing");
		return;
	}
	out->plate = (struct card_colour){255, 255, 255};
	out->size = (int32_t)whole(r, "size", least, r->canvas.width, least);
	colour(r, "color", &out->colour);
	colour(r, "plate", &out->plate);
	/* Dark on light: many readers take no other. */
	if ((luminance(out->plate) + .05) / (luminance(out->colour) + .05) <
		LEAST_CONTRAST)
		field_error(r, "plate",
			"must be light, with a contrast to color of 4.5 at least");
	if (position(r, &out->x, &out->y) &&
		(out->x + out->size > r->canvas.width ||
			out->y + out->size > r->canvas.height))
		field_error(r, NULL, "its box goes off the canvas");
}

enum err
layout_read(struct ctx *c, struct json_object *json, struct layout_canvas canvas,
	struct layout *out)
{
	static const char *const languages[] = {"en", "ru", "ko"};
	static const char *const scripts[] = {"latin", "own"};
	struct reader r = {.c = c, .place = "", .json = json, .canvas = canvas};
	struct card_colour usual = {0, 0, 0};

	*out = (struct layout){0};
	out->version = whole(&r, "version", 0, INT32_MAX, 0);
	out->digits = whole(&r, "digits", 1, 9, 4);
	out->own_script = choice(&r, "script", scripts, 2, 0) == 1;
	out->language = languages[choice(&r, "language", languages, 3, 0)];
	if (!colour(&r, "font_color", &usual))
		field_error(&r, "font_color", "is missing");
	struct json_object *all = json_member(json, "texts", json_type_object);
	for (size_t i = 0; i < LAYOUT_TEXTS; i++) {
		r.place = arena_fmt(&c->arena, "texts.%s", texts[i].name);
		r.json = json_member(all, texts[i].name, json_type_object);
		read_text(&r, i, usual, &out->text[i]);
	}
	r.place = "qr";
	r.json = json_member(json, "qr", json_type_object);
	read_qr(&r, &out->qr);
	return r.bad ? E_LAYOUT : OK;
}

enum err
layout_parse(struct ctx *c, const char *json, struct layout_canvas canvas,
	struct layout *out)
{
	struct json_object *object = NULL;

	TRY(json_read(c, json, strlen(json), &object));
	return layout_read(c, object, canvas, out);
}
