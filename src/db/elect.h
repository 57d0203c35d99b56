#ifndef ELECT_H
#define ELECT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ctx.h"

/*
 * One process of several does a thing: the one whose database session holds an advisory
 * lock (PostgreSQL manual, 13.3.5). The lock goes with the session, so another process
 * is elected as soon as the server notices that this one has died. elections.def is the
 * table of them.
 */
enum election {
#define ELECTION(name, number) name,
#include "db/elections.def"
#undef ELECTION
};

/* What a process knows of its election; zeros: it is not elected. */
struct elect {
	bool held;
	int64_t session; /* db_session() of the connection that has the lock */
};

/* True while elected. A connection that has gone took the lock with it; nothing is
 * asked. */
bool elect_holds(struct elect *e, const struct db *db);

/*
 * True when this call has made the process the elected one; false when it is already,
 * when another one is, and when the database does not answer.
 */
bool elect_try(struct elect *e, struct ctx *c, enum election which);

/*
 * Whether this process is the one that does `what` for `name` ("scrubber", "s1_1"): as
 * many elections as there are names. It asks each time.
 */
bool elect_named(struct ctx *c, const char *what, const char *name);

/* The key of the lock, for those who ask whether anybody holds it. */
int64_t elect_key(enum election which);

#endif
