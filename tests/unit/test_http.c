#include "unit.h"

#include <arpa/inet.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/program.h"
#include "net/http.h"

/* A server that takes connections, by its backlog, and never answers; its address. */
static const char *
hung_server(int *fd)
{
	struct sockaddr_in at = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(at);

	*fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(*fd, (struct sockaddr *)&at, size), 0);
	assert_int_equal(listen(*fd, 8), 0);
	assert_int_equal(getsockname(*fd, (struct sockaddr *)&at, &size), 0);
	return arena_fmt(&c.arena, "http://127.0.0.1:%d/", ntohs(at.sin_port));
}

static const char *
why_not(const char *call(CURL *h, long *status), const char *url, long seconds)
{
	const struct http_limits limits = {.seconds = seconds, .bytes = 100};
	struct http_body body;
	long status;

	return call(http_handle(&c, url, &limits, &body), &status);
}

static void
a_call_has_its_time(void **state)
{
	int fd;

	(void)state;
	assert_string_equal(why_not(http_run, hung_server(&fd), 1),
		curl_easy_strerror(CURLE_OPERATION_TIMEDOUT));
	close(fd);
}

static void
a_program_that_is_to_stop_does_not_wait_for_a_hung_server(void **state)
{
	int fd;
	const char *url = hung_server(&fd);

	(void)state;
	program_signals();
	raise(SIGTERM); /* comes in while the call is under way */
	assert_string_equal(why_not(http_run, url, 300),
		curl_easy_strerror(CURLE_ABORTED_BY_CALLBACK));
	assert_string_equal(why_not(http_run_or_stop, url, 300),
		curl_easy_strerror(CURLE_ABORTED_BY_CALLBACK));
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_call_has_its_time),
		TEST(a_program_that_is_to_stop_does_not_wait_for_a_hung_server),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
