#ifndef FCGI_PEOPLE_SHOWN_H
#define FCGI_PEOPLE_SHOWN_H

#include "people/picture.h"
#include "req.h"

/* What the routes that show a picture have in common. */

struct shown_query {
	const char *expires, *signature;
};

/* Does the caller see what this person shows, by the token that has come? */
bool people_sees(const struct req *r, const struct picture *p);

/*
 * The object's bytes by nginx, from a server that has it: 200, or 304 for a caller who
 * has them; 302 to a server that nginx does not reach. cache: Cache-Control of the
 * bytes. Vary is the caller's to set.
 */
enum err people_send_object(
	struct req *r, const struct picture_file *f, const char *cache);

/* A tag for If-None-Match: a hash of text. */
const char *people_tag(struct ctx *c, const char *text);

#endif
