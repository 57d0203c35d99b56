#ifndef IMAGE_CARD_DRAW_H
#define IMAGE_CARD_DRAW_H

#include <stddef.h>

#include "image/card.h"
#include "image/render.h"

/* What a card is drawn from, all in memory; the card is drawn on the background. */
struct card_parts {
	unsigned char *background;
	size_t background_size;
	const void *fonts;
	size_t fonts_size;
};

/* Pixels to be drawn on, 3 bytes each. */
struct card_canvas {
	unsigned char *pixels;
	int width, height;
};

/*
 * Draws a card and makes its files; spec has `size` bytes. IMAGE_DAMAGED: spec,
 * background or fonts are not what they should be, or a library failed.
 */
enum image_verdict card_draw(const void *spec, size_t size,
	const struct card_parts *parts, int preview,
	struct image_bytes out[CARD_FILES]);

/* card_text.c */
struct card_type;

/* The fonts of a type case; NULL if one cannot be read. Lives as long as the process.
 */
struct card_type *card_type_open(const void *bytes, size_t size);

/* Sets a text; false if its font is not there. */
bool card_type_set(struct card_type *t, const struct card_canvas *to,
	const struct card_text *text);

/* A word from corner to corner, so that one sees the card through it. */
bool card_type_stamp(
	struct card_type *t, const struct card_canvas *to, const char *word);

#endif
