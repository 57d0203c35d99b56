#include "worker/jobs.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/conf.h"
#include "base/log.h"
#include "base/process.h"
#include "base/program.h"
#include "base/utc.h"
#include "cache/cache.h"
#include "db/db.h"
#include "job/job.h"
#include "worker/handlers.h"

#define LEASE_SECONDS                                                                  \
	60 /* of a claim; renewed before each job that may last longer                 \
	    */
#define QUICK_SECONDS                                                                  \
	0.2 /* a batch done faster than this may be followed by a larger one */
#define LOOK_SECONDS 3
#define RUN_SECONDS 300 /* longest statement of a job */

struct job_consumer {
	char name[PROCESS_NAME];
	char host[256];
	bool looks;     /* for what the dead have leased */
	double look_at; /* monotonic seconds */
	struct db *db;
	struct cache *cache;
	int64_t batch, priority;
	double lease_until; /* monotonic seconds, of all that is claimed */
	bool at_odds; /* the queue may hold leases of ours for what we do not do */
};

/* The job and its end. What is OK leaves the queue, in the job's own transaction if it
 * wants. */
static enum err
do_job(struct job_consumer *t, struct ctx *c, const struct job *job,
	const struct job_kind *kind)
{
	job_handler *handler = handler_of(job->kind);

	if (handler == NULL || kind == NULL)
		return fail(c, E_BUG, "no such kind of job");
	if ((kind->flags & JOB_TX) == 0) {
		TRY(handler(c, job));
		return job_done(c, job, t->name);
	}
	TRY(db_begin(c));
	enum err e = handler(c, job);
	if (e == OK)
		e = job_done(c, job, t->name);
	return db_end(c, e);
}

static void
note_failure(struct job_consumer *t, const struct job *job, const char *why, enum err e)
{
	struct ctx c;

	log_warn("job=%lld kind=%s try=%lld of %lld: %s: %s", (long long)job->id,
		job->kind, (long long)job->tries, (long long)job->max_tries,
		err_name(e), why);
	ctx_start(&c, t->db, t->cache);
	if (job_failed(&c, job, t->name, why) != OK) {
		log_warn("job=%lld: its failure cannot be noted", (long long)job->id);
		t->at_odds = true;
	}
	ctx_end(&c);
}

static void
run_one(struct job_consumer *t, const struct job *job)
{
	const struct job_kind *kind = job_kind(job->kind);
	double begin = monotonic();
	struct ctx c;

	ctx_start(&c, t->db, t->cache);
	/* Who looks for a request in the logs finds its jobs, too. */
	c.request_id = job->request_id != NULL
			       ? job->request_id
			       : arena_fmt(&c.arena, "job-%lld", (long long)job->id);
	log_request(c.request_id);
	if (kind != NULL && begin + kind->lease > t->lease_until &&
		job_renew(&c, t->name, kind->lease + LEASE_SECONDS) == OK)
		t->lease_until = begin + kind->lease + LEASE_SECONDS;
	enum err e = c.err == OK ? do_job(t, &c, job, kind) : c.err;
	if (e != OK)
		note_failure(t, job, c.why == NULL ? err_sentence(e) : c.why, e);
	else
		log_debug("job=%lld kind=%s done ms=%.1f queries=%u",
			(long long)job->id, job->kind, (monotonic() - begin) * 1000,
			c.queries);
	log_request(NULL);
	ctx_end(&c);
}

/* True if this one goes alone and the rest of the batch has gone back to the queue. */
static bool
goes_alone(struct job_consumer *t, const struct job *job)
{
	const struct job_kind *kind = job_kind(job->kind);
	struct ctx c;

	if (kind == NULL || (kind->flags & JOB_ALONE) == 0)
		return false;
	ctx_start(&c, t->db, t->cache);
	enum err e = job_release_others(&c, job, t->name);
	ctx_end(&c);
	return e == OK;
}

