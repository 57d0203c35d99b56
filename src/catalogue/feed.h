#ifndef FEED_H
#define FEED_H

#include "catalogue/load.h"

/*
 * The rows of a source, as they stand, on their way into catalogue_next.raw_*: by COPY,
 * eight megabytes a transaction, each marked, so that an interrupted load goes on.
 */

/* Takes the source of a load, or what of it has not been taken yet. E_INPUT with the
 * place for what cannot be read. */
enum err feed_source(struct ctx *c, struct load *l, const char *name);

/* What tells sources apart: the path, sizes and times of change, and the maps. */
const char *feed_name(struct ctx *c, const struct load *l);

void load_report(const struct load *l, const char *what, int64_t done, int64_t all);

#endif
