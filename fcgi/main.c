/* samovar-fcgi: a parent that forks the workers, and replaces those that end. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/conf.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/parent.h"
#include "base/program.h"
#include "db/db.h"
#include "tally.h"
#include "worker.h"

#define BACKLOG 1024

static int listen_fd;

/* Descriptor 0 is the socket when systemd made it (StandardInput=socket). */
static int
inherited_socket(void)
{
	struct stat st;
	int listening = 0;
	socklen_t size = sizeof(listening);

	if (fstat(0, &st) != 0 || !S_ISSOCK(st.st_mode) ||
		getsockopt(0, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) != 0 ||
		listening == 0)
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
	memcpy(address.sun_path, conf.fcgi_socket, strlen(conf.fcgi_socket) + 1);
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

static int
worker(int slot)
{
	return worker_run(listen_fd, slot);
}

static void
worker_gone(int slot, bool clean)
{
	tally_worker_gone(slot);
	if (!clean)
		tally_restart();
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
	int wanted = conf.fcgi_processes > 0 ? (int)conf.fcgi_processes
					     : 4 * (int)sysconf(_SC_NPROCESSORS_ONLN);
	hash_prepare();
	tally_open(wanted < PARENT_MAX ? wanted : PARENT_MAX);
	parent_run(wanted, worker, worker_gone);
	return 0;
}
