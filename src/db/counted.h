#ifndef COUNTED_H
#define COUNTED_H

#include <stdint.h>

#include "base/ctx.h"

/* Counts n more of what has happened, for /metrics: name ("registrations"), label (""
 * or the one value of the metric's label). In the caller's transaction, if there is
 * one. */
enum err counted(struct ctx *c, const char *name, const char *label, int64_t n);

#endif
