#include "apart.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>

#include "base/log.h"
#include "base/utc.h"

#define WAIT_US INT64_C(10000000) /* nginx waits for 15 seconds (conf/nginx) */
#define PAUSE_NS 20000000L

void
apart_open(struct apart *a)
{
	a->turns = memfd_create("turns", MFD_CLOEXEC);
}

bool
apart_has_room(const struct apart *a, bool waits_for_store)
{
	return waits_for_store ? a->of_store_count < APART_MOST + APART_QUEUE
			       : a->count < APART_MOST;
}

void
apart_add(struct apart *a, pid_t pid, bool waits_for_store)
{
	if (waits_for_store)
		a->of_store[a->of_store_count++] = pid;
	else
		a->count++;
}

/* Nobody but processes apart are children of a worker. */
static void
remove_one(struct apart *a, pid_t pid)
{
	for (int i = 0; i < a->of_store_count; i++)
		if (a->of_store[i] == pid) {
			a->of_store[i] = a->of_store[--a->of_store_count];
			return;
		}
	a->count--;
}

void
apart_reap(struct apart *a)
{
	int status;
	pid_t pid;

	while (!apart_is_empty(a) && (pid = waitpid(-1, &status, WNOHANG)) > 0) {
		remove_one(a, pid);
		if (!WIFEXITED(status))
			log_error("a process apart: killed by signal %d",
				WTERMSIG(status));
	}
}

bool
apart_is_empty(const struct apart *a)
{
	return a->count == 0 && a->of_store_count == 0;
}

static bool
has_turn(const struct apart *a, int which)
{
	struct flock mine = {
		.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = which, .l_len = 1};

	return fcntl(a->turns, F_SETLK, &mine) == 0;
}

bool
apart_wait(const struct apart *a)
{
	const struct timespec pause = {.tv_nsec = PAUSE_NS};
	int64_t end = monotonic_us() + WAIT_US;

	do {
		for (int which = 0; which < APART_MOST; which++)
			if (has_turn(a, which))
				return true;
		nanosleep(&pause, NULL);
	} while (monotonic_us() < end);
	return false;
}
