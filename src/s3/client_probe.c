/* Are servers alive? */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "s3/call.h"

#define TURN_MS 100
#define CONNECTIONS_MOST 2000L
#define ANSWER_SECONDS 3L
#define CONNECT_MS 900L /* a few round trips to the other side of the world */

/* Of a kept connection: whose machine has died does not close it. */
#define IDLE_SECONDS 1
#define UNANSWERED_MS 1500

struct s3_prober {
	CURLM *multi; /* keeps the connections */
};

struct s3_prober *
s3_prober_new(void)
{
	struct s3_prober *p = malloc(sizeof(*p));

	if (p == NULL || (p->multi = curl_multi_init()) == NULL)
		abort();
	curl_multi_setopt(p->multi, CURLMOPT_MAXCONNECTS, CONNECTIONS_MOST);
	return p;
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
	ctx_clear_error(c);
	return arena_fmt(&c->arena, "status %ld", status);
}

/* The connection that stays open; the kernel asks whether the other side is there. */
static int
kept_connection(CURL *handle)
{
	const int on = 1, idle = IDLE_SECONDS, unanswered = UNANSWERED_MS;
	curl_socket_t fd = CURL_SOCKET_BAD;

	if (curl_easy_getinfo(handle, CURLINFO_ACTIVESOCKET, &fd) != CURLE_OK ||
		fd == CURL_SOCKET_BAD)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &idle, sizeof(idle));
	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &unanswered, sizeof(unanswered));
	return fd;
}

void
s3_prober_ask(struct s3_prober *p, struct ctx *c, const struct s3_site *sites, size_t n,
	const char **why, int *fds)
{
	struct s3_object *objects = arena_new(&c->arena, (n + 1) * sizeof(*objects));
	struct s3_call *calls = arena_new(&c->arena, (n + 1) * sizeof(*calls));
	CURL **handles = arena_new(&c->arena, (n + 1) * sizeof(*handles));
	int running = 1, left;
	CURLMsg *m;

	for (size_t i = 0; i < n; i++) {
		objects[i] = (struct s3_object){.site = sites[i]};
		calls[i] = (struct s3_call){.c = c, .o = &objects[i], .method = "HEAD"};
		handles[i] = s3_handle(&calls[i]);
		curl_easy_setopt(handles[i], CURLOPT_TIMEOUT, ANSWER_SECONDS);
		curl_easy_setopt(handles[i], CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
		curl_multi_add_handle(p->multi, handles[i]);
		why[i] = "no answer";
		fds[i] = -1;
	}
	while (running > 0) {
		curl_multi_perform(p->multi, &running);
		if (running > 0)
			curl_multi_poll(p->multi, NULL, 0, TURN_MS, NULL);
	}
	while ((m = curl_multi_info_read(p->multi, &left)) != NULL)
		for (size_t i = 0; i < n; i++)
			if (handles[i] == m->easy_handle)
				why[i] = verdict(
					c, m->easy_handle, m->data.result, &sites[i]);
	for (size_t i = 0; i < n; i++) {
		if (why[i] == NULL)
			fds[i] = kept_connection(handles[i]);
		curl_multi_remove_handle(p->multi, handles[i]);
	}
}
