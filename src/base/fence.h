#ifndef FENCE_H
#define FENCE_H

#include <stdbool.h>

#include "base/err.h"

struct ctx;

/*
 * A copy of an installation (a restored backup) must not act on what belongs to the
 * original: no object server, mail server, bot or broker is called while it is fenced.
 * docs/operating.md, "Backup and restore".
 */

/* What the database said when this process connected (src/db/db_conn.c). */
void fence_set(bool fenced);

/* True: nothing outside may be called. Until the first connection to the database it is
 * true as well. */
bool fence_is_up(void);

/* E_FENCED while it is up. */
enum err fence_check(struct ctx *c);

#endif
