#include "net/http.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/program.h"
#include "base/utc.h"

#define CONNECT_SECONDS 10L
#define TURN_MS 100

/* How long a call goes on when the program is to stop: enough for one that is answered.
 */
#define STOP_SECONDS 3

/* A machine that loses its power does not close the connections that are kept to it:
 * what is sent and not acknowledged for so long ends them. */
#define UNANSWERED_MS 10000U

CURLM *
http_connections(void)
{
	static CURLM *multi;

	if (multi == NULL)
		multi = curl_multi_init();
	if (multi == NULL)
		abort();
	return multi;
}

static size_t
take(char *bytes, size_t size, size_t count, void *to)
{
	struct http_body *b = to;

	if (b->text.used + size * count > b->most) {
		b->too_large = true;
		return 0;
	}
	buf_addn(&b->text, bytes, size * count);
	return size * count;
}

static int
set_socket(void *nobody, curl_socket_t fd, curlsocktype purpose)
{
	const unsigned unanswered = UNANSWERED_MS;

	(void)nobody, (void)purpose;
	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &unanswered, sizeof(unanswered));
	return CURL_SOCKOPT_OK;
}

static void
handle_end(void *handle)
{
	curl_easy_cleanup(handle);
}

CURL *
http_handle(struct ctx *c, const char *url, const struct http_limits *limits,
	struct http_body *out)
{
	CURL *h = curl_easy_init();

	if (h == NULL)
		abort();
	arena_defer(&c->arena, handle_end, h);
	*out = (struct http_body){{.arena = &c->arena}, limits->bytes, false};
	curl_easy_setopt(h, CURLOPT_URL, url);
	curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(h, CURLOPT_SOCKOPTFUNCTION, set_socket);
	curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT,
		limits->connect_seconds > 0 ? limits->connect_seconds
					    : CONNECT_SECONDS);
	curl_easy_setopt(h, CURLOPT_TIMEOUT, limits->seconds);
	if (limits->idle_seconds > 0) {
		curl_easy_setopt(h, CURLOPT_LOW_SPEED_LIMIT, 1L);
		curl_easy_setopt(h, CURLOPT_LOW_SPEED_TIME, limits->idle_seconds);
	}
	curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(h, CURLOPT_WRITEDATA, out);
	return h;
}

static void
headers_end(void *list)
{
	curl_slist_free_all(list);
}

void
http_headers(struct ctx *c, CURL *h, const char *const *lines, size_t count)
{
	struct curl_slist *list = NULL;

	for (size_t i = 0; i < count; i++) {
		struct curl_slist *longer = curl_slist_append(list, lines[i]);
		if (longer == NULL)
			abort();
		list = longer;
	}
	arena_defer(&c->arena, headers_end, list);
	curl_easy_setopt(h, CURLOPT_HTTPHEADER, list);
}

/* When a call that is still under way is broken off; 0: it is not to be. */
static double
limit_of(double limit, double grace)
{
	program_wait(0); /* signals come in here */
	if (limit == 0 && program_stopping())
		return monotonic() + grace;
	return limit;
}

static const char *
run(CURL *h, double grace, long *status)
{
	CURLM *m = http_connections();
	CURLcode code = CURLE_ABORTED_BY_CALLBACK;
	double limit = limit_of(0, grace);
	int running = 1, left;
	CURLMsg *message;

	*status = 0;
	curl_multi_add_handle(m, h);
	while (running > 0 && (limit == 0 || monotonic() < limit)) {
		curl_multi_perform(m, &running);
		if (running > 0)
			curl_multi_poll(m, NULL, 0, TURN_MS, NULL);
		limit = limit_of(limit, grace);
	}
	while ((message = curl_multi_info_read(m, &left)) != NULL)
		if (message->easy_handle == h)
			code = message->data.result;
	curl_multi_remove_handle(m, h);
	if (code != CURLE_OK)
		return curl_easy_strerror(code);
	curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, status);
	return NULL;
}

const char *
http_run(CURL *h, long *status)
{
	return run(h, STOP_SECONDS, status);
}

const char *
http_run_or_stop(CURL *h, long *status)
{
	return run(h, 0, status);
}
