#ifndef IMAGE_H
#define IMAGE_H

#include <stddef.h>

#include "base/ctx.h"
#include "image/card.h"
#include "image/wire.h"

/*
 * Pictures are opened by another program, samovar-image: each in a process of its own
 * that has limits of memory and processor time and can reach nothing (image/sandbox.h).
 * This is how the others ask it.
 *
 * A program whose processes share one image process calls image_prepare() before it
 * forks and runs image_serve() in one of them; others start theirs when they need it,
 * and it ends with them.
 *
 * E_PICTURE          not a JPEG, PNG or WebP
 * E_PICTURE_DAMAGED  truncated, or the decoder failed
 * E_PICTURE_LARGE    more pixels, memory or processor time than a picture may take
 * E_BUSY             no answer within image.timeout: trying again may help
 */

struct image_blob {
	const void *bytes;
	size_t size;
};

/* JPEGs of a picture, upright, in sRGB, without metadata: out[i] fits into a square
 * of sides[i] pixels (they must fall, IMAGE_MAX_SIDES at most). The bytes live as
 * long as the ctx. E_PICTURE, E_PICTURE_DAMAGED, E_PICTURE_LARGE. */
enum err image_jpegs(struct ctx *c, struct image_blob picture, const int *sides,
	size_t count, struct image_blob *out);

/* A picture in a file, squeezed into side x side shades of grey; *wide: its width by
 * its height before that. E_MISSING if the file cannot be read. E_PICTURE,
 * E_PICTURE_DAMAGED, E_PICTURE_LARGE. */
enum err image_grey(
	struct ctx *c, const char *path, int side, unsigned char *out, double *wide);

/* The files of a person's picture (image/person.h), all in the order of its tables. */
struct image_person {
	const char *refused; /* NULL: they are made; else why not, the picture's fault:
				"not_an_image", "broken", "too_small",
				"too_many_pixels", "bad_shape", "too_heavy",
				"crop_outside" */
	int64_t width, height; /* of the upright original, as far as it could be read */
	const char *format;    /* "jpeg", "png", "webp", "gif"; NULL: not known */
	struct {
		struct image_blob file;
		int64_t width, height;
	} made[PERSON_FILES];
};

/* Makes them. Only what is not the picture's fault is an error: E_BUSY, E_BUG.
 * E_PICTURE, E_PICTURE_DAMAGED and E_PICTURE_LARGE are told in out->refused. */
enum err image_person(struct ctx *c, struct image_blob picture,
	const struct person_wish *wish, struct image_person *out);

/* All of it as a JPEG in its own size, upright and without metadata. E_PICTURE,
 * E_PICTURE_DAMAGED, E_PICTURE_LARGE; E_BUSY, E_BUG. */
struct image_original {
	struct image_blob file;
	int64_t width, height;
};
enum err image_original(struct ctx *c, struct image_blob picture,
	const struct person_wish *wish, struct image_original *out);

/* All pixels of a picture, in a file without a name that is the caller's to close. */
struct image_pixels {
	int file;
	int64_t width, height;
	uint64_t offset, size; /* of the pixels, 3 bytes each */
};

/* The pixels of a picture no side of which is longer than `most`. E_PICTURE,
 * E_PICTURE_DAMAGED, E_PICTURE_LARGE. */
enum err image_pixels(
	struct ctx *c, struct image_blob picture, int most, struct image_pixels *out);

/* A file in memory with these bytes, which nobody can change; -1 with errno set. */
int image_file(const void *bytes, size_t size);

/* Draws a card on a background of image_pixels() with a file of fonts that begins
 * with a struct card_type_case. The bytes live as long as the ctx. E_PICTURE,
 * E_PICTURE_DAMAGED, E_PICTURE_LARGE. */
enum err image_card(struct ctx *c, const struct card_spec *spec, int background,
	int fonts, int preview, struct image_blob out[CARD_FILES]);

/* What enum image_probe (image/probe.h) does in the sandbox, for tests and doctor:
 * *number is what it returned. The answer, too, if there was one. E_BUSY. E_PICTURE,
 * E_PICTURE_DAMAGED, E_PICTURE_LARGE. */
enum err image_probe(struct ctx *c, int what, int milliseconds,
	struct image_answer *answer, int64_t *number);

/* The last picture's answer: what it took. */
const struct image_answer *image_last(void);

/* In the parent, before it forks. Ends the program if the system has no sockets. */
void image_prepare(void);

/*
 * The body of the process that serves the others of its program: waits until somebody
 * asks, and becomes samovar-image; that ends when nobody has asked for a minute, and
 * the parent starts another one. Its exit status.
 */
int image_serve(void);

/* Where samovar-image is; the installed one unless a test says otherwise. */
void image_use(const char *program);

#endif
