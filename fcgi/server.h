#ifndef SERVER_H
#define SERVER_H

#include <stdbool.h>

/* Where a worker listens; -1: not there. */
struct server_sockets {
	int requests; /* everything but... */
	int sign_ins; /* ...what hashes a password, as conf/nginx/nginx.conf.in says */
	bool others_hash; /* it should not, because others do nothing else */
};

/*
 * One worker process: serves requests from its listening sockets until it is told to
 * stop (SIGTERM), has served fcgi.max_requests or has grown beyond fcgi.max_memory.
 * Then it takes no new connection, answers what still comes on those it has, and
 * returns 0. Returns 1 when it cannot go on. slot is its number for the metrics.
 *
 * nginx keeps its connections (fastcgi_keep_conn on). libfcgi would sit on one of them,
 * so the worker polls the listening socket and every open connection itself and calls
 * FCGX_Accept_r() only for what is readable. Handlers do not know. One that does
 * nothing but sign-ins is nice to the others.
 */
int server_run(struct server_sockets sockets, int slot);

#endif
