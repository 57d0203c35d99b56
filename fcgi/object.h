#ifndef FCGI_OBJECT_H
#define FCGI_OBJECT_H

#include "req.h"

/* An object of a server on its way to whoever may see it. */
struct object_sent {
	const char *version_id, *key, *etag;
	const char *type;  /* media type */
	const char *cache; /* Cache-Control of the bytes */
	int64_t seconds;   /* that an address outside of nginx's reach is good for */
};

/*
 * The object's bytes by nginx, from a server that has it: 200, or 304 for a caller who
 * has them; 302 to a server that nginx does not reach. Vary is the caller's to set.
 * E_SERVER_DOWN, E_SERVER_NOT_FOUND.
 */
enum err object_send(struct req *r, const struct object_sent *o);

#endif
