#ifndef HTTP_H
#define HTTP_H

#include <curl/curl.h>

#include "base/buf.h"
#include "base/ctx.h"

/*
 * Calls to other servers, on libcurl (curl_easy_setopt(3), libcurl-multi(3)). Each
 * process has one set of connections, which are kept between calls. Redirects are not
 * followed; nothing but http and https is spoken.
 */

/* What a call may take. 0 is no limit, but for the connection: 10 seconds. */
struct http_limits {
	long connect_seconds;
	long seconds;      /* all of it */
	long idle_seconds; /* without a byte in either direction */
	size_t bytes;      /* of the answer's body */
};

/* The body of an answer, in the ctx. */
struct http_body {
	struct buf text;
	size_t most;
	bool too_large; /* the call was broken off for that */
};

/*
 * A handle for one call, with what all calls have in common; it goes with the ctx. The
 * body is kept in *out, which must live as long; the caller may set other options of
 * libcurl, a writer of its own among them. Never NULL.
 */
CURL *http_handle(struct ctx *c, const char *url, const struct http_limits *limits,
	struct http_body *out);

/* Adds lines to the request; "Name:" takes one of libcurl's own away. They go with the
 * ctx. */
void http_headers(struct ctx *c, CURL *h, const char *const *lines, size_t count);

/*
 * Runs the call. NULL and the status in *status; else why there is no whole answer.
 * When the program is to stop (base/program.h), http_run() breaks off a call that is
 * not answered within 3 seconds more, http_run_or_stop() at once: for what may wait
 * long, and may be asked again.
 */
const char *http_run(CURL *h, long *status);
const char *http_run_or_stop(CURL *h, long *status);

/* The connections of this process, for calls that run beside each other. */
CURLM *http_connections(void);

#endif
