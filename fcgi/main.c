/* samovar-fcgi: a parent that forks the workers, and replaces those that end. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/conf.h"
#include "base/log.h"
#include "base/program.h"
#include "db/db.h"
#include "tally.h"
#include "worker.h"

#define MAX_WORKERS 256
#define BACKLOG 1024
#define FAST_DEATH_SECONDS 2 /* a worker that lived no longer is replaced with back-off */
#define MAX_BACKOFF_SECONDS 10

struct slot {
	pid_t pid;
	time_t started, respawn_at;
	int backoff; /* seconds */
};

static struct slot slots[MAX_WORKERS];
static pid_t old_pids[MAX_WORKERS]; /* draining after SIGHUP */
static int slot_count, listen_fd;

static time_t
monotonic_seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec;
}

/* Descriptor 0 is the socket when systemd made it (StandardInput=socket). */
static int
inherited_socket(void)
{
	struct stat st;
	int listening = 0;
	socklen_t size = sizeof(listening);

	if (fstat(0, &st) != 0 || !S_ISSOCK(st.st_mode) ||
		getsockopt(0, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) != 0 || listening == 0)
		return -1;
	return 0;
}

static int
own_socket(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	if (strlen(conf.fcgi_socket) >= sizeof(address.sun_path)) {
		log_error("fcgi.socket: path is too long: %s", conf.fcgi_socket);
		return -1;
	}
	strcpy(address.sun_path, conf.fcgi_socket);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0) {
		log_error("%s: another samovar-fcgi listens there", conf.fcgi_socket);
		close(fd);
		return -1;
	}
	unlink(conf.fcgi_socket);
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
		chmod(conf.fcgi_socket, 0660) != 0 || listen(fd, BACKLOG) != 0) {
		log_error("%s: %s", conf.fcgi_socket, strerror(errno));
		close(fd);
		return -1;
	}
	return fd;
}

static void
spawn(int i)
{
	pid_t parent = getpid(), pid = fork();

	if (pid == 0) {
		/* Without its parent nobody would replace or stop it. */
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		if (getppid() != parent)
			_exit(0);
		program_child_signals();
		_exit(worker_run(listen_fd, i));
	}
	if (pid < 0) {
		log_error("fork: %s", strerror(errno));
		slots[i].respawn_at = monotonic_seconds() + 1;
		return;
	}
	slots[i].pid = pid;
	slots[i].started = monotonic_seconds();
	slots[i].respawn_at = 0;
}

static void
schedule_respawn(int i, int status)
{
	struct slot *s = &slots[i];
	bool clean = WIFEXITED(status) && WEXITSTATUS(status) == 0;
	time_t now = monotonic_seconds();

	s->pid = 0;
	tally_worker_gone(i);
	if (!clean)
		tally_restart();
	if (clean || now - s->started > FAST_DEATH_SECONDS)
		s->backoff = 0;
	else
		s->backoff = s->backoff == 0 ? 1
			: s->backoff * 2 > MAX_BACKOFF_SECONDS ? MAX_BACKOFF_SECONDS
							       : s->backoff * 2;
	s->respawn_at = now + s->backoff;
}

static void
reap(void)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (WIFSIGNALED(status))
			log_error("worker %d: killed by signal %d", (int)pid, WTERMSIG(status));
		else if (WEXITSTATUS(status) != 0)
			log_error("worker %d: exit status %d", (int)pid, WEXITSTATUS(status));
		for (int i = 0; i < slot_count; i++)
			if (slots[i].pid == pid)
				schedule_respawn(i, status);
		for (int i = 0; i < MAX_WORKERS; i++)
			if (old_pids[i] == pid)
				old_pids[i] = 0;
	}
}

static void
respawn_due(void)
{
	time_t now = monotonic_seconds();

	for (int i = 0; i < slot_count; i++)
		if (slots[i].pid == 0 && now >= slots[i].respawn_at)
			spawn(i);
}

/* New workers read the new settings; the old ones finish what they have. */
static void
reload(void)
{
	program_notify("RELOADING=1");
	if (!conf_reload()) {
		log_error("SIGHUP: settings have errors; nothing was changed");
		program_notify("READY=1");
		return;
	}
	for (int i = 0; i < slot_count; i++) {
		if (slots[i].pid == 0)
			continue;
		for (int k = 0; k < MAX_WORKERS; k++)
			if (old_pids[k] == 0) {
				old_pids[k] = slots[i].pid;
				break;
			}
		kill(slots[i].pid, SIGTERM);
		spawn(i);
	}
	log_info("SIGHUP: settings read anew");
	program_notify("READY=1");
}

static bool
any_left(void)
{
	bool any = false;

	for (int i = 0; i < slot_count; i++)
		any = any || slots[i].pid != 0;
	for (int i = 0; i < MAX_WORKERS; i++)
		any = any || old_pids[i] != 0;
	return any;
}

static void
stop_all(void)
{
	program_notify("STOPPING=1");
	for (int i = 0; i < slot_count; i++)
		if (slots[i].pid != 0)
			kill(slots[i].pid, SIGTERM);
	while (any_left()) {
		program_wait(1000);
		reap();
	}
}

static int
check_schema(void)
{
	struct db *db = db_new("samovar-fcgi");
	enum err e = db_open(db);

	db_close(db);
	return e == E_BUG ? 1 : 0;
}

int
main(int argc, char **argv)
{
	program_start("samovar-fcgi", argc, argv);
	if (!conf_check_server() || check_schema() != 0)
		return 1;
	listen_fd = inherited_socket();
	if (listen_fd < 0)
		listen_fd = own_socket();
	if (listen_fd < 0)
		return 1;
	/* Several workers wake for one connection: those that come late must not block. */
	fcntl(listen_fd, F_SETFL, fcntl(listen_fd, F_GETFL) | O_NONBLOCK);

	int wanted = conf.fcgi_processes > 0 ? (int)conf.fcgi_processes
					     : 4 * (int)sysconf(_SC_NPROCESSORS_ONLN);
	slot_count = wanted < MAX_WORKERS ? wanted : MAX_WORKERS;
	tally_open(slot_count);
	program_signals();
	respawn_due();
	log_info("%d workers", slot_count);
	program_notify("READY=1");
	while (!program_stopping()) {
		program_wait(1000);
		reap();
		if (program_reload_wanted())
			reload();
		respawn_due();
		program_notify("WATCHDOG=1");
	}
	stop_all();
	return 0;
}
