#include "unit.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"

/* What program() writes to standard error in a process of its own, and how it ends. */
static int
said_by(void (*program)(void), char *out, size_t size)
{
	int status, ends[2];
	size_t used = 0;
	ssize_t n;

	assert_int_equal(pipe(ends), 0);
	pid_t pid = fork();
	if (pid == 0) {
		dup2(ends[1], STDERR_FILENO);
		close(ends[0]);
		close(ends[1]);
		log_open("samovar-test", "info");
		log_gather();
		program();
		exit(0);
	}
	close(ends[1]);
	while ((n = read(ends[0], out + used, size - 1 - used)) > 0)
		used += (size_t)n;
	close(ends[0]);
	out[used] = '\0';
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static size_t
lines_of(const char *text)
{
	size_t n = 0;

	for (; *text != '\0'; text++)
		n += *text == '\n';
	return n;
}

static void
one_line_killed(void)
{
	log_info("one");
	raise(SIGKILL);
}

static void
a_line_waits_for_others(void **state)
{
	char said[4096];

	(void)state;
	said_by(one_line_killed, said, sizeof(said));
	assert_string_equal(said, "");
}

static void
an_error(void)
{
	log_info("one");
	log_error("two");
	raise(SIGKILL);
}

static void
an_error_goes_out_at_once_behind_what_came_before(void **state)
{
	char said[4096];

	(void)state;
	said_by(an_error, said, sizeof(said));
	assert_int_equal(lines_of(said), 2);
	assert_true(strstr(said, "one") < strstr(said, "two"));
}

static void
crash(void)
{
	log_info("the last one");
	abort();
}

static void
crash_by_a_fault(void)
{
	log_info("the last one");
	raise(SIGSEGV);
}

static void
a_crash_loses_no_line_and_stays_a_crash(void **state)
{
	char said[65536];

	(void)state;
	int status = said_by(crash, said, sizeof(said));
	assert_non_null(strstr(said, "the last one\n"));
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	said_by(crash_by_a_fault, said, sizeof(said));
	assert_non_null(strstr(said, "the last one\n"));
}

static void
many(void)
{
	for (int i = 0; i < 1000; i++)
		log_info("%d %0200d", i, 0);
}

static void
whole_lines_go_out_in_their_order(void **state)
{
	static char said[400000];
	const char *line = said;

	(void)state;
	assert_int_equal(said_by(many, said, sizeof(said)), 0);
	assert_int_equal(lines_of(said), 1000);
	for (int i = 0; i < 1000; i++, line = strchr(line, '\n') + 1)
		assert_int_equal(atoi(strstr(line, "]: ") + 3), i);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {TEST(a_line_waits_for_others),
		TEST(an_error_goes_out_at_once_behind_what_came_before),
		TEST(a_crash_loses_no_line_and_stays_a_crash),
		TEST(whole_lines_go_out_in_their_order)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
