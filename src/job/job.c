#include "job/job.h"

#include <string.h>

#include "base/conf.h"
#include "base/field.h"
#include "base/log.h"
#include "db/db.h"

#include "job/job.sql.h"

static const struct job_kind kinds[] = {
#define JOB(name, function, tries, lease, priority, flags)                             \
	{name, tries, lease, priority, flags},
#include "job/jobs.def"
#undef JOB
};

static FIELDS(job_fields, FIELD(struct job, id), FIELD(struct job, kind),
	FIELD(struct job, subject), FIELD(struct job, tries),
	FIELD(struct job, max_tries), FIELD(struct job, request_id));

const struct job_kind *
job_kind(const char *name)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	return NULL;
}

enum err
job_add(struct ctx *c, const struct job_order *order)
{
	const struct job_kind *kind = job_kind(order->kind);

	if (kind == NULL) {
		log_error("job: no kind %s", order->kind);
		return fail(c, E_BUG, NULL);
	}
	return db_do(c, &JOB_INSERT,
		ARGS(c, order->kind, order->subject, order->key, kind->priority,
			kind->tries, order->total, order->delay, c->request_id));
}

enum err
job_claim(struct ctx *c, const char *worker, int64_t most, int64_t priority,
	int64_t seconds, struct job **out, size_t *count)
{
	return db_many(c, &JOB_CLAIM_DUE, job_fields, out, count,
		ARGS(c, worker, most, priority, seconds));
}

enum err
job_renew(struct ctx *c, const char *worker, int64_t seconds)
{
	return db_do(c, &JOB_LEASE_RENEW, ARGS(c, worker, seconds));
}

enum err
job_done(struct ctx *c, const struct job *job, const char *worker)
{
	return db_do(c, &JOB_REMOVE, ARGS(c, job->id, worker));
}

enum err
job_failed(struct ctx *c, const struct job *job, const char *worker, const char *why)
{
	return db_do(
		c, &JOB_PUT_BACK, ARGS(c, job->id, worker, why, conf.worker_backoff));
}

enum err
job_release(struct ctx *c, const char *worker)
{
	return db_do(c, &JOB_GIVE_BACK, ARGS(c, worker));
}

enum err
job_recover(struct ctx *c, const char *worker)
{
	return db_do(c, &JOB_RECOVER_OWN, ARGS(c, worker, conf.worker_backoff));
}

struct lessee {
	const char *worker;
};

static FIELDS(lessee_fields, FIELD(struct lessee, worker));

enum err
job_lessees(struct ctx *c, const char *host, const char ***workers, size_t *count)
{
	struct lessee *list;

	TRY(db_many(c, &JOB_LESSEES_OF, lessee_fields, &list, count, ARGS(c, host)));
	*workers = arena_new(&c->arena, (*count + 1) * sizeof(**workers));
	for (size_t i = 0; i < *count; i++)
		(*workers)[i] = list[i].worker;
	return OK;
}

enum err
job_release_others(struct ctx *c, const struct job *job, const char *worker)
{
	return db_do(c, &JOB_GIVE_OTHERS, ARGS(c, worker, job->id));
}

enum err
job_keep(struct ctx *c, const struct job *job, int64_t seconds, int64_t done,
	int64_t total)
{
	return db_do(c, &JOB_KEEP_LEASE, ARGS(c, job->id, seconds, done, total));
}

enum err
job_next_due(struct ctx *c, int64_t priority, int64_t most, int64_t *milliseconds)
{
	return db_int(c, &JOB_UNTIL_DUE, milliseconds, ARGS(c, priority, most));
}
