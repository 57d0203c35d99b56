#ifndef DROP_H
#define DROP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ctx.h"
#include "storage/server.h"

/*
 * Servers that are given up. A deleted one is there for nobody any more, but its row
 * stays until its objects are removed, its uploads in parts are ended, and no upload
 * link leads there; what arrives through one is copied elsewhere first. The job
 * server.resync does it, step by step.
 */

/*
 * Deletes a server that holds no live file's only copy; out is what it was. One that is
 * off, or shares its address with another, is forgotten at once and keeps its objects;
 * so is any with leave_objects, even if it was deleted before. Runs in the caller's
 * transaction. E_SERVER_NOT_FOUND, E_SERVER_NEEDED
 */
enum err server_drop(
	struct ctx *c, const char *id, bool leave_objects, struct server *out);

/*
 * It is going to be given up: it takes nothing new, and what is only there is ordered
 * elsewhere (copy_order_moves(), which goes on at each sweep). server_stay() takes that
 * back. E_SERVER_NOT_FOUND, also for a deleted one.
 */
enum err server_leave(struct ctx *c, const char *id);
enum err server_stay(struct ctx *c, const char *id);

/* How many live files are on this server only. */
enum err server_sole_copies(struct ctx *c, const char *id, int64_t *count);

/* A step of the way of a deleted server, in the caller's transaction.
 * E_SERVER_NOT_FOUND. */
enum err server_clean(struct ctx *c, const struct server *s);

#endif
