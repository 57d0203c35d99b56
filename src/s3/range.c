#include "s3/range.h"

#include <stddef.h>
#include <string.h>

#define UNIT "bytes="

/* Reads digits from *s; what does not fit is as large as can be. -1 if there are none.
 */
static int64_t
number(const char **s)
{
	int64_t n = -1;

	for (; **s >= '0' && **s <= '9'; (*s)++) {
		int digit = **s - '0';

		if (n < 0)
			n = digit;
		else if (n > (INT64_MAX - digit) / 10)
			n = INT64_MAX;
		else
			n = n * 10 + digit;
	}
	return n;
}

enum range
range_read(const char *text, int64_t size, int64_t *first, int64_t *last)
{
	if (text == NULL || strncmp(text, UNIT, sizeof(UNIT) - 1) != 0)
		return RANGE_NONE;
	text += sizeof(UNIT) - 1;

	int64_t from = number(&text);
	if (*text++ != '-')
		return RANGE_NONE;
	int64_t to = number(&text);
	if (*text != '\0' || (from < 0 && to < 0) || (to >= 0 && from > to))
		return RANGE_NONE;

	if (from >= size || (from < 0 && (to == 0 || size == 0)))
		return RANGE_OUTSIDE;
	if (from < 0) { /* the last `to` bytes */
		*first = to >= size ? 0 : size - to;
		*last = size - 1;
	} else {
		*first = from;
		*last = to < 0 || to >= size ? size - 1 : to;
	}
	return RANGE_PART;
}
