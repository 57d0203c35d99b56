/* The bodies of DeleteObjects and CompleteMultipartUpload. */
#include <stdint.h>

#include "s3/keys_xml.h"
#include "store/upload.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *keys[KEYS_XML_MOST];
	static struct store_part parts[UPLOAD_PARTS];
	const char *text;
	struct ctx c;
	size_t count;
	bool quiet;

	ctx_start(&c, NULL, NULL);
	text = arena_strn(&c.arena, (const char *)data, size);
	keys_xml_read(&c, text, keys, &count, &quiet);
	ctx_clear_error(&c);
	upload_xml_read(&c, text, parts, &count);
	ctx_end(&c);
	return 0;
}
