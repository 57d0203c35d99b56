/*
 * Texts of a card: HarfBuzz says which glyphs stand where, FreeType draws them. Fonts
 * are bytes in memory, never looked up, so a card looks the same on every machine.
 */
#include <ft2build.h>
#include FT_FREETYPE_H
#include FT_OUTLINE_H
#include <glib.h>
#include <hb-ft.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "image/card_draw.h"

#define CHAIN 3 /* fonts that may have a character's glyph */
#define RUNS 64 /* changes of font in a text */
#define STAMP_OPACITY 70
#define STAMP_SHARE .72 /* of the diagonal */

struct card_type {
	FT_Library library;
	FT_Face face[CARD_FONTS]; /* NULL: not there */
	hb_font_t *font[CARD_FONTS];
};

static const uint8_t chains[][CHAIN] = {
	[CARD_REGULAR] = {CARD_REGULAR, CARD_SECOND, CARD_THIRD},
	[CARD_BOLD] = {CARD_BOLD, CARD_SECOND_BOLD, CARD_THIRD_BOLD},
	[CARD_BOOK] = {CARD_BOOK, CARD_SECOND, CARD_THIRD}};

/* A piece of a text in one font. */
struct run {
	const char *text;
	size_t bytes;
	uint8_t font;
};

/* A line as it is set. */
struct line {
	struct run run[RUNS];
	size_t runs;
	double size, spacing; /* pixels */
	double width;
};

/* How a glyph is painted. */
struct ink {
	struct card_colour colour;
	unsigned opacity; /* of 255 */
	FT_Matrix turn;   /* of the whole line about its beginning */
	double cosine, sine;
};

struct card_type *
card_type_open(const void *bytes, size_t size)
{
	const struct card_type_case *box = bytes;
	struct card_type *t = calloc(1, sizeof(*t));

	if (t == NULL || size < sizeof(*box) || FT_Init_FreeType(&t->library) != 0) {
		free(t);
		return NULL;
	}
	for (size_t i = 0; i < CARD_FONTS; i++) {
		uint64_t offset = box->font[i].offset, n = box->font[i].size;

		if (n == 0)
			continue;
		if (offset > size || n > size - offset ||
			FT_New_Memory_Face(t->library, (const FT_Byte *)bytes + offset,
				(FT_Long)n, 0, &t->face[i]) != 0)
			return NULL;
		t->font[i] = hb_ft_font_create_referenced(t->face[i]);
		hb_ft_font_set_load_flags(
			t->font[i], FT_LOAD_NO_HINTING | FT_LOAD_NO_BITMAP);
	}
	return t;
}

/* -- which font, and how wide */

/* Joiners, marks of direction and the like need no glyph. */
static bool
is_invisible(uint32_t u)
{
	return (u >= 0x200B && u <= 0x200F) || (u >= 0xFE00 && u <= 0xFE0F) ||
	       u == 0x2060 || u == 0xFEFF;
}

/* The first font of the chain that has the character; CARD_FONTS if none. A blank or
 * what is invisible stays in the font before it. */
static uint8_t
font_for(const struct card_type *t, uint8_t wanted, uint8_t before, uint32_t u)
{
	if ((u == ' ' || is_invisible(u)) && before < CARD_FONTS)
		return before;
	for (size_t i = 0; i < CHAIN; i++) {
		uint8_t font = chains[wanted][i];

		if (t->face[font] != NULL && FT_Get_Char_Index(t->face[font], u) != 0)
			return font;
	}
	return CARD_FONTS;
}

/* Cuts the text into runs. False if no font has a character of it: then those that can
 * be set are in the line all the same. */
