#include "server.h"

#include <errno.h>
#include <fcntl.h>
#include <fcgiapp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/conf.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/prefork.h"
#include "base/utc.h"
#include "cache/cache.h"
#include "db/db.h"
#include "apart.h"
#include "router.h"
#include "reply.h"
#include "metrics.h"

#define MAX_CONNECTIONS 64
#define DRAIN_SECONDS 10 /* nginx closes what is idle after 1 (conf/nginx) */
#define MEMORY_EVERY 256 /* requests between two looks at the memory */
#define TURN_MS 1000
#define IDLE_MS 5000
#define FLUSH_EVERY 1000000 /* microseconds between two writes of the log */
#define LEFTOVER 4096
#define SIGN_IN_NICE 5

struct worker {
	struct server_sockets sockets;
	int slot;
	struct db *db;
	struct cache *cache;
	uint64_t served;
	int epoll;
	bool taking; /* waits for new connections */
	bool idle;   /* nothing has come for a second, and nothing is owed */
	FCGX_Request open[MAX_CONNECTIONS];
	int open_count, cap;
	struct apart apart;
	int64_t flushed;    /* when the log was; monotonic, microseconds */
	time_t drain_until; /* monotonic; 0: not draining */
};

static volatile sig_atomic_t stop_wanted;

static void
on_stop(int signal)
{
	(void)signal;
	stop_wanted = 1;
}

static int64_t
memory_bytes(void)
{
	long long total = 0, resident = 0;
	FILE *f = fopen("/proc/self/statm", "re");

	if (f != NULL && fscanf(f, "%lld %lld", &total, &resident) != 2)
		resident = 0;
	if (f != NULL)
		fclose(f);
	return resident * sysconf(_SC_PAGESIZE);
}

static int
read_stdin(void *from, char *out, int n)
{
	return FCGX_GetStr(out, n, from);
}

static void
send_bytes(void *to, const char *bytes, size_t n)
{
	const int most = 1 << 20;

	for (; n > (size_t)most; bytes += most, n -= (size_t)most)
		FCGX_PutStr(bytes, most, to);
	FCGX_PutStr(bytes, (int)n, to);
}

/* What is left of the body would be taken for the next request on the same connection.
 */
static void
drop_leftover(FCGX_Stream *in)
{
	char bytes[LEFTOVER];

	while (FCGX_GetStr(bytes, sizeof(bytes), in) == sizeof(bytes))
		;
}

static void
access_line(const struct req *r, const char *method, int64_t us)
{
	const char *route = r->route == NULL ? "-" : face_route_name(r->face, r->route);
	const char *face = r->face == NULL ? "-" : r->face->name;

	if (r->route != NULL && (r->route->flags & QUIET) != 0 && r->status < 300)
		return;
	if (strcmp(conf.log_format, "json") == 0)
		log_object("\"face\":\"%s\",\"method\":\"%.8s\",\"route\":\"%s\","
			   "\"status\":%d,"
			   "\"ms\":%.1f,\"queries\":%u,\"bytes\":%zu}",
			face, method, route, r->status, (double)us / 1000,
			r->ctx.queries, r->sent);
	else
		log_info("face=%s method=%.8s route=%s status=%d ms=%.1f queries=%u "
			 "bytes=%zu",
			face, method, route, r->status, (double)us / 1000,
			r->ctx.queries, r->sent);
}

/* One request from its head to its access line. */
struct exchange {
	struct req r;
	enum err read_err; /* what req_read() returned */
	int64_t begun;     /* monotonic, microseconds */
};

static void
begin(struct worker *w, FCGX_Request *fcgi, struct exchange *t)
{
	*t = (struct exchange){.begun = monotonic_us()};
	ctx_start(&t->r.ctx, w->db, w->cache);
	t->read_err = req_read(&t->r, fcgi->envp, read_stdin, fcgi->in);
	t->r.send = send_bytes;
	t->r.send_to = fcgi->out;
	router_find(&t->r);
}

/* Only nginx may end a connection that takes other methods: it writes such a request
 * but once, and one that is on its way when the connection ends would be lost. Today it
 * does so after each answer (samovar_once in conf/nginx). */
static bool
may_be_asked_again(const struct req *r)
{
	return (r->method & (GET | HEAD)) != 0;
}

