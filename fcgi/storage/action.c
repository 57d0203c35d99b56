/* History: docs/openapi/storage.yaml. */
#include "reply.h"
#include "storage/storage.h"
#include "storage/history.h"

#define PAGE_SIZE 20

struct page {
	int64_t page_num, page_size; /* 0: not said */
};

INPUT(storage_page_in, struct page,
	FIELD(struct page, page_num, .min = 1, .max = 1000000000),
	FIELD(struct page, page_size, .min = 1, .max = 1000));

/* GET /actions/?page_num=1&page_size=20: 200 {"count": ..., "data": [...]}, newest
 * first. */
enum err
storage_get_actions(struct req *r)
{
	const struct page *in = r->in;
	const char *json;

	TRY(history_page(&r->ctx, in->page_num == 0 ? 1 : in->page_num,
		in->page_size == 0 ? PAGE_SIZE : in->page_size, &json));
	return reply_json(r, 200, json);
}
