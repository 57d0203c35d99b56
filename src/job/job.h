#ifndef JOB_H
#define JOB_H

#include <stddef.h>
#include <stdint.h>

#include "base/ctx.h"

/*
 * The queue of background work, table job.job. A job is added by the transaction that
 * needs it, may run twice, and is gone when done. Its times are the database's, not
 * ctx.now: clocks that tests set must not move leases.
 */
struct job {
	int64_t id;
	const char *kind, *subject; /* subject: what it is about, nearly always an id */
	int64_t tries, max_tries;   /* tries counts this one */
	const char *request_id;     /* of what added it; NULL: nobody knows */
};

/* What jobs.def says of a kind. */
struct job_kind {
	const char *name;
	int tries;    /* before it is parked */
	int lease;    /* seconds after which another worker may take it for dead */
	int priority; /* smaller runs first */
	int flags;
};

/* Priorities: what a person waits for, what is usual, what may take its time. */
enum { JOB_URGENT = 10, JOB_USUAL = 50, JOB_BULK = 90 };

enum job_flag {
	JOB_TX = 1,   /* runs in one transaction together with its removal from the
		       * queue */
	JOB_ALONE = 2 /* takes seconds: what was claimed after it goes back to the
		       * queue first */
};

/* A job to be added. */
struct job_order {
	const char *kind;
	const char *subject; /* NULL: "" */
	const char *key;     /* not NULL: at most one job of this kind and key waits */
	int64_t delay;       /* seconds */
	int64_t total;       /* of its progress, 0: not known */
};

/*
 * Adds a job. When its kind and key are there already nothing is added; if that one is
 * running it runs again afterwards. E_BUG for a kind that jobs.def does not name.
 */
enum err job_add(struct ctx *c, const struct job_order *order);

/* The row of jobs.def, NULL if there is none. */
const struct job_kind *job_kind(const char *name);

/*
 * Leases up to `most` due jobs of at most this priority for `seconds` to `worker`
 * (host:pid:began). They live as long as the ctx.
 */
enum err job_claim(struct ctx *c, const char *worker, int64_t most, int64_t priority,
	int64_t seconds, struct job **out, size_t *count);

/* Renews all leases of the worker for so many seconds from now. */
enum err job_renew(struct ctx *c, const char *worker, int64_t seconds);

/* Done: takes the job off the queue, or makes it ready again if it was added once more.
 */
enum err job_done(struct ctx *c, const struct job *job, const char *worker);

/*
 * Failed: ready again after worker.backoff x 2^(tries-1) seconds, a quarter more or
 * less; or parked with the reason when its tries are used up.
 */
enum err job_failed(
	struct ctx *c, const struct job *job, const char *worker, const char *why);

/* Gives back, unrun, what the worker has leased. */
enum err job_release(struct ctx *c, const char *worker);

/*
 * After a database that was away: what the worker has leased and does not do any more
 * is ready again after worker.backoff x 2^(tries-1) seconds, so that nobody waits for
 * the end of its leases.
 */
enum err job_recover(struct ctx *c, const char *worker);

/* Who on this host ("host:pid:began") holds leases, whether he lives or not. */
enum err job_lessees(
	struct ctx *c, const char *host, const char ***workers, size_t *count);

/* As job_release but for this one, and wakes the others. */
enum err job_release_others(struct ctx *c, const struct job *job, const char *worker);

/* Renews the lease of one running job for so many seconds, with its progress. */
enum err job_keep(struct ctx *c, const struct job *job, int64_t seconds, int64_t done,
	int64_t total);

/* Milliseconds until the next job is due (at most `most`), for the wait between two
 * claims. */
enum err job_next_due(
	struct ctx *c, int64_t priority, int64_t most, int64_t *milliseconds);

#endif
