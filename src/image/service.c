#include "image/service.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/utc.h"
#include "image/fds.h"
#include "image/operation.h"

#define IDLE_SECONDS 60   /* without a request; what it needs again starts in 0.1 s */
#define LINGER_SECONDS .3 /* after SIGTERM: those who work still may ask */
#define MOST_SECONDS 60

struct running {
	pid_t pid; /* 0: none */
	int answer, result;
	double until; /* monotonic seconds */
	bool late;
};

struct service {
	int requests, signals;
	int most, count;
	struct running at[SERVICE_MAX];
	double quiet_since;
	bool ended, stopping;
};

static void
answer(int socket, const struct image_answer *a, int result)
{
	/* Whoever does not listen any more has given up. */
	fds_send(socket, a, sizeof(*a), &result, 1);
	close(socket);
	close(result);
}

/* What came with a request: the picture, the socket for the answer, and of a card its
 * background and its fonts, else -1. */
enum { INPUT, REPLY, BACKGROUND, FONTS, BROUGHT };

/* In the child: nothing is left that leads anywhere. All that was brought is above 3,
 * where the socket for requests is. */
static _Noreturn void
open_picture(
	const struct image_request *q, const int *brought, int result, pid_t parent)
{
	bool card = q->operation == IMAGE_CARD;
	sigset_t none;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(0);
	dup2(brought[INPUT], 0);
	dup2(result, 1);
	if (card) {
		dup2(brought[BACKGROUND], OPERATION_BACKGROUND);
		dup2(brought[FONTS], OPERATION_FONTS);
	} else {
		close(2);
	}
	close_range(card ? OPERATION_FONTS + 1 : 3, ~0U, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	operation_run(q, 0, 1);
}

static void
start(struct service *s, const struct image_request *q, const int *brought)
{
	int result = memfd_create("picture", MFD_CLOEXEC);
	struct running *r = s->at;
	uint32_t ms = q->milliseconds < MOST_SECONDS * 1000 ? q->milliseconds
							    : MOST_SECONDS * 1000;
	pid_t parent = getpid(), pid = -1;

	if (!operation_valid(q) ||
		(q->operation == IMAGE_CARD &&
			(brought[BACKGROUND] < 0 || brought[FONTS] < 0)))
		errno = EINVAL;
	else if (result >= 0)
		pid = fork();
	if (pid == 0)
		open_picture(q, brought, result, parent);
	for (int i = 0; i < BROUGHT; i++)
		if (i != REPLY && brought[i] >= 0)
			close(brought[i]);
	if (pid < 0) {
		log_error("image: no process for a picture: %s", strerror(errno));
		answer(brought[REPLY], &(struct image_answer){.outcome = IMAGE_REFUSED},
			result);
		return;
	}
	while (r->pid != 0)
		r++;
	*r = (struct running){
		pid, brought[REPLY], result, monotonic() + ms / 1000.0, false};
	s->count++;
}

static void
take(struct service *s)
{
	struct image_request q;
	int fds[BROUGHT];
	ssize_t n = fds_receive(s->requests, &q, sizeof(q), fds, BROUGHT);

	if (n == 0 ||
		(n < 0 && errno != EINTR && errno != EAGAIN && errno != EBADMSG)) {
		s->ended = true;
		return;
	}
	if (n < 0)
		return;
	s->quiet_since = monotonic();
	if (fds[INPUT] >= 0 && fds[REPLY] >= 0)
		start(s, &q, fds);
	else
		log_error("image: a request without descriptors");
}

static void
conclude(struct service *s, struct running *r, int status, const struct rusage *use)
{
	struct image_answer a = {.outcome = IMAGE_DONE,
		.cpu_us =
			(use->ru_utime.tv_sec + use->ru_stime.tv_sec) * US_PER_SECOND +
			use->ru_utime.tv_usec + use->ru_stime.tv_usec,
		.peak_kb = use->ru_maxrss};

	if (r->late)
		a.outcome = IMAGE_TIMED_OUT;
	else if (WIFSIGNALED(status) || WEXITSTATUS(status) != 0) {
		a.outcome = IMAGE_DIED;
		a.number =
			WIFSIGNALED(status) ? WTERMSIG(status) : -WEXITSTATUS(status);
	}
	answer(r->answer, &a, r->result);
	r->pid = 0;
	s->count--;
	s->quiet_since = monotonic();
}

static void
reap(struct service *s)
{
	struct rusage use;
	int status;
	pid_t pid;

	while ((pid = wait4(-1, &status, WNOHANG, &use)) > 0)
		for (int i = 0; i < s->most; i++)
			if (s->at[i].pid == pid)
				conclude(s, &s->at[i], status, &use);
}

/* Kills what is late; milliseconds until there is something to be done without a
 * signal or a request. */
static int
next_deadline(struct service *s)
{
	double now = monotonic();
	double wait = s->stopping ? LINGER_SECONDS : IDLE_SECONDS;

	wait = s->quiet_since + wait - now;
	for (int i = 0; i < s->most; i++) {
		struct running *r = &s->at[i];

		if (r->pid != 0 && !r->late && r->until <= now) {
			r->late = true;
			kill(r->pid, SIGKILL);
		}
		if (r->pid != 0 && !r->late && r->until - now < wait)
			wait = r->until - now;
	}
	return wait > 0 ? (int)(wait * 1000) + 1 : 0;
}

static void
hear_signals(struct service *s)
{
	struct signalfd_siginfo info;

	while (read(s->signals, &info, sizeof(info)) == sizeof(info))
		if (info.ssi_signo != SIGCHLD)
			s->stopping = true;
	reap(s);
}

static int
signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* Is there no reason to stay? */
static bool
done(const struct service *s)
{
	double quiet = monotonic() - s->quiet_since;

	return s->count == 0 &&
	       (s->ended || quiet > (s->stopping ? LINGER_SECONDS : IDLE_SECONDS));
}

void
service_run(int requests, int most)
{
	static struct service s;

	s = (struct service){.requests = requests,
		.signals = signals(),
		.most = most < SERVICE_MAX ? most : SERVICE_MAX,
		.quiet_since = monotonic()};
	while (!done(&s)) {
		struct pollfd fds[] = {{.fd = s.signals, .events = POLLIN},
			{.fd = s.ended || s.count >= s.most ? -1 : requests,
				.events = POLLIN}};

		if (poll(fds, 2, next_deadline(&s)) < 0 && errno != EINTR)
			return;
		if (fds[0].revents != 0)
			hear_signals(&s);
		if (fds[1].revents != 0)
			take(&s);
	}
}
