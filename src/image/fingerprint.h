#ifndef IMAGE_FINGERPRINT_H
#define IMAGE_FINGERPRINT_H

#include <stdbool.h>
#include <stdint.h>

/*
 * How a photo looks, so that a copy of it can be found again: turned, mirrored, scaled,
 * written anew, a little darker, with its edges cut off. Numbers only: no files, no
 * SQL.
 *
 * Everything begins with the lowest frequencies (DCT) of the picture squeezed into a
 * square, of the whole and of ten views of it that lack a tenth at some sides. Only
 * their signs are used, so brightness and contrast do not matter, and turning or
 * mirroring the picture merely swaps or negates them.
 */
#define FINGERPRINT_SIDE 128  /* pixels of the square */
#define FINGERPRINT_VIEWS 11  /* the whole first, its middle second */
#define FINGERPRINT_TABLES 12 /* keys of a view: each samples 18 of the signs */
#define FINGERPRINT_TURNS 8   /* four turns, and their mirror images */

struct fingerprint {
	unsigned char grey[FINGERPRINT_SIDE * FINGERPRINT_SIDE];
	double wide; /* width by height, before it was squeezed */
	double wave[FINGERPRINT_VIEWS][16][16]; /* filled by fingerprint_measure() */
};

/* From the grey pixels to the frequencies. */
void fingerprint_measure(struct fingerprint *l);

/* 64 signs of the whole and of the middle in each of the eight positions, as
 * report_photo.phashes keeps them; the first is the whole as it is. */
void fingerprint_hashes(
	const struct fingerprint *l, uint64_t out[2 * FINGERPRINT_TURNS]);

/*
 * The positions in which copies may be: at *first and the next so many that are
 * returned. Keys are kept as of a picture that lies, so one that clearly lies or stands
 * has four; the first is the one to be kept.
 */
int fingerprint_positions(const struct fingerprint *l, int *first);

/*
 * The keys of one view in one position. A copy shares some key with its original though
 * it differs in some signs; of strangers hardly any do.
 */
void fingerprint_keys(const struct fingerprint *l, int view, int turn,
	int32_t out[FINGERPRINT_TABLES]);

/*
 * How alike two photos are once one is laid over the other, in whatever position and
 * with up to 15 % cut off at each side: about 1 for copies, below FINGERPRINT_ALIKE for
 * strangers (0 when a rough look is enough), however much their outlines resemble each
 * other. Some milliseconds.
 */
double fingerprint_likeness(const struct fingerprint *a, const struct fingerprint *b);

#define FINGERPRINT_ALIKE 0.75

#endif
