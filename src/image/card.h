#ifndef IMAGE_CARD_H
#define IMAGE_CARD_H

#include <stdint.h>

/*
 * What samovar-image is told to draw: a member's card. Positions and sizes are pixels
 * of the background, from its upper left corner. The same card is the same bytes each
 * time: nothing here is a time, and fonts are files.
 */

#define CARD_TEXTS 8
#define CARD_TEXT_BYTES 512
#define CARD_LINK_BYTES 256

/* The fonts of a card: three of its own and, for what these have no glyphs for, two of
 * each weight behind them. */
enum card_font {
	CARD_REGULAR,
	CARD_BOLD,
	CARD_BOOK,
	CARD_SECOND,
	CARD_SECOND_BOLD,
	CARD_THIRD,
	CARD_THIRD_BOLD,
	CARD_FONTS
};

enum card_anchor { CARD_TOP_LEFT, CARD_BASELINE_LEFT };
enum card_align { CARD_LEFT, CARD_CENTRE, CARD_RIGHT };

struct card_colour {
	uint8_t red, green, blue;
};

struct card_text {
	int32_t x, y;
	uint8_t anchor, align, font;
	struct card_colour colour;
	int32_t size;           /* of the em square */
	int32_t letter_spacing; /* between two letters */
	int32_t max_width;      /* a wider text is set smaller; 0: up to the canvas */
	char text[CARD_TEXT_BYTES];
	char plain[CARD_TEXT_BYTES]; /* in its place if no font has a glyph of text */
};

/* A QR code, version by its text, error level Q. */
struct card_qr {
	int32_t x, y, size; /* of the plate, with the quiet zone of 4 modules */
	struct card_colour colour, plate;
	char link[CARD_LINK_BYTES]; /* "": no code */
};

/* The bytes of a request's picture. */
struct card_spec {
	uint64_t pixels; /* where the background's begin in its file, 3 bytes each */
	int32_t width, height;
	uint32_t texts; /* in use */
	struct card_text text[CARD_TEXTS];
	struct card_qr qr;
	char stamp[64]; /* across the card, "": none */
};

/* The file of fonts begins with this; offsets are into the file, size 0: not there. */
struct card_type_case {
	struct {
		uint64_t offset, size;
	} font[CARD_FONTS];
};

/* What comes back, in this order; the previews are as wide as asked. */
enum card_file {
	CARD_PNG,
	CARD_JPEG,
	CARD_PREVIEW_JPEG,
	CARD_PREVIEW_WEBP,
	CARD_FILES
};

#endif
