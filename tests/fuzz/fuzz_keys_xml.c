/* The body of DeleteObjects. */
#include <stdint.h>

#include "store/keys_xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *keys[KEYS_XML_MOST];
	struct ctx c;
	size_t count;
	bool quiet;

	ctx_start(&c, NULL, NULL);
	keys_xml_read(&c, arena_strn(&c.arena, (const char *)data, size), keys, &count,
		&quiet);
	ctx_end(&c);
	return 0;
}
