#ifndef PROGRESS_H
#define PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A bar on the terminal, drawn on standard error at most ten times a second; nothing at
 * all when that is no terminal. total 0: not known, only the number is shown.
 */
struct progress {
	const char *what;
	int64_t total;
	double next; /* monotonic seconds of the next drawing */
	bool drawn;
};

void progress_show(struct progress *p, int64_t done);

/* Wipes it away, so that lines can be printed. */
void progress_end(struct progress *p);

#endif
