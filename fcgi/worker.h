#ifndef WORKER_H
#define WORKER_H

/*
 * One worker process: serves requests from the listening socket until it is told to
 * stop (SIGTERM), has served fcgi.max_requests or has grown beyond fcgi.max_memory.
 * Then it takes no new connection, answers what still comes on those it has, and
 * returns 0. Returns 1 when it cannot go on. slot is its number for the metrics.
 *
 * nginx keeps its connections (fastcgi_keep_conn on). libfcgi would sit on one of them,
 * so the worker polls the listening socket and every open connection itself and calls
 * FCGX_Accept_r() only for what is readable. Handlers do not know.
 */
int worker_run(int listen_fd, int slot);

#endif
