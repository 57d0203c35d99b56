#ifndef RANGE_H
#define RANGE_H

#include <stdbool.h>
#include <stdint.h>

/* What a Range header asks of something that has `size` bytes. */
enum range {
	RANGE_NONE,   /* no header, several ranges, or not understood: the whole is sent
		       */
	RANGE_PART,   /* bytes first to last, both inside */
	RANGE_OUTSIDE /* nothing of it is inside: 416 */
};

/* text may be NULL. first and last are set for RANGE_PART only. */
enum range range_read(const char *text, int64_t size, int64_t *first, int64_t *last);

#endif