static void
serve(struct worker *w, FCGX_Request *fcgi, struct exchange *t)
{
	struct req *r = &t->r;
	uint64_t hashed = hash_count();

	log_request(r->ctx.request_id);
	if (conf.site_test_mode && req_header(r, "X-Samovar-Crash") != NULL)
		abort();
	router_serve(r, t->read_err);

	if (!r->broken)
		reply_send(r);
	drop_leftover(fcgi->in);
	if (r->broken || (w->drain_until != 0 && may_be_asked_again(r)))
		fcgi->keepConnection = 0;
	/* An end that nginx cannot take for that of the answer. */
	if (r->broken)
		shutdown(fcgi->ipcFd, SHUT_RDWR);
	/* FCGX_Finish_r gives the parameters back, and the line comes after it. */
	const char *method = arena_str(&r->ctx.arena, req_param(r, "REQUEST_METHOD"));
	FCGX_Finish_r(fcgi);

	int64_t us = monotonic_us() - t->begun;
	metrics_request(router_series(r), r->status, us);
	if (hash_count() > hashed && w->sockets.others_hash)
		log_error("%s hashes a password: its requests belong to the workers "
			  "that do nothing else (HASHES in its row)",
			r->route == NULL ? "-" : face_route_name(r->face, r->route));
	access_line(r, method, us);
	log_request(NULL);
	ctx_end(&r->ctx);
	w->served++;
}

static void
watch(struct worker *w, int fd, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.fd = fd};

	if (fd >= 0 && epoll_ctl(w->epoll, EPOLL_CTL_ADD, fd, &event) != 0)
		log_error("epoll: %s", strerror(errno));
}

static void
unwatch(struct worker *w, int fd)
{
	if (fd >= 0)
		epoll_ctl(w->epoll, EPOLL_CTL_DEL, fd, NULL);
}

/* Of the workers that wait at a socket one wakes for each connection, the one that has
 * waited longest: whoever takes one goes to the end of the queue. */
static void
queue_up(struct worker *w, int listen_fd)
{
	watch(w, listen_fd, EPOLLIN | EPOLLEXCLUSIVE);
}

static void
set_taking(struct worker *w, bool taking)
{
	void (*change)(struct worker *, int) = taking ? queue_up : unwatch;

	if (w->taking == taking)
		return;
	change(w, w->sockets.requests);
	change(w, w->sockets.sign_ins);
	w->taking = taking;
}

/* Another process may have the connection, too, so that closing it is not enough. */
static void
drop(struct worker *w, int i)
{
	unwatch(w, w->open[i].ipcFd);
	FCGX_Free(&w->open[i], 1);
	w->open[i] = w->open[--w->open_count];
}

static void
take_connection(struct worker *w, int listen_fd)
{
	const struct timeval patience = {.tv_sec = 10};

	if (listen_fd < 0 || w->open_count >= w->cap)
		return;
	/* Another worker may have taken it, and who comes late must not block. The flag
	 * is the socket's, not ours: systemd takes it away again when it runs a command
	 * of the unit, such as its reload. */
	fcntl(listen_fd, F_SETFL, O_NONBLOCK);
	int fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC);
	if (fd < 0)
		return;
	/* Only nginx comes here, with whole requests; whoever else does must not hold a
	 * worker. */
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	FCGX_Request *fcgi = &w->open[w->open_count];
	FCGX_InitRequest(fcgi, listen_fd, FCGI_FAIL_ACCEPT_ON_INTR);
	fcgi->ipcFd = fd;
	/* FCGX_Accept_r() finishes the request before: it must not close what has just
	 * come. */
	fcgi->keepConnection = 1;
	w->open_count++;
	watch(w, fd, EPOLLIN);
	unwatch(w, listen_fd);
	queue_up(w, listen_fd);
}

/* A worker that waited for the store would be one less to answer the store's requests:
 * with all of them waiting, nobody could. */
static enum err
no_room_apart(struct ctx *c)
{
	error_detail(c, "retry_after", 1);
	return fail(c, E_BUSY, "too many long requests at once");
}

/* The process that serves this one request: with a session of its own, and without the
 * connections of the others. */
static _Noreturn void
go_apart(struct worker *w, int i, struct exchange *t)
{
	close(w->epoll);
	close(w->sockets.requests);
	close(w->sockets.sign_ins);
	for (int k = 0; k < w->open_count; k++)
		if (k != i)
			close(w->open[k].ipcFd);
	db_forget(w->db);
	w->db = t->r.ctx.db = db_new("samovar-fcgi");
	db_set_brief(w->db);
	w->cache = t->r.ctx.cache = cache_new();
	w->open[i].keepConnection = 0;
	if (t->r.face->manners->waits_for_store && !apart_wait(&w->apart))
		t->read_err = no_room_apart(&t->r.ctx);
	serve(w, &w->open[i], t);
	db_close(w->db);
	log_flush();
	_exit(0);
}

/* The other connections of this worker need not wait for a long request. False: it is
 * to be served here. */
static bool
serve_apart(struct worker *w, int i, struct exchange *t)
{
	bool waits = t->r.face->manners->waits_for_store;

	apart_reap(&w->apart);
	if (!apart_has_room(&w->apart, waits))
		return false;
	log_flush();
	pid_t pid = fork();
	if (pid < 0)
		return false;
	if (pid == 0)
		go_apart(w, i, t);
	apart_add(&w->apart, pid, waits);
	ctx_end(&t->r.ctx);
	w->open[i].detached = 1; /* closed here, not ended: the other process has it */
	drop(w, i);
	return true;
}

