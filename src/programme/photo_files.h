#ifndef PROGRAMME_PHOTO_FILES_H
#define PROGRAMME_PHOTO_FILES_H

#include <stdbool.h>

#include "job/job.h"

/*
 * The files of a report's photo: the photo, its thumbnail, and what the family sent
 * (programme.keep_originals), which nobody can download and which goes when the shift
 * is over.
 */

/*
 * Makes the photo and its thumbnail from the bytes that were sent; *kept says whether
 * those were kept, too. path as in report_url; its folder must be there. All files or
 * none. The errors of image/picture.h.
 */
enum err photo_store(
	struct ctx *c, const char *path, const void *bytes, size_t size, bool *kept);

/* Removes all files of a photo that are there. E_BUSY. */
enum err photo_remove(struct ctx *c, const char *path);

/* Adds a job photo.remake for every photo whose original is kept; *count: how many.
 * Only counts them if dry. */
enum err photo_remake_all(struct ctx *c, bool dry, int64_t *count);

/* photo.remake, subject a programme.report_photo: makes its files again from the
 * original, and compares it anew. Without an original there is nothing to do. */
enum err photo_remake_job(struct ctx *c, const struct job *job);

/* photo.sweep: removes the originals of shifts that are over; all of them when
 * programme.keep_originals is off. */
enum err photo_sweep_job(struct ctx *c, const struct job *job);

#endif
