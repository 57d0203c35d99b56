/* The Range header: a part must lie inside the whole, whatever the text. */
#include <stdlib.h>
#include <string.h>

#include "s3/range.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int64_t whole = 0, first = 0, last = 0;
	char text[256];

	if (size < 4 || size - 4 >= sizeof(text))
		return 0;
	memcpy(&whole, data, 4);
	memcpy(text, data + 4, size - 4);
	text[size - 4] = '\0';
	if (range_read(text, whole, &first, &last) == RANGE_PART &&
		(first < 0 || first > last || last >= whole))
		abort();
	return 0;
}
