#include "job/care.h"

#include <inttypes.h>

#include "account/audit.h"
#include "base/json_out.h"
#include "db/db.h"

#include "job/care.sql.h"

static enum err
note(struct ctx *c, const char *action, int64_t id, const char *data)
{
	return audit_add(c, action, "job", arena_fmt(&c->arena, "%" PRId64, id), data);
}

static enum err
note_group(struct ctx *c, const char *action, const char *kind, const char *reason,
	int64_t count)
{
	enum err e = audit_add(c, action, "job", "",
		JSON(c, "count", count, "kind", kind == NULL ? "" : kind, "reason",
			reason == NULL ? "" : reason));
	c->rows = count;
	return e;
}

static enum err
wake(struct ctx *c)
{
	const char *nothing = NULL;

	return db_json(c, &JOB_WAKE, &nothing, ARGS(c));
}

enum err
job_retry(struct ctx *c, int64_t id)
{
	const char *kind = NULL;

	TRY(db_json(c, &JOB_RETRY, &kind, ARGS(c, id)));
	TRY(wake(c));
	return note(c, "job.retry", id, NULL);
}

enum err
job_retry_parked(struct ctx *c, const char *kind, const char *reason)
{
	TRY(db_do(c, &JOB_RETRY_PARKED, ARGS(c, kind, reason)));
	int64_t count = c->rows;
	TRY(wake(c));
	return note_group(c, "job.retry", kind, reason, count);
}

enum err
job_drop(struct ctx *c, int64_t id)
{
	const char *job = NULL;

	TRY(db_json(c, &JOB_DROP, &job, ARGS(c, id)));
	return note(c, "job.drop", id, job);
}

enum err
job_drop_parked(struct ctx *c, const char *kind, const char *reason)
{
	TRY(db_do(c, &JOB_DROP_PARKED, ARGS(c, kind, reason)));
	return note_group(c, "job.drop", kind, reason, c->rows);
}
