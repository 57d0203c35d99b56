#include "base/prefork.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/conf.h"
#include "base/log.h"
#include "base/program.h"
#include "base/utc.h"

#define FAST_DEATH_SECONDS                                                             \
	2 /* a child that lived no longer is replaced with back-off, longer and longer \
	   * while none becomes ready */
#define MAX_BACKOFF_SECONDS 10
#define HANDOVER_SECONDS 20 /* a new child that is not ready then may never be */

struct slot {
	pid_t pid;    /* 0: none */
	pid_t before; /* serves until pid is ready; 0: none */
	time_t started, respawn_at, handover_until;
	int backoff; /* seconds */
};

struct parent {
	struct slot slots[PREFORK_MAX];
	pid_t old[PREFORK_MAX]; /* finishing after a SIGHUP */
	int count;
	int (*child)(int slot);
	void (*gone)(int slot, bool clean);
};

/* The process of each slot that has said that it serves, shared with the children. */
static atomic_int *ready;
static int own_slot;

void *
prefork_memory(size_t size)
{
	void *memory = mmap(
		NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		abort();
	return memory;
}

void
prefork_ready(void)
{
	if (ready == NULL)
		return; /* a test runs the child's part alone */
	atomic_store(&ready[own_slot], (int)getpid());
	kill(getppid(), SIGCHLD); /* wakes it */
}

static void
spawn(struct parent *p, int i)
{
	struct slot *s = &p->slots[i];

	atomic_store(&ready[i], 0);
	pid_t parent = getpid(), pid = fork();
	if (pid == 0) {
		own_slot = i;
		/* Without its parent nobody would replace or stop it. */
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		if (getppid() != parent)
			_exit(0);
		program_child_signals();
		_exit(p->child(i));
	}
	if (pid < 0) {
		log_error("fork: %s", strerror(errno));
		s->respawn_at = (time_t)monotonic() + 1;
		return;
	}
	s->pid = pid;
	s->started = (time_t)monotonic();
}

static void
child_gone(struct parent *p, int i, int status)
{
	struct slot *s = &p->slots[i];
	bool clean = WIFEXITED(status) && WEXITSTATUS(status) == 0;
	bool served = atomic_load(&ready[i]) == (int)s->pid;
	time_t now = (time_t)monotonic();

	s->pid = 0;
	if (p->gone != NULL)
		p->gone(i, clean);
	if (clean || now - s->started > FAST_DEATH_SECONDS)
		s->backoff = 0;
	else if (served || s->backoff == 0)
		s->backoff = 1; /* what others do to it is not its fault */
	else if ((s->backoff *= 2) > MAX_BACKOFF_SECONDS)
		s->backoff = MAX_BACKOFF_SECONDS;
	s->respawn_at = now + s->backoff;
}

static void
reap(struct parent *p)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (WIFSIGNALED(status))
			log_error("child %d: killed by signal %d", (int)pid,
				WTERMSIG(status));
		else if (WEXITSTATUS(status) != 0)
			log_error("child %d: exit status %d", (int)pid,
				WEXITSTATUS(status));
		for (int i = 0; i < p->count; i++)
			if (p->slots[i].pid == pid)
				child_gone(p, i, status);
			else if (p->slots[i].before == pid)
				p->slots[i].before = 0;
		for (int i = 0; i < PREFORK_MAX; i++)
			if (p->old[i] == pid)
				p->old[i] = 0;
	}
}

static void
spawn_due(struct parent *p)
{
	time_t now = (time_t)monotonic();

	for (int i = 0; i < p->count; i++)
		if (p->slots[i].pid == 0 && now >= p->slots[i].respawn_at)
			spawn(p, i);
}

static void
retire(struct parent *p, pid_t pid)
{
	for (int k = 0; k < PREFORK_MAX; k++)
		if (p->old[k] == 0) {
			p->old[k] = pid;
			break;
		}
	kill(pid, SIGTERM);
}

/* A child that is not ready yet serves nobody: it goes at once, the one before it
 * stays.
 */
static void
replace(struct parent *p, int i)
{
	struct slot *s = &p->slots[i];

	if (s->before == 0)
		s->before = s->pid;
	else
		retire(p, s->pid);
	s->handover_until = (time_t)monotonic() + HANDOVER_SECONDS;
	spawn(p, i);
}

static void
hand_over(struct parent *p)
{
	time_t now = (time_t)monotonic();

	for (int i = 0; i < p->count; i++) {
		struct slot *s = &p->slots[i];

		if (s->before == 0 ||
			(now < s->handover_until &&
				(s->pid == 0 || atomic_load(&ready[i]) != (int)s->pid)))
			continue;
		retire(p, s->before);
		s->before = 0;
	}
}

static void
reload(struct parent *p)
{
	program_notify("RELOADING=1");
	if (conf_reload()) {
		for (int i = 0; i < p->count; i++)
			if (p->slots[i].pid != 0)
				replace(p, i);
		log_info("SIGHUP: settings read anew");
	} else {
		log_error("SIGHUP: settings have errors; nothing was changed");
	}
	program_notify("READY=1");
}

static bool
any_left(const struct parent *p)
{
	for (int i = 0; i < PREFORK_MAX; i++)
		if (p->old[i] != 0 || p->slots[i].pid != 0 || p->slots[i].before != 0)
			return true;
	return false;
}

/* The signal is sent again while anyone is left: one that was sent before a child was
 * ready for it may have been lost. */
static void
stop_all(struct parent *p)
{
	program_notify("STOPPING=1");
	while (any_left(p)) {
		for (int i = 0; i < p->count; i++) {
			if (p->slots[i].pid != 0)
				kill(p->slots[i].pid, SIGTERM);
			if (p->slots[i].before != 0)
				kill(p->slots[i].before, SIGTERM);
		}
		program_wait(500);
		reap(p);
	}
}

void
prefork_run(int count, int (*child)(int slot), void (*gone)(int slot, bool clean))
{
	static struct parent p;

	p = (struct parent){.count = count < PREFORK_MAX ? count : PREFORK_MAX,
		.child = child,
		.gone = gone};
	ready = prefork_memory(PREFORK_MAX * sizeof(*ready));
	program_signals();
	spawn_due(&p);
	log_info("%d processes", p.count);
	program_notify("READY=1");
	while (!program_stopping()) {
		program_wait(1000);
		reap(&p);
		hand_over(&p);
		if (program_reload_wanted())
			reload(&p);
		if (!program_stopping())
			spawn_due(&p);
		program_notify("WATCHDOG=1");
	}
	stop_all(&p);
}
