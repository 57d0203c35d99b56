#ifndef IMAGE_VARIANTS_H
#define IMAGE_VARIANTS_H

#include "image/decode.h"
#include "image/person.h"
#include "image/render.h"

/* Pictures of people, made from what strangers send: only in samovar-image. */

/* One file of a variant. */
struct variant_file {
	struct image_bytes bytes;
	int width, height; /* pixels */
};

/*
 * Judges the picture as `wish` says and makes all files: each variant of
 * person_variants twice, as WebP (which keeps what is transparent) and as JPEG, without
 * metadata, upright, in 8-bit sRGB. Nothing is enlarged. They are the caller's to
 * variants_free(), all or none. *out is the upright picture's head, as far as it could
 * be read. A verdict other than IMAGE_OK is the picture's fault.
 */
enum image_verdict variants_make(const void *bytes, size_t size,
	const struct person_wish *wish, struct variant_file made[PERSON_FILES],
	struct image_header *out);

/*
 * All of it as one JPEG in its own size, upright, in 8-bit sRGB, without metadata, on
 * white; *out is the caller's to render_free().
 */
enum image_verdict variants_original(const void *bytes, size_t size,
	const struct person_wish *wish, struct variant_file *out);

void variants_free(struct variant_file made[PERSON_FILES]);

#endif
