#include "fuzz.h"

#include "net/telegram.h"

/* What answers as if it were the Bot API. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bot_answer answer;
	struct ctx c;

	ctx_start(&c, NULL, NULL);
	telegram_read(
		&c, 200, arena_strn(&c.arena, (const char *)data, size), size, &answer);
	ctx_end(&c);
	return 0;
}
