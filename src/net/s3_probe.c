/* Are servers alive? All are asked at once. */
#include <stdlib.h>

#include "net/s3_call.h"

#define TURN_MS 100

static void
multi_end(void *multi)
{
	curl_multi_cleanup(multi);
}

/* Whatever a server says, it lives, but for 5xx. */
static const char *
verdict(struct s3_call *k, CURLcode code)
{
	if (code != CURLE_OK)
		return curl_easy_strerror(code);
	return k->status >= 500 ? arena_fmt(&k->c->arena, "status %ld", k->status)
				: NULL;
}

void
s3_probe(struct ctx *c, const struct s3_site *sites, size_t n, int seconds,
	const char **why)
{
	struct s3_object *objects = arena_new(&c->arena, (n + 1) * sizeof(*objects));
	struct s3_call *calls = arena_new(&c->arena, (n + 1) * sizeof(*calls));
	CURL **handles = arena_new(&c->arena, (n + 1) * sizeof(*handles));
	CURLM *multi = curl_multi_init();
	int running = 1, left;
	CURLMsg *m;

	if (multi == NULL)
		abort();
	arena_defer(&c->arena, multi_end, multi);
	for (size_t i = 0; i < n; i++) {
		objects[i] = (struct s3_object){.site = sites[i]};
		calls[i] = (struct s3_call){.c = c, .o = &objects[i], .method = "HEAD"};
		handles[i] = s3_handle(&calls[i]);
		curl_easy_setopt(handles[i], CURLOPT_TIMEOUT, (long)seconds);
		curl_multi_add_handle(multi, handles[i]);
		why[i] = "no answer";
	}
	while (running > 0) {
		curl_multi_perform(multi, &running);
		if (running > 0)
			curl_multi_poll(multi, NULL, 0, TURN_MS, NULL);
	}
	while ((m = curl_multi_info_read(multi, &left)) != NULL)
		for (size_t i = 0; i < n; i++)
			if (handles[i] == m->easy_handle)
				why[i] = verdict(&calls[i], m->data.result);
	for (size_t i = 0; i < n; i++)
		curl_multi_remove_handle(multi, handles[i]);
}
