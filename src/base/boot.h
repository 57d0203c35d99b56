#ifndef BOOT_H
#define BOOT_H

#include <stdint.h>

/* What processes may leave each other in memory, as long as the machine is not started
 * anew. */

#define BOOT_BYTES 40

/* Milliseconds of a clock that goes on while the machine sleeps, and is the same for
 * all processes. */
int64_t boot_ms(void);

/* Which start of the machine this is (random(4)), padded with NUL; "" when it cannot be
 * known. */
void boot_read(char out[BOOT_BYTES]);

#endif
