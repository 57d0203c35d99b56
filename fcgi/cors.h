#ifndef CORS_H
#define CORS_H

#include <stdbool.h>

struct req;

/* Which browsers of other origins may call a face, and what they are told. */
struct cors_rule {
	/* Blank-separated origins that may; "*": any, then without credentials. */
	const char *(*origins)(struct req *r);
	bool always; /* the only one is named in answers to requests without Origin, too
		      */
	bool exposes; /* their scripts may read all headers of an answer */
};

/* Whom the settings site.cors_origins and site.debug name. */
extern const struct cors_rule cors_site;

/*
 * Adds what browsers need to show an answer to a page of another origin, as the face's
 * rule says. True: the request was a preflight, which is answered by that.
 */
bool cors_answer(struct req *r);

/* Names the headers of the answer that its script may read; when all are there. */
void cors_expose(struct req *r);

#endif
