/*
 * A library for LD_PRELOAD (tests/at-time): the calendar clock of a process, moved by
 * CLOCK_OFFSET seconds. It asks the kernel itself and needs no start of its own, so
 * that it also works below jemalloc (Redis), where libfaketime 0.9.10 locks up. Clocks
 * that measure durations are left alone, and so are the times of files: an offset into
 * the past keeps those from looking old.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static time_t
offset(void)
{
	static time_t seconds;
	static int known;

	if (!known) {
		const char *text = getenv("CLOCK_OFFSET");

		seconds = text == NULL ? 0 : (time_t)strtoll(text, NULL, 10);
		known = 1;
	}
	return seconds;
}

int
clock_gettime(clockid_t clock, struct timespec *out)
{
	int status = (int)syscall(SYS_clock_gettime, clock, out);

	if (status == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
		out->tv_sec += offset();
	return status;
}

int
gettimeofday(struct timeval *restrict out, void *restrict zone)
{
	struct timespec now;

	(void)zone;
	clock_gettime(CLOCK_REALTIME, &now);
	out->tv_sec = now.tv_sec;
	out->tv_usec = now.tv_nsec / 1000;
	return 0;
}

time_t
time(time_t *out)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	if (out != NULL)
		*out = now.tv_sec;
	return now.tv_sec;
}

int
timespec_get(struct timespec *out, int base)
{
	return base == TIME_UTC && clock_gettime(CLOCK_REALTIME, out) == 0 ? base : 0;
}
