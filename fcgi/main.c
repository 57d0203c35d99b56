/* samovar-fcgi: a parent that forks the workers, and replaces those that end. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/conf.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/prefork.h"
#include "base/program.h"
#include "base/str.h"
#include "db/db.h"
#include "image/image.h"
#include "metrics.h"
#include "router.h"
#include "server.h"

#define BACKLOG 1024
#define FIRST_PASSED 3 /* sd_listen_fds(3) */

/* Requests, and those that hash a password: conf/nginx sorts them. -1: there is none,
 * and the other socket has them too. */
static int listen_fd, sign_in_fd = -1;
static int workers, sign_in_workers; /* behind their slots is the image process's */

static bool
is_listening(int fd)
{
	struct stat st;
	int listening = 0;
	socklen_t size = sizeof(listening);

	return fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode) &&
	       getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) == 0 &&
	       listening != 0;
}

/* The i-th socket that systemd has passed (sd_listen_fds(3)), -1 if there is none. */
static int
passed_socket(int i)
{
	const char *pid = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS");
	int64_t whose, n;

	if (pid == NULL || count == NULL || !int_read(pid, &whose) ||
		!int_read(count, &n) || whose != getpid() || i >= n ||
		!is_listening(FIRST_PASSED + i))
		return -1;
	fcntl(FIRST_PASSED + i, F_SETFD, FD_CLOEXEC);
	return FIRST_PASSED + i;
}

static int
own_socket(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	if (strlen(path) >= sizeof(address.sun_path)) {
		log_error("fcgi.socket: path is too long: %s", path);
		return -1;
	}
	memcpy(address.sun_path, path, strlen(path) + 1);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0) {
		log_error("%s: another samovar-fcgi listens there", path);
		close(fd);
		return -1;
	}
	unlink(path);
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
		chmod(path, 0660) != 0 || listen(fd, BACKLOG) != 0) {
		log_error("%s: %s", path, strerror(errno));
		close(fd);
		return -1;
	}
	return fd;
}

/* Both from systemd; else our own. One that is descriptor 0 (a test's) is the only one.
 */
static bool
open_sockets(void)
{
	static char path[PATH_MAX];

	if (is_listening(STDIN_FILENO)) {
		listen_fd = STDIN_FILENO;
		return true;
	}
	snprintf(path, sizeof(path), "%s.sign-in", conf.fcgi_socket);
	listen_fd = passed_socket(0);
	if (listen_fd < 0)
		listen_fd = own_socket(conf.fcgi_socket);
	if (listen_fd >= 0)
		sign_in_fd = passed_socket(1);
	if (listen_fd >= 0 && sign_in_fd < 0)
		sign_in_fd = own_socket(path);
	return listen_fd >= 0 && sign_in_fd >= 0;
}

/* A quarter of the workers hash passwords and do nothing else, so that the others never
 * wait for that. A single one does both. */
static void
share_out(int wanted)
{
	workers = wanted < PREFORK_MAX ? wanted : PREFORK_MAX - 1;
	if (sign_in_fd >= 0 && workers > 1)
		sign_in_workers = workers < 8 ? 1 : workers / 4;
}

static int
worker(int slot)
{
	struct server_sockets own = {listen_fd, sign_in_fd, false};

	if (slot >= workers)
		return image_serve();
	if (sign_in_workers > 0 && slot >= workers - sign_in_workers)
		own.requests = -1;
	else if (sign_in_workers > 0)
		own = (struct server_sockets){listen_fd, -1, true};
	return server_run(own, slot);
}

static void
worker_gone(int slot, bool clean)
{
	if (slot < workers)
		metrics_worker_gone(slot);
	if (!clean)
		metrics_restart();
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
	static struct arena all; /* what the workers share, too: never freed */
	size_t count;

	program_start("samovar-fcgi", argc, argv);
	if (!conf_check_server() || check_schema() != 0)
		return 1;
	if (!open_sockets())
		return 1;
	share_out(conf.fcgi_processes > 0 ? (int)conf.fcgi_processes
					  : 4 * (int)sysconf(_SC_NPROCESSORS_ONLN));
	hash_prepare();
	const struct metrics_series *series = router_all_series(&all, &count);
	metrics_open(workers, series, count);
	db_share_hang();
	image_prepare();
	prefork_run(workers + 1, worker, worker_gone);
	return 0;
}