/* A readable connection has a request, or its end. */
static void
serve_connection(struct worker *w, int i)
{
	FCGX_Request *fcgi = &w->open[i];
	struct exchange t;
	char byte;

	if (recv(fcgi->ipcFd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) <= 0 ||
		FCGX_Accept_r(fcgi) != 0) {
		drop(w, i);
		return;
	}
	begin(w, fcgi, &t);
	if (router_is_long(&t.r)) {
		if (serve_apart(w, i, &t))
			return;
		if (t.r.face->manners->waits_for_store)
			t.read_err = no_room_apart(&t.r.ctx);
	}
	serve(w, fcgi, &t);
	if (fcgi->ipcFd < 0)
		drop(w, i);
}

/* epoll_pwait() that finds a descriptor ready returns without the signal that waits:
 * under constant load the handler would never run. */
static bool
must_stop(void)
{
	sigset_t pending;

	return stop_wanted ||
	       (sigpending(&pending) == 0 && sigismember(&pending, SIGTERM) == 1);
}

static bool
must_retire(struct worker *w)
{
	if (must_stop() || w->served >= (uint64_t)conf.fcgi_max_requests)
		return true;
	if (w->served == 0 || w->served % MEMORY_EVERY != 0)
		return false; /* a limit below the start would let none serve anything
			       */
	int64_t memory = memory_bytes();
	metrics_worker(w->slot, getpid(), memory, w->served);
	return memory > conf.fcgi_max_memory;
}

static bool
drained(struct worker *w)
{
	time_t now = (time_t)(monotonic_us() / 1000000);

	if (w->drain_until == 0 && must_retire(w))
		w->drain_until = now + DRAIN_SECONDS;
	return w->drain_until != 0 &&
	       ((w->open_count == 0 && apart_is_empty(&w->apart)) ||
		       now >= w->drain_until);
}

/* Its place among the open connections, -1 if there is none. */
static int
open_at(const struct worker *w, int fd)
{
	for (int i = 0; i < w->open_count; i++)
		if (w->open[i].ipcFd == fd)
			return i;
	return -1;
}

static void
turn(struct worker *w, const sigset_t *waiting)
{
	struct epoll_event events[MAX_CONNECTIONS + 2];

	apart_reap(&w->apart);
	set_taking(w, w->drain_until == 0 && w->open_count < w->cap);
	if (monotonic_us() - w->flushed >= FLUSH_EVERY) {
		log_flush();
		w->flushed = monotonic_us();
	}
	int n = epoll_pwait(w->epoll, events, MAX_CONNECTIONS + 2,
		w->idle ? IDLE_MS : TURN_MS, waiting);
	w->idle = n == 0 && w->drain_until == 0 && apart_is_empty(&w->apart);
	if (n == 0 && w->taking) {
		/* Whoever was woken for a connection may have died before he took it.
		 */
		take_connection(w, w->sockets.requests);
		take_connection(w, w->sockets.sign_ins);
	}
	for (int k = 0; k < n; k++) {
		int fd = events[k].data.fd, i = open_at(w, fd);

		if (i >= 0)
			serve_connection(w, i);
		else if (fd == w->sockets.requests || fd == w->sockets.sign_ins)
			take_connection(w, fd);
	}
}

int
server_run(struct server_sockets sockets, int slot)
{
	static struct worker w;
	struct sigaction act = {.sa_handler = on_stop};
	sigset_t blocked, waiting;

	/* Signals come only while the worker waits, so none is missed and no call is
	 * broken. */
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	sigprocmask(SIG_BLOCK, &blocked, &waiting);
	sigdelset(&waiting, SIGTERM);
	sigaction(SIGTERM, &act, NULL);

	if (sockets.requests < 0)
		setpriority(PRIO_PROCESS, 0, SIGN_IN_NICE);
	w = (struct worker){.sockets = sockets,
		.slot = slot,
		.epoll = epoll_create1(EPOLL_CLOEXEC),
		.db = db_new("samovar-fcgi"),
		.cache = cache_new()};
	apart_open(&w.apart);
	w.cap = conf.fcgi_connections < MAX_CONNECTIONS ? (int)conf.fcgi_connections
							: MAX_CONNECTIONS;
	FCGX_Init();
	metrics_worker(slot, getpid(), memory_bytes(), 0);
	if (db_open(w.db) == E_BUG)
		return 1;
	log_gather();
	prefork_ready();
	while (!drained(&w))
		turn(&w, &waiting);
	db_close(w.db);
	log_flush();
	return 0;
}
