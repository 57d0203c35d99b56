/*
 * A library for LD_PRELOAD (tests/at-time): the calendar clock of a process, moved by
 * CLOCK_OFFSET seconds. It asks the kernel itself and needs no start of its own, so
 * that it also works below jemalloc (Redis), where libfaketime 0.9.10 locks up. The
 * times of files are moved with it; clocks that measure durations are left alone.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
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

/*
 * Until a moment of the moved calendar, which the kernel does not know: jemalloc's
 * background thread would find each of them past, and never sleep. What is no moment of
 * this century is one of the monotonic clock.
 */
int
pthread_cond_timedwait(pthread_cond_t *restrict cond, pthread_mutex_t *restrict mutex,
	const struct timespec *restrict until)
{
	struct timespec real = *until;

	if (until->tv_sec < 1000000000)
		return pthread_cond_clockwait(cond, mutex, CLOCK_MONOTONIC, until);
	real.tv_sec -= offset();
	return pthread_cond_clockwait(cond, mutex, CLOCK_REALTIME, &real);
}

/* The kernel keeps its own time with files. */
static int
moved(int status, struct stat *st)
{
	if (status == 0) {
		st->st_atim.tv_sec += offset();
		st->st_mtim.tv_sec += offset();
		st->st_ctim.tv_sec += offset();
	}
	return status;
}

int
fstatat(int folder, const char *restrict path, struct stat *restrict out, int flags)
{
	return moved((int)syscall(SYS_newfstatat, folder, path, out, flags), out);
}

int
stat(const char *restrict path, struct stat *restrict out)
{
	return fstatat(AT_FDCWD, path, out, 0);
}

int
lstat(const char *restrict path, struct stat *restrict out)
{
	return fstatat(AT_FDCWD, path, out, AT_SYMLINK_NOFOLLOW);
}

int
fstat(int fd, struct stat *out)
{
	return moved((int)syscall(SYS_fstat, fd, out), out);
}

/* On x86-64 the two kinds are one. */
int stat64(const char *restrict path, struct stat64 *restrict out)
	__attribute__((alias("stat")));
int lstat64(const char *restrict path, struct stat64 *restrict out)
	__attribute__((alias("lstat")));
int fstat64(int fd, struct stat64 *out) __attribute__((alias("fstat")));
int fstatat64(int folder, const char *restrict path, struct stat64 *restrict out,
	int flags) __attribute__((alias("fstatat")));

static int
set_times(int folder, const char *path, const struct timespec *times, int flags)
{
	struct timespec real[2];

	for (int i = 0; times != NULL && i < 2; i++) {
		real[i] = times[i];
		if (real[i].tv_nsec != UTIME_NOW && real[i].tv_nsec != UTIME_OMIT)
			real[i].tv_sec -= offset();
	}
	return (int)syscall(
		SYS_utimensat, folder, path, times == NULL ? NULL : real, flags);
}

int
utimensat(int folder, const char *path, const struct timespec times[2], int flags)
{
	return set_times(folder, path, times, flags);
}

int
futimens(int fd, const struct timespec times[2])
{
	return set_times(fd, NULL, times, 0);
}
