/* The table of places and the header that tells one. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "storage/geo_point.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must_be_on_earth(struct geo_point p)
{
	if (p.known && !(p.latitude >= -90 && p.latitude <= 90 && p.longitude >= -180 &&
			       p.longitude <= 180))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = {0};
	const char *text = arena_strn(&a, (const char *)data, size);
	struct geo_point p;

	must_be_on_earth(geo_point_in_table(text, "203.0.113.7"));
	must_be_on_earth(geo_point_in_table(text, "2001:db8::1"));
	geo_point_read(text, &p);
	must_be_on_earth(p);
	arena_end(&a);
	return 0;
}
