#ifndef IMAGE_SANDBOX_H
#define IMAGE_SANDBOX_H

#include <stdbool.h>

/*
 * The prison of the process that opens one picture. Afterwards it can compute, take
 * memory up to a limit, start threads, write to descriptors that it has, and end. To
 * open a file gives EACCES; whatever else it tries (sockets, processes, signals,
 * executable memory) kills it.
 */

#define SANDBOX_MEMORY (INT64_C(240) << 20) /* bytes: heap, stacks, anonymous maps */
#define SANDBOX_CPU 2                       /* seconds: somebody waits */
#define SANDBOX_OUTPUT (INT64_C(40) << 20)  /* bytes of a file */

/* seconds: of processor time. False, with errno set, if the system cannot do it: no
 * picture may be opened then. */
bool sandbox_enter(int seconds);

#endif
