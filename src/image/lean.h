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

#endif
