/* Are servers alive? All are asked at once. */
#include <stdlib.h>

#include "net/s3_call.h"

#define TURN_MS 100

static void
multi_end(void *multi)
{
	curl_multi_cleanup(multi);
}

/* Who refuses us is of no more use than one who is silent; but a bucket that is not
 * there yet is made. */
static const char *
verdict(struct ctx *c, CURL *handle, CURLcode code, const struct s3_site *site)
{
	long status = 0;

	if (code != CURLE_OK)
		return curl_easy_strerror(code);
	curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
	if (status == 200 || (status == 404 && s3_make_bucket(c, site) == OK))
		return NULL;
	ctx_forgive(c);
	return arena_fmt(&c->arena, "status %ld", status);
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
				why[i] = verdict(
					c, m->easy_handle, m->data.result, &sites[i]);
	for (size_t i = 0; i < n; i++)
		curl_multi_remove_handle(multi, handles[i]);
}
