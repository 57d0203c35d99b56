#ifndef PREFORK_H
#define PREFORK_H

#include <stdbool.h>
#include <stddef.h>

/*
 * A process that does nothing but keep its children alive: forks `count` of them,
 * replaces each that ends (with a back-off when it died at once, a growing one while
 * none becomes ready), passes SIGTERM on and waits for them, and on SIGHUP reads the
 * settings anew and starts new children; an old one is told to finish when the new
 * one in its place is ready, so that there is always somebody who serves. Tells
 * systemd. Returns when it was told to stop and all are gone.
 *
 * child(slot) runs in the child, slot from 0; what it returns is its exit status, 0
 * meaning that it wants to be replaced. It gets SIGTERM with its default action until
 * it sets its own. gone(slot, clean), may be NULL, runs in the parent when a child
 * has ended.
 */
void prefork_run(int count, int (*child)(int slot), void (*gone)(int slot, bool clean));

/* The child says that it serves now. */
void prefork_ready(void);

/* Memory, all zero, that the children share with their parent. Ends the program if
 * there is none. */
void *prefork_memory(size_t size);

/* More children than this are not kept. */
#define PREFORK_MAX 256

#endif
