#ifndef IMAGE_SANDBOX_H
#define IMAGE_SANDBOX_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The prison of the process that opens one picture. Afterwards it can compute, take
 * memory up to a limit, start threads, write to descriptors that it has, and end. To
 * open a file gives EACCES; whatever else it tries (sockets, processes, signals,
 * executable memory) kills it.
 */

#define SANDBOX_MEMORY (INT64_C(240) << 20) /* bytes: heap, stacks, private maps */
#define SANDBOX_CPU 2                       /* seconds: somebody waits */
#define SANDBOX_OUTPUT (INT64_C(40) << 20)  /* bytes of a file */

/* Cards and their backgrounds come from staff and may have 6,000 pixels a side. */
#define SANDBOX_CARD_MEMORY (INT64_C(480) << 20)
#define SANDBOX_CARD_CPU 10
#define SANDBOX_CARD_OUTPUT (INT64_C(160) << 20)

struct sandbox_limits {
	int seconds;    /* of processor time */
	int64_t memory; /* bytes */
	int64_t output; /* bytes of a file */
};

/* False, with errno set, if the system cannot do it: no picture may be opened then. */
bool sandbox_enter(const struct sandbox_limits *most);

#endif
