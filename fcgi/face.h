#ifndef FACE_H
#define FACE_H

#include "base/field.h"
#include "req.h"

/* What a route needs of its request, beside who may call it. */
enum route_flag {
	TX = 1,      /* runs in a transaction, the answer goes out after the commit */
	QUERY = 2,   /* the row's input describes the query string, not the body */
	MAYBE = 4,   /* the body may be absent or null; then the input is all zero */
	QUIET = 8,   /* asked all the time, by probes: a success gets no access line */
	LONG = 16,   /* may take longer than others should wait: a process of its own
			serves it when the face's is_long() says so */
	HASHES = 32, /* hashes a password: nginx gives it to the workers that do nothing
			else */
	FRESH = 64,  /* wants the password or a one-time code to have been given just
			now, where the face knows of that */
};

struct route {
	enum method method;
	const char *path; /* "/files/{uuid}/links/": {id}, {uuid}, {word} one segment,
			     {rest} all */
	int who;          /* what it means is the face's */
	const struct input *in;
	int flags;
	enum err (*handle)(struct req *r);
	const char *name;               /* the handler's */
	const char *who_name, *in_name; /* as the row has them */
	const char *needs; /* the headers that must be there, blank-separated, as
			      HTTP writes them ("User-Agent"); NULL: none */
};

/*
 * One line of routes.def: method, path, who, input (or NO_BODY: none is read), flags,
 * handler, and where there are some .needs = "...". Handler and input are global, so
 * their names begin with the face's: storage_post_upload. The same line declares them,
 * in the face's own header, and makes its row.
 */
#define ROUTE_ROW(method_, path_, who_, in_, flags_, handler_, ...)                    \
	{                                                                              \
		.method = method_, .path = path_, .who = (int)(who_), .in = &(in_),    \
		.flags = flags_, .handle = handler_, .name = #handler_,                \
		.who_name = #who_, .in_name = #in_, __VA_ARGS__                        \
	}
#define ROUTE_DECLARE(method_, path_, who_, in_, flags_, handler_, ...)                \
	extern const struct input in_;                                                 \
	enum err handler_(struct req *r);

extern const struct input NO_BODY;

/* The wire's words for an error. What these are is the face's: a code, a sentence. */
struct wire_case {
	enum err err;
	int status;
	const char *words;
};

/* How a body is read. */
enum face_body {
	BODY_JSON,
	/*
	 * JSON whatever the Content-Type, else a form (urlencoded, multipart; the first
	 * of several values of a name), else nothing at all: an empty object. Keys and
	 * texts are trimmed and in normal form C, what is empty or null is left out,
	 * and a value of another type is taken where it can only mean one thing ("12"
	 * for a number, 12 for a text).
	 */
	BODY_FORGIVING
};

/* What a path is that has no number or UUID where its route wants one. */
enum bad_id {
	BAD_ID_FIELD_ERROR, /* a field error at "path", beside what is wrong with the
			       input */
	BAD_ID_NO_ROUTE     /* another path: E_NO_ROUTE */
};

/* What the last slash of a path means. */
enum last_slash {
	SLASH_COUNTS,    /* with it and without are two addresses */
	SLASH_REDIRECTS, /* a path wrong only in it is redirected with 307 */
	SLASH_EITHER     /* it means nothing */
};

struct cors_rule;

/*
 * What a face's folder says of it: its routes, its words, its manners. Of the latter 0
 * is the usual.
 */
struct manners {
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

	/* Will this request of a LONG route take long? */
	bool (*is_long)(const struct req *r);

	/* Answers OPTIONS of a path that has a route; Allow is set then, in small
	 * letters and with what is implied. NULL: it is a method like others, 405. */
	enum err (*options)(struct req *r);

	/* Adds the headers that every answer has, whoever makes it. NULL: none. */
	void (*finish)(struct req *r);

	const struct cors_rule
		*cors; /* NULL: browsers of other origins are told nothing */
	enum face_body body;
	enum bad_id bad_id;
	enum last_slash last_slash;
	enum face_style style; /* of reply() */
	bool strict; /* members of a body that nobody asked for are field errors */
	bool clean_headers;   /* input_header() trims, and takes empty for absent */
	bool body_first;      /* enter() wants the body to be there, whoever asks; else
			       * it is taken in by input_read(), when the token is known */
	bool serves_head;     /* HEAD is GET without its body; else it is 405 */
	bool waits_for_store; /* its long requests wait for the object store, whose own
				 requests may need these very workers */
};

/* One API: a row of faces.def. */
struct face {
	const char *name;
	const char
		*prefixes;  /* of its addresses, blank-separated: "/api" takes /api and
			       /api/...; {section.key} stands for a setting's value */
	const char *area;   /* the addresses that nginx hands over, and answers for in
			       the face's form: as prefixes, wider or the same */
	const char *body;   /* the largest body that nginx takes, in its words */
	const char *errors; /* whose form that is: fcgi/<errors>/errors.conf */
	const struct manners *manners;
};

/* All faces, the name NULL at the end. The last takes what no other takes. */
extern const struct face faces[];

/* The row of cases.def for an error: its own, or that of what it falls back on. */
const struct wire_case *face_case(const struct face *f, enum err e);

/* What logs and metrics call a route of the face: its handler without the face's name.
 */
const char *face_route_name(const struct face *f, const struct route *row);

#endif
