#include "image/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MEGABYTE ((size_t)1 << 20)

static int64_t
told(int64_t result)
{
	return result < 0 ? -errno : result;
}

static int64_t
try_open(int fd)
{
	(void)fd;
	return told(open("/etc/passwd", O_RDONLY | O_CLOEXEC));
}

static int64_t
try_create(int fd)
{
	(void)fd;
	return told(
		open("/tmp/samovar-image-probe", O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
}

static int64_t
try_socket(int fd)
{
	(void)fd;
	return told(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

static int64_t
try_exec(int fd)
{
	(void)fd;
	return told(execl("/bin/true", "true", (char *)NULL));
}

static int64_t
try_fork(int fd)
{
	(void)fd;
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return told(pid);
}

static int64_t
try_kill(int fd)
{
	(void)fd;
	return told(kill(getppid(), 0));
}

static int64_t
try_ptrace(int fd)
{
	(void)fd;
	return told(ptrace(PTRACE_ATTACH, getppid(), NULL, NULL));
}

static int64_t
try_code(int fd)
{
	(void)fd;
	static _Alignas(4096) char page[4096];

	return told(mprotect(page, sizeof(page), PROT_READ | PROT_EXEC));
}

static int64_t
try_memory(int fd)
{
	(void)fd;
	static void *taken; /* a list, each begins with the one before */
	int64_t count = 0;

	for (; count < 4096; count++) {
		void **p = malloc(MEGABYTE);

		if (p == NULL)
			break;
		memset(p, 1, MEGABYTE);
		*p = taken;
		taken = p;
	}
	return count;
}

static int64_t
try_cpu(int fd)
{
	(void)fd;
	volatile int64_t i = 0;

	while (i >= 0)
		i = (i + 1) & INT32_MAX;
	return i;
}

static int64_t
try_sleep(int fd)
{
	(void)fd;
	while (nanosleep(&(struct timespec){3600, 0}, NULL) == 0)
		;
	return -errno;
}

static int64_t
try_crash(int fd)
{
	(void)fd;
	abort();
}

static int64_t
try_output(int fd)
{
	static char block[MEGABYTE];
	int64_t done = 0;

	while (done < 1024 && write(fd, block, sizeof(block)) > 0)
		done++;
	return done * (int64_t)MEGABYTE;
}

static int64_t
try_nothing(int fd)
{
	(void)fd;
	return 0;
}

int64_t
probe(enum image_probe what, int fd)
{
	static int64_t (*const tries[PROBES])(int) = {[PROBE_NOTHING] = try_nothing,
		[PROBE_OPEN] = try_open,
		[PROBE_CREATE] = try_create,
		[PROBE_SOCKET] = try_socket,
		[PROBE_EXEC] = try_exec,
		[PROBE_FORK] = try_fork,
		[PROBE_KILL] = try_kill,
		[PROBE_PTRACE] = try_ptrace,
		[PROBE_CODE] = try_code,
		[PROBE_MEMORY] = try_memory,
		[PROBE_CPU] = try_cpu,
		[PROBE_SLEEP] = try_sleep,
		[PROBE_CRASH] = try_crash,
		[PROBE_OUTPUT] = try_output};

	return what < PROBES ? tries[what](fd) : -EINVAL;
}
