#include "fuzz.h"

#include "base/str.h"
#include "storage/notification.h"

/* What comes to the webhook and from the broker: notifications of S3 servers, orders of
 * older publishers. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct old_order order;
	const char **keys;
	struct ctx c;
	size_t count;

	ctx_start(&c, NULL, NULL);
	const char *text = arena_strn(&c.arena, (const char *)data, size);
	if (notification_read(&c, "storage", text, size, &keys, &count) == OK)
		for (size_t i = 0; i < count; i++)
			if (!utf8_valid(keys[i], strlen(keys[i])))
				__builtin_trap();
	ctx_clear_error(&c);
	if (old_order_read(&c, text, size, &order) == OK &&
		(strlen(order.file_id) != 36 || strlen(order.server_id) != 36))
		__builtin_trap();
	ctx_end(&c);
	return 0;
}
