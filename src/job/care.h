#ifndef JOB_CARE_H
#define JOB_CARE_H

#include "base/ctx.h"

/*
 * What an operator does with jobs. Each call is the caller's transaction, with its row
 * in the audit trail.
 */

/* Runs it now, its tries counted anew. E_JOB_NOT_FOUND, also while somebody works on
 * it, and before the time of its first try. */
enum err job_retry(struct ctx *c, int64_t id);

/* The same with every parked one of this kind that failed for this reason; NULL: any.
 * c->rows is their number. */
enum err job_retry_parked(struct ctx *c, const char *kind, const char *reason);

/* Takes it off the queue undone. E_JOB_NOT_FOUND, also while somebody works on it. */
enum err job_drop(struct ctx *c, int64_t id);

/* The same with parked ones, as job_retry_parked(); kind is not NULL. */
enum err job_drop_parked(struct ctx *c, const char *kind, const char *reason);

#endif
