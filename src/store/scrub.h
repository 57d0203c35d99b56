#ifndef SCRUB_H
#define SCRUB_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ctx.h"
#include "store/object.h"

/*
 * Are the files that rows speak of still there, and still what they were? What is not
 * is marked and told (object_damage()), so that it is copied again from elsewhere; what
 * is right again loses its mark. A city whose folder is away as a whole marks nothing.
 */
struct scrub_found {
	int64_t objects;         /* looked at */
	int64_t damaged, mended; /* newly */
};

/*
 * Looks at the file of every object of a city, without reading it. go_on is called now
 * and then with the objects seen so far; false ends the look with E_BUSY. E_BUSY also
 * if the city's folder is away.
 */
enum err scrub_look(struct ctx *c, const char *server,
	bool (*go_on)(void *thing, int64_t objects), void *thing,
	struct scrub_found *out);

/* The same with what is marked already: is it right again? */
enum err scrub_look_again(struct ctx *c, const char *server, struct scrub_found *out);

/*
 * Reads the object of a city that has waited longest, if it was last read so many
 * seconds ago (0: only what somebody has doubts about), and compares its digests. go_on
 * as in disk_read(). *found: there was one.
 */
enum err scrub_next(struct ctx *c, const char *server, int64_t seconds,
	bool (*go_on)(void *thing, int64_t bytes), void *thing, bool *found);

/*
 * May this object's file be sent? Outside of transactions; what is found is noted.
 * sent: it is, so its bytes are compared first if nobody has done so since the program
 * began or for store.check_interval; those of a large one soon after. E_S3_NO_OBJECT:
 * it is damaged; E_BUSY: the city's folder is away.
 */
enum err scrub_check(struct ctx *c, const struct object_name *name,
	const struct store_object *o, bool sent);

/* Is the folder of a city there, with what should be in it? */
enum err scrub_city(struct ctx *c, const char *server);

/* The cities that have buckets. */
struct scrub_server {
	const char *server;
};
enum err scrub_servers(struct ctx *c, struct scrub_server **out, size_t *count);

#endif
