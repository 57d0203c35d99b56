#ifndef RECONCILE_H
#define RECONCILE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ctx.h"
#include "job/job.h"
#include "storage/server.h"

/* What a look through a server has found and healed: a row of storage.reconciliation.
 */
struct reconciled {
	int64_t objects; /* seen in the bucket */
	int64_t unheard; /* there, but no event had told */
	int64_t lost;    /* said to be there, but gone: to be copied again */
	int64_t altered; /* other bytes than they should be: to be copied again */
	int64_t doomed;  /* of files that are deleted or replaced: removed */
	int64_t orphans; /* of no file at all: removed */
	int64_t damaged; /* what its disk has lost or changed since the last look */
	int64_t uploads; /* in parts, begun and left behind: given up */
};

extern const struct field reconciled_fields[];

/*
 * Compares all objects of a server with what is known of it, heals what differs, and
 * writes the report. Objects that are younger than an hour and of no file are left, and
 * so are keys that are not of our form. progress is called now and then with the
 * objects seen so far; false ends the look with E_BUSY.
 */
enum err reconcile_server(struct ctx *c, const struct server *s,
	bool (*progress)(void *thing, int64_t objects), void *thing,
	struct reconciled *out);

/* storage.reconcile: orders server.reconcile for each server that is on. */
enum err storage_reconcile_job(struct ctx *c, const struct job *job);

/* server.reconcile: the same as reconcile_server(); subject: the server. */
enum err server_reconcile_job(struct ctx *c, const struct job *job);

#endif
