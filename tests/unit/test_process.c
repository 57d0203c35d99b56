#include "unit.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/process.h"

static pid_t
child(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		pause();
		_exit(0);
	}
	return pid;
}

static void
who_lives_is_known_by_his_beginning(void **state)
{
	uint64_t own = process_began(getpid());

	(void)state;
	assert_true(own > 0);
	assert_false(process_is_dead(getpid(), own));
	assert_false(process_is_dead(getpid(), 0));
	assert_true(process_is_dead(getpid(), own - 1)); /* its pid is another's now */
	assert_false(process_is_dead(1, 0));
}

/* As where no init takes them over. */
static void
one_that_nobody_asks_for_is_dead(void **state)
{
	pid_t pid = child();
	uint64_t began = process_began(pid);
	siginfo_t info;

	(void)state;
	assert_false(process_is_dead(pid, began));
	kill(pid, SIGKILL);
	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	assert_int_equal(kill(pid, 0), 0); /* which says nothing */
	assert_true(process_is_dead(pid, began));
	assert_true(process_is_dead(pid, 0));
	waitpid(pid, NULL, 0);
	assert_true(process_is_dead(pid, began));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(who_lives_is_known_by_his_beginning),
		TEST(one_that_nobody_asks_for_is_dead),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
