#include "fuzz.h"

#include "multipart.h"

/* A query or form; the same bytes as a multipart body behind the boundary in the first
 * line. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct part *parts;
	struct ctx c;
	size_t count;
	volatile char sum = 0;

	ctx_start(&c, NULL, NULL);
	char *text = arena_strn(&c.arena, (const char *)data, size);
	pairs_read(&c, text, &count);
	size_t line = strcspn(text, "\n");
	const char *type = arena_fmt(&c.arena, "multipart/form-data; boundary=%s",
		arena_strn(&c.arena, text, line));
	if (line < size && multipart_split(&c, type, text + line + 1, size - line - 1,
				   &parts, &count) == OK)
		for (size_t i = 0; i < count; i++)
			for (size_t k = 0; k < parts[i].size; k++)
				sum = (char)(sum + parts[i].bytes[k]);
	ctx_end(&c);
	return 0;
}