static bool
cut(const struct card_type *t, const char *text, uint8_t wanted, struct line *l)
{
	uint8_t before = CARD_FONTS;
	bool whole = true;

	l->runs = 0;
	while (*text != '\0') {
		const char *begin = text;
		uint8_t font = font_for(t, wanted, before, g_utf8_get_char(text));

		text = g_utf8_next_char(text);
		struct run *last = l->runs == 0 ? NULL : &l->run[l->runs - 1];

		if (font == CARD_FONTS) {
			whole = false;
			continue;
		}
		if (last != NULL && last->font == font &&
			last->text + last->bytes == begin)
			last->bytes += (size_t)(text - begin);
		else if (l->runs < RUNS)
			l->run[l->runs++] =
				(struct run){begin, (size_t)(text - begin), font};
		else
			whole = false;
		before = font;
	}
	return whole;
}

static void
scale(struct card_type *t, uint8_t font, double size)
{
	FT_Set_Char_Size(t->face[font], 0, (FT_F26Dot6)lround(size * 64), 72, 72);
	hb_ft_font_changed(t->font[font]);
}

static hb_buffer_t *
shape(struct card_type *t, const struct run *r, double size)
{
	hb_buffer_t *b = hb_buffer_create();

	scale(t, r->font, size);
	hb_buffer_add_utf8(b, r->text, (int)r->bytes, 0, (int)r->bytes);
	hb_buffer_guess_segment_properties(b);
	hb_shape(t->font[r->font], b, NULL, 0);
	return b;
}

/* Calls each(), if there is one, for every glyph with its place on the line; the
 * line's width. Letters are kept apart by the spacing, parts of one letter are not. */
static double
walk(struct card_type *t, const struct line *l,
	void (*each)(struct card_type *t, uint8_t font, uint32_t glyph, double x,
		double y, void *thing),
	void *thing)
{
	double at = 0;
	bool first = true;

	for (size_t i = 0; i < l->runs; i++) {
		hb_buffer_t *b = shape(t, &l->run[i], l->size);
		unsigned n;
		const hb_glyph_info_t *g = hb_buffer_get_glyph_infos(b, &n);
		const hb_glyph_position_t *p = hb_buffer_get_glyph_positions(b, &n);

		for (unsigned k = 0; k < n; k++) {
			if (!first && (k == 0 || g[k].cluster != g[k - 1].cluster))
				at += l->spacing;
			first = false;
			if (each != NULL)
				each(t, l->run[i].font, g[k].codepoint,
					at + p[k].x_offset / 64.0, p[k].y_offset / 64.0,
					thing);
			at += p[k].x_advance / 64.0;
		}
		hb_buffer_destroy(b);
	}
	return at;
}

/* Sets the line so that it is no wider than `most`. */
static void
fit(struct card_type *t, struct line *l, double most)
{
	l->width = walk(t, l, NULL, NULL);
	/* A second step for what rounding leaves over. */
	for (int i = 0; i < 2 && l->width > most; i++) {
		double share = most / l->width;

		l->size *= share;
		l->spacing *= share;
		l->width = walk(t, l, NULL, NULL);
	}
}

/* -- ink on paper */

static void
blend(unsigned char *p, struct card_colour colour, unsigned cover)
{
	const uint8_t to[] = {colour.red, colour.green, colour.blue};

	for (int i = 0; i < 3; i++)
		p[i] = (unsigned char)((p[i] * (255 - cover) + to[i] * cover + 127) /
				       255);
}

struct painter {
	const struct card_canvas *canvas;
	const struct ink *ink;
	double x, y; /* where the line begins, y downwards */
};

static void
put_bitmap(const struct painter *p, const FT_Bitmap *b, int left, int top)
{
	for (int row = 0; row < (int)b->rows; row++)
		for (int column = 0; column < (int)b->width; column++) {
			int x = left + column, y = top + row;
			unsigned cover = b->buffer[row * b->pitch + column];

			if (cover == 0 || x < 0 || y < 0 || x >= p->canvas->width ||
				y >= p->canvas->height)
				continue;
			blend(p->canvas->pixels +
					3 * ((size_t)y * p->canvas->width + x),
				p->ink->colour, cover * p->ink->opacity / 255);
		}
}