/* Slow jobs are claimed one by one, so that a slow batch does not hold urgent ones;
 * quick ones many. */
static void
learn(struct job_consumer *t, double seconds, size_t count)
{
	if (seconds > QUICK_SECONDS)
		t->batch = 1;
	else if (count >= (size_t)t->batch)
		t->batch = t->batch * 2 < conf.worker_batch ? t->batch * 2
							    : conf.worker_batch;
}

/* Is it "host:pid:began" of a process that has ended? Older ones have no beginning. */
static bool
is_dead(const struct job_consumer *t, const char *worker)
{
	char *end;
	long pid = strtol(worker + strlen(t->host) + 1, &end, 10);

	return pid > 0 && (*end == '\0' || *end == ':') &&
	       process_is_dead(
		       (pid_t)pid, *end == ':' ? strtoull(end + 1, NULL, 10) : 0);
}

/*
 * A process of this host that was killed will not do what it has leased: nobody need
 * wait for the end of its leases, which may be long. Nobody tells of it either, so one
 * process looks every few seconds; the first, which is never busy with a bulk of jobs.
 */
static void
recover_dead(struct job_consumer *t)
{
	const char **workers = NULL;
	size_t count = 0;
	struct ctx c;

	if (!t->looks || monotonic() < t->look_at)
		return;
	t->look_at = monotonic() + LOOK_SECONDS;
	ctx_start(&c, t->db, t->cache);
	if (job_lessees(&c, t->host, &workers, &count) != OK)
		count = 0;
	for (size_t i = 0; i < count; i++)
		if (is_dead(t, workers[i]) && job_recover(&c, workers[i]) == OK)
			log_info("requeued jobs of dead worker %s", workers[i]);
	ctx_end(&c);
}

static void
take_turn(struct job_consumer *t)
{
	int64_t wait_ms = conf.worker_poll * 1000;
	struct job *jobs;
	size_t count = 0;
	struct ctx c;

	recover_dead(t);
	ctx_start(&c, t->db, t->cache);
	double begin = monotonic();
	enum err e = t->at_odds ? job_recover(&c, t->name) : OK;
	if (e == OK)
		e = job_claim(&c, t->name, t->batch, t->priority, LEASE_SECONDS, &jobs,
			&count);
	t->at_odds = e != OK; /* the answer to a claim may have been lost */
	t->lease_until = begin + LEASE_SECONDS;
	for (size_t i = 0; e == OK && i < count && !program_stopping(); i++) {
		bool last = i + 1 == count || goes_alone(t, &jobs[i]);
		run_one(t, &jobs[i]);
		program_wait(0); /* lets a SIGTERM through between two jobs */
		if (last)
			break;
	}
	if (count > 0)
		learn(t, monotonic() - begin, count);
	else if (e == OK)
		job_next_due(&c, t->priority, wait_ms, &wait_ms);
	else
		wait_ms = 500;
	ctx_end(&c);
	if (count == 0)
		db_wait_notify(t->db, (int)wait_ms);
}

int
jobs_run(int slot)
{
	static struct job_consumer t;
	struct ctx c;

	gethostname(t.host, sizeof(t.host) - 1);
	process_name(t.name);
	t.looks = slot == 0;
	program_signals();
	t.db = db_new("samovar-worker");
	t.cache = cache_new();
	t.batch = 1;
	t.priority = slot == 0 && conf.worker_processes > 1 ? JOB_BULK - 1 : INT16_MAX;
	db_set_timeout(t.db, RUN_SECONDS);
	db_listen(t.db, "job");
	if (db_open(t.db) == E_BUG)
		return 1;
	while (!program_stopping())
		take_turn(&t);
	ctx_start(&c, t.db, t.cache);
	if (job_release(&c, t.name) != OK)
		log_warn("leases could not be given back; they will end");
	ctx_end(&c);
	db_close(t.db);
	return 0;
}
