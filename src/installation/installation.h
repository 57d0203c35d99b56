#ifndef INSTALLATION_H
#define INSTALLATION_H

#include <stdbool.h>

#include "base/ctx.h"
#include "base/utc.h"

/*
 * Which installation the database is. A copy (another cluster, another database, or a
 * backup put back by scripts/restore) is fenced: base/fence.h keeps every program from
 * calling anything outside until an operator says that it is live.
 */

/* A line for each fact, for people: id, live or fenced and why, servers that wait. */
enum err installation_show(struct ctx *c, const char **lines);

/* Reads the fence again and keeps it for this process. E_BUSY without the database. */
enum err installation_look(struct ctx *c);

/*
 * A backup of the moment backup_at has just been put back. is_live: it replaces the
 * installation that it was made of, which is gone; otherwise it is fenced. Objects on
 * S3 servers that are younger than the backup are not removed as orphans in either
 * case.
 */
enum err installation_restored(struct ctx *c, struct utc backup_at, bool is_live);

/*
 * Ends the fence: servers that it switched off are on again, and the connections of all
 * other programs are ended so that they look again. take_over: as the installation that
 * the copy was made of, whose buckets are its own then; otherwise as one of its own.
 */
enum err installation_live(struct ctx *c, bool take_over);

#endif
