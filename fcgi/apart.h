#ifndef FCGI_APART_H
#define FCGI_APART_H

#include <stdbool.h>
#include <sys/types.h>

#define APART_MOST 2   /* processes that work at once, of one worker */
#define APART_QUEUE 16 /* further ones that wait for the object store in turn */

/*
 * The processes apart of one worker, which serve a long request each. Those whose
 * request waits for the object store are counted by themselves: any number of them may
 * keep each other waiting, but no others. A zeroed struct is none, before apart_open().
 */
struct apart {
	int turns; /* a file whose first APART_MOST bytes they lock */
	int count; /* of those that do not wait for the store */
	pid_t of_store[APART_MOST + APART_QUEUE];
	int of_store_count;
};

/* Before the first process. */
void apart_open(struct apart *a);

/* May one more be started? */
bool apart_has_room(const struct apart *a, bool waits_for_store);

/* One was. */
void apart_add(struct apart *a, pid_t pid, bool waits_for_store);

/* Takes note of those that have ended, and logs whom a signal has. */
void apart_reap(struct apart *a);

/* Is nobody left? */
bool apart_is_empty(const struct apart *a);

/*
 * In such a process: waits until it is one of the APART_MOST that work, so that they
 * are not too many for the database. False when it has waited for so long that nginx
 * will soon have given up. The turn ends with the process, however it ends.
 */
bool apart_wait(const struct apart *a);

#endif
