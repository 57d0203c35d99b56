#ifndef FACE_H
#define FACE_H

#include "req.h"

/* What a route needs of its request, beside who may call it. */
enum route_flag {
	TX = 1,       /* runs in a transaction, the answer goes out after the commit */
	FORM = 2,     /* the body is multipart/form-data, kept by nginx in a file */
	QUERY = 4,    /* the row's input describes the query string, not the body */
	MAYBE = 8,    /* the body may be absent or null; then the input is all zero */
	ANYBODY = 16, /* the body is not looked at: an empty one, or what an old client
			sends along */
	QUIET = 32,   /* asked all the time, by probes: a success gets no access line */
};

struct route {
	enum method method;
	const char *path; /* "/files/{uuid}/links/": {id}, {uuid}, {word} one segment,
			     {rest} all */
	int who;          /* what it means is the face's */
	const struct input *in;
	int flags;
	enum err (*handle)(struct req *r);
	const char *name; /* the handler's */
};

/*
 * One line of routes.def: method, path, who, input (or NO_BODY: none is read), flags,
 * handler. Handler and input are global, so their names begin with the face's:
 * storage_post_upload. The same line declares them, in the face's own header, and makes
 * its row.
 */
#define ROUTE_ROW(method, path, who, in, flags, handler)                               \
	{                                                                              \
		method, path, (int)(who), &(in), flags, handler, #handler              \
	}
#define ROUTE_DECLARE(method, path, who, in, flags, handler)                           \
	extern const struct input in;                                                  \
	enum err handler(struct req *r);

extern const struct input NO_BODY;

/* The wire's words for an error. What these are is the face's: a code, a sentence. */
struct wire_case {
	enum err err;
	int status;
	const char *words;
};

struct face {
	const char *name;
	const char *const
		*prefixes; /* NULL at the end; "/api" takes /api and /api/... */
	const struct route *routes;
	size_t route_count;
	const struct wire_case *cases; /* status 0 at the end */

	/* All checks before the handler, in the order of this API. */
	enum err (*enter)(struct req *r);

	/* Writes the answer to an error: status, headers, body in the face's own form.
	 */
	void (*refuse)(struct req *r, enum err e);

	/* Is the request this face's, whatever its path? It may set r->path. NULL: by
	 * prefix only. */
	bool (*takes)(struct req *r);

	bool body_first;   /* enter() wants the body to be there, whoever asks; else it
			    * is taken in by face_input(), when the token is known */
	bool serves_head;  /* HEAD is GET without its body; else it is 405 */
	bool mends_slash;  /* a path wrong only in its last slash is redirected with 307
			    */
	bool either_slash; /* a path is the same with a slash behind it and without */
	bool cors; /* browsers of other origins may call it, as site.cors_origins says
		    */
};

/* The faces, NULL at the end: fcgi/faces.c. */
extern const struct face *const faces[];

/* Serves one request that req_read() has filled (read_err is what that returned). */
void face_serve(struct req *r, enum err read_err);

/* The row of cases.def for an error: its own, or that of what it falls back on. */
const struct wire_case *face_case(const struct face *f, enum err e);

/* Reads the body or query as the route's row says into r->in. For the enter() of a
 * face, which says before by r->trusted whether the caller's token is one of ours. */
enum err face_input(struct req *r, bool strict);

/* What logs and metrics call a route of the face: its handler without the face's name.
 */
const char *face_route_name(const struct face *f, const struct route *row);

/* A number for each route of all faces, for metrics; face_route_count() is their
 * number. */
size_t face_route_index(const struct req *r);
size_t face_route_count(void);
const struct route *face_route_at(size_t index, const struct face **face);

#endif
