#ifndef REQ_H
#define REQ_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ctx.h"
#include "base/field.h"

struct face;
struct route;
struct session;
struct claims;

enum method {
	GET = 1,
	POST = 2,
	PUT = 4,
	PATCH = 8,
	DELETE = 16,
	HEAD = 32,
	OPTIONS = 64
};

/* A route has at most so many {id}, {uuid} and {word} in its path. */
#define MAX_WORDS 4

/* One line of the answer's head. */
struct header {
	struct header *next;
	const char *name, *value;
};

/* One request and the answer to it. */
struct req {
	struct ctx ctx;
	const struct face *face;
	const struct route *route; /* NULL: none was found */
	int methods;               /* then those of the path's other routes, together */

	enum method method; /* HEAD is served as GET, see head_only */
	bool head_only;
	const char *path;    /* decoded, without the face's prefix, begins with '/' */
	const char *raw_uri; /* as the client wrote it */
	const char *query;   /* raw, "" if none */
	const char *body;    /* NUL-terminated, "" if none or not read yet; NULL when
				nginx kept it in a file */
	size_t body_size;
	const char *body_file; /* where nginx kept it */
	bool body_read;        /* req_body() has been here */
	bool body_check;       /* nginx asks what it would get without its body */
	bool trusted;          /* it bears a token that we have signed */
	int (*read)(void *from, char *out, int n);
	void *read_from;

	const struct pair *pairs; /* the query, decoded */
	size_t pair_count;
	int64_t id[MAX_WORDS];         /* what {id} matched, in order */
	const char *word[MAX_WORDS];   /* what {uuid} and {word} matched, in order */
	const void *in;                /* the struct that the row's input describes */
	const struct claims *claims;   /* of the token that came, NULL without one */
	const struct session *session; /* who is signed in, NULL for nobody */
	void *own; /* what the face's enter() keeps for its handlers */

	int status; /* of the answer; 0: none yet */
	struct header *headers;
	struct buf out;
	size_t sent; /* bytes of the body that have gone out, see reply_flush() */
	bool broken; /* it failed after that: the connection has to end */
	void (*send)(void *to, const char *bytes, size_t n); /* NULL: cannot */
	void *send_to;
	char **params; /* FastCGI's, "NAME=value" */
};

/* A FastCGI parameter, "" if it is not there. */
const char *req_param(const struct req *r, const char *name);

/* A request header by its name as in HTTP ("If-None-Match"); NULL if it is not there.
 */
const char *req_header(const struct req *r, const char *name);

/* Which of our languages Accept-Language (RFC 9110, 12.5.4) wants most: "ru", "en",
 * "ko"; NULL: none of them. */
const char *req_language(const struct req *r);

/* A cookie's value, NULL if it is not there. */
const char *req_cookie(struct req *r, const char *name);

/*
 * Fills method, path, query, pairs... from params. E_NO_ROUTE for a path that is no
 * text. read() gets up to n bytes of the body, 0 at its end; it is called by
 * req_body().
 */
enum err req_read(struct req *r, char **params,
	int (*read)(void *from, char *out, int n), void *from);

/*
 * Takes the body in, once; again, it does nothing. E_TOO_LARGE when it has more than
 * fcgi.max_body bytes or, of a request that is not trusted, more than STRANGER_BODY;
 * E_INPUT for one that is shorter than announced.
 */
enum err req_body(struct req *r);

/* Reads a query string or an urlencoded body, leniently (docs/openapi/programme.yaml).
 */
const struct pair *pairs_read(struct ctx *c, const char *text, size_t *count);

/* The largest body that is taken in before the route is known, whatever the settings
 * say. */
#define BODY_LIMIT ((int64_t)16 * 1024 * 1024)

/* The largest body of a caller who is not signed in; conf/nginx/site.conf.in has the
 * same. */
#define STRANGER_BODY ((int64_t)64 * 1024)

/* The most members and items of a body of JSON, and of such a caller's. */
#define VALUES_MOST ((size_t)100000)
#define STRANGER_VALUES ((size_t)1000)

#endif
