#ifndef PROGRAMME_PHOTO_H
#define PROGRAMME_PHOTO_H

#include <stdbool.h>

#include "base/ctx.h"

/* What the name of a thumbnail has behind that of its photo. */
#define PHOTO_THUMBNAIL ".small.jpg"

/* Pixels of the longer side of a stored photo and of its thumbnail. */
#define PHOTO_SIDE 1600
#define PHOTO_THUMBNAIL_SIDE 320

/*
 * Photos of reports are files under programme.photo_directory and nobody's to see but
 * through an address that is signed and soon expires, which an <img> can load.
 */

/* The file of a photo (its path as in report_url), or of its thumbnail. */
const char *photo_file(struct ctx *c, const char *path, bool thumbnail);

/* The whole address of a photo (its path as in report_url), good for
 * programme.photo_lifetime. */
const char *photo_signed_url(struct ctx *c, const char *path);

/* Is this the signature of the path, and has it not expired? expires is what the
 * address says. */
bool photo_signature_holds(
	struct ctx *c, const char *path, const char *expires, const char *signature);

#endif
