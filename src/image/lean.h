#ifndef IMAGE_LEAN_H
#define IMAGE_LEAN_H

#include <stddef.h>

/*
 * A PNG without the chunks that no output shows: texts above all, of which a few KB
 * may hold 50 MB, and frames of an animation. Critical chunks stay, and the ancillary
 * ones that say how the pixels look and which side is up. The bytes must be a PNG that
 * image_inspect() took.
 *
 * NULL if there is nothing to leave out (or no memory for it); else the caller's to
 * free(), and *size is that of the copy.
 */
void *lean_png(const void *bytes, size_t *size);

/* A WebP without Exif and XMP. NULL: no memory. */
void *lean_webp(const void *bytes, size_t *size);

/* A GIF without comments, texts, what applications say (but how often it is repeated)
 * and what stands behind it. The bytes must be a GIF that image_inspect_any() took.
 * NULL: no memory. */
void *lean_gif(const void *bytes, size_t *size);

/* A BMP without what stands between its parts and behind them, and without a profile.
 * NULL: none whose parts are all there (or no memory). */
void *lean_bmp(const void *bytes, size_t *size);

#endif
