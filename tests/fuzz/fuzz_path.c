/* Percent decoding: never fails, and what we encode comes back as it was. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = {0};
	const char *text = arena_strn(&a, (const char *)data, size);
	size_t n = strlen(text);

	for (int i = 0; i < 2; i++) {
		const char *encoded = percent_encode(&a, text, i == 1);

		if (!str_eq(percent_decode(&a, encoded, strlen(encoded), false), text))
			abort();
		if (strlen(percent_decode(&a, text, n, i == 1)) > n)
			abort();
	}
	arena_end(&a);
	return 0;
}
