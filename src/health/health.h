#ifndef HEALTH_H
#define HEALTH_H

#include "base/ctx.h"

/* One thing that the database can be asked about this installation. */
struct health_finding {
	const char *name;   /* "queue": for pages that have their own words */
	const char *well;   /* what is said when all is well */
	const char *advice; /* what to do when not */
	const char *wrong;  /* NULL: all is well */
};

/* Asks all of them. One that cannot be asked is wrong, with the reason. */
void health_ask(struct ctx *c, struct health_finding **out, size_t *count);

#endif
