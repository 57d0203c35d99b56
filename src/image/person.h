#ifndef IMAGE_PERSON_H
#define IMAGE_PERSON_H

#include <stdbool.h>
#include <stdint.h>

/* What becomes of the picture of a person: known to the programs that ask for it and to
 * samovar-image, which makes it. */

#define PERSON_VARIANTS 7
#define PERSON_FORMATS 2
#define PERSON_FILES (PERSON_VARIANTS * PERSON_FORMATS)

/* width: pixels, in proportion; a square has side x side. Never larger than the
 * original. The wide ones come first, the larger of a kind before the smaller. */
struct person_variant {
	const char *name;
	int side;
	bool square;
};

extern const struct person_variant person_variants[PERSON_VARIANTS];

/* Of file i of PERSON_FILES: variant i / PERSON_FORMATS, format i % PERSON_FORMATS. */
struct person_format {
	const char *extension, *type;
};

extern const struct person_format person_formats[PERSON_FORMATS];

/* Beside these, where it is kept, the picture itself as a JPEG: file PERSON_FILES. */
#define PERSON_ORIGINAL "original"

/* What a picture must be like. */
struct person_wish {
	int64_t x, y, width, height; /* the part that is shown, in pixels of the upright
					original; width 0: all of it */
	int64_t least, most;         /* pixels a side */
	int64_t pixels;              /* altogether */
	int64_t frames;              /* of an animation */
	int64_t shape;               /* the longer side by the shorter */
};

#endif