/* One glyph, x and y along the line; its outline is moved by parts of a pixel. */
static void
paint(struct card_type *t, uint8_t font, uint32_t glyph, double x, double y,
	void *thing)
{
	const struct painter *p = thing;
	FT_Face face = t->face[font];
	double to_x = p->x + x * p->ink->cosine - y * p->ink->sine,
	       to_y = p->y - x * p->ink->sine - y * p->ink->cosine;
	double whole_x = floor(to_x), whole_y = floor(to_y);

	if (FT_Load_Glyph(face, glyph, FT_LOAD_NO_HINTING | FT_LOAD_NO_BITMAP) != 0 ||
		face->glyph->format != FT_GLYPH_FORMAT_OUTLINE)
		return;
	FT_Outline_Transform(&face->glyph->outline, &p->ink->turn);
	FT_Outline_Translate(&face->glyph->outline,
		(FT_Pos)lround((to_x - whole_x) * 64),
		(FT_Pos)lround((whole_y - to_y) * 64));
	if (FT_Render_Glyph(face->glyph, FT_RENDER_MODE_NORMAL) == 0)
		put_bitmap(p, &face->glyph->bitmap,
			(int)whole_x + face->glyph->bitmap_left,
			(int)whole_y - face->glyph->bitmap_top);
}

static struct ink
ink_of(struct card_colour colour, unsigned opacity, double angle)
{
	double c = cos(angle), s = sin(angle);

	return (struct ink){.colour = colour,
		.opacity = opacity,
		.cosine = c,
		.sine = s,
		.turn = {(FT_Fixed)lround(c * 65536), (FT_Fixed)lround(-s * 65536),
			(FT_Fixed)lround(s * 65536), (FT_Fixed)lround(c * 65536)}};
}

static double
ascent(struct card_type *t, uint8_t font, double size)
{
	FT_Face face = t->face[font];

	return size * face->ascender / face->units_per_EM;
}

/* The room that the canvas leaves in the direction in which a text grows. */
static double
room(const struct card_canvas *to, const struct card_text *text)
{
	double right = to->width - text->x, left = text->x;

	return text->align == CARD_LEFT    ? right
	       : text->align == CARD_RIGHT ? left
					   : 2 * (left < right ? left : right);
}

bool
card_type_set(
	struct card_type *t, const struct card_canvas *to, const struct card_text *text)
{
	struct line l = {.size = text->size, .spacing = text->letter_spacing};
	double most = room(to, text);

	if (text->font > CARD_BOOK || t->face[text->font] == NULL || most < 1)
		return false;
	if (text->max_width > 0 && text->max_width < most)
		most = text->max_width;
	if (!cut(t, text->text, text->font, &l) && text->plain[0] != '\0')
		cut(t, text->plain, text->font, &l);
	fit(t, &l, most);
	/* A text that is set smaller keeps its baseline. */
	double y =
		text->y +
		(text->anchor == CARD_TOP_LEFT ? ascent(t, text->font, text->size) : 0);
	double back = text->align == CARD_LEFT    ? 0
		      : text->align == CARD_RIGHT ? l.width
						  : l.width / 2;
	struct ink ink = ink_of(text->colour, 255, 0);
	walk(t, &l, paint, &(struct painter){to, &ink, text->x - back, y});
	return true;
}

bool
card_type_stamp(struct card_type *t, const struct card_canvas *to, const char *word)
{
	double diagonal = hypot(to->width, to->height),
	       angle = atan2(to->height, to->width);
	struct line l = {.size = diagonal / 4};

	if (t->face[CARD_BOLD] == NULL)
		return false;
	cut(t, word, CARD_BOLD, &l);
	fit(t, &l, diagonal * STAMP_SHARE);
	/* The middle of the capitals, some .36 of the size above the baseline, goes
	 * through the middle of the card. */
	double along = l.width / 2, up = l.size * .36;
	struct ink ink =
		ink_of((struct card_colour){190, 30, 45}, STAMP_OPACITY, angle);
	struct painter p = {to, &ink,
		to->width / 2.0 - along * ink.cosine + up * ink.sine,
		to->height / 2.0 + along * ink.sine + up * ink.cosine};
	walk(t, &l, paint, &p);
	return true;
}
