#ifndef PROGRAMME_PHOTO_H
#define PROGRAMME_PHOTO_H

#include <stdbool.h>

#include "base/ctx.h"

/* What the name of a thumbnail, and of the bytes that were sent, has behind that of the
 * photo. */
#define PHOTO_THUMBNAIL_SUFFIX ".small.jpg"
#define PHOTO_ORIGINAL_SUFFIX ".original"

/* The files of a photo. */
enum photo_file {
	PHOTO_WHOLE,     /* what reviewers see */
	PHOTO_THUMBNAIL, /* the same, smaller */
	PHOTO_ORIGINAL,  /* the bytes as they were sent; no address leads to them */
};

/* Pixels of the longer side of a stored photo and of its thumbnail. */
#define PHOTO_SIDE 1600
#define PHOTO_THUMBNAIL_SIDE 320

/*
 * Photos of reports are files under programme.photo_directory and nobody's to see but
 * through an address that is signed and soon expires, which an <img> can load.
 */

/* The name of a file of the photo whose path (as in report_url) is given. */
const char *photo_file(struct ctx *c, const char *path, enum photo_file which);

/* The whole address of a photo (its path as in report_url), good for
 * programme.photo_lifetime; and the same without the site's scheme and host. */
const char *photo_signed_url(struct ctx *c, const char *path);
const char *photo_signed_path(struct ctx *c, const char *path);

/* Is this the signature of the path, and has it not expired? expires is what the
 * address says. */
bool photo_signature_holds(
	struct ctx *c, const char *path, const char *expires, const char *signature);

#endif
