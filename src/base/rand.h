#ifndef RAND_H
#define RAND_H

#include <stdint.h>

#include "base/arena.h"

/* A random version 4 UUID (RFC 9562), lower case. */
char *rand_uuid(struct arena *a);

/* n random bytes as 2n hexadecimal digits. */
char *rand_hex(struct arena *a, int bytes);

/* A number from 0 to below - 1, all equally likely. */
uint32_t rand_below(uint32_t below);

#endif
