#include "storage/storage_job.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/conf.h"
#include "base/log.h"
#include "base/str.h"
#include "db/db.h"
#include "net/s3.h"
#include "storage/copy.h"
#include "storage/event.h"
#include "storage/file.h"
#include "storage/server.h"
#include "store/object.h"

#include "storage/storage_job.sql.h"

#define LATE_SECONDS INT64_C(3600)
#define PARKED_SECONDS (INT64_C(30) * 86400)

/* A copy to be made or removed, and where. */
struct task {
	const char *version_id, *server_id;
	const char *key, *etag;
	int64_t size;
	bool wanted; /* of a live file's current version */
	bool doomed, held;
	const char *name, *host; /* of the server */
	int64_t port;
	bool is_on, is_active;
	double latitude, longitude;
};

static FIELDS(task_fields, FIELD(struct task, version_id),
	FIELD(struct task, server_id), FIELD(struct task, key),
	FIELD(struct task, etag), FIELD(struct task, size), FIELD(struct task, wanted),
	FIELD(struct task, doomed), FIELD(struct task, held), FIELD(struct task, name),
	FIELD(struct task, host), FIELD(struct task, port), FIELD(struct task, is_on),
	FIELD(struct task, is_active), FIELD(struct task, latitude),
	FIELD(struct task, longitude));

/* Servers are reached here by host and port; public_url is for people. */
static struct s3_object
object_at(struct ctx *c, const char *host, int64_t port, const char *key)
{
	return (struct s3_object){.base = server_inner(c, host, port),
		.bucket = conf.s3_bucket,
		.key = key};
}

/* Takes "version/server" apart and looks it up. *found is false when either is no more.
 */
static enum err
read_task(struct ctx *c, const struct job *job, struct task *out, bool *found)
{
	const char *slash = strchr(job->subject, '/');

	if (slash == NULL || !uuid_valid(slash + 1))
		return fail(c, E_BUG, "the subject must be version/server");
	*out = (struct task){0};
	return db_maybe(c, &TASK_OWN, task_fields, out, found,
		ARGS(c,
			arena_strn(&c->arena, job->subject,
				(size_t)(slash - job->subject)),
			slash + 1));
}

enum err
storage_event_job(struct ctx *c, const struct job *job)
{
	struct store_event event;
	int64_t id;
	bool found;

	if (!int_read(job->subject, &id))
		return fail(c, E_BUG, "the subject must be an event");
	TRY(object_event(c, id, &event, &found));
	if (!found || !str_eq(event.bucket, conf.s3_bucket))
		return OK;
	const struct object_news news = {.server = event.server,
		.key = event.key,
		.created = event.created,
		.size = event.size,
		.etag = event.etag};
	return copy_news(c, &news);
}

/* An upload that has not been heard of. */
struct pending {
	const char *key;
	const char *name, *host; /* of the server */
	int64_t port;
	bool is_on;
	struct utc created, link_expires;
};

static FIELDS(pending_fields, FIELD(struct pending, key), FIELD(struct pending, name),
	FIELD(struct pending, host), FIELD(struct pending, port),
	FIELD(struct pending, is_on), FIELD(struct pending, created),
	FIELD(struct pending, link_expires));

/* Tells what was found as if the server had told it. */
static enum err
tell_news(struct ctx *c, const struct object_news *news)
{
	TRY(db_begin(c));
	enum err e = copy_news(c, news);
	if (e == OK)
		return db_commit(c);
	db_rollback(c);
	return e;
}

enum err
upload_look_job(struct ctx *c, const struct job *job)
{
	struct s3_state state = {0};
	struct pending p = {0};
	bool found = false;

	TRY(db_maybe(
		c, &UPLOAD_PENDING, pending_fields, &p, &found, ARGS(c, job->subject)));
	if (!found)
		return OK;
	const struct s3_object o = object_at(c, p.host, p.port, p.key);
	if (p.is_on && s3_head(c, &o, &state) != OK)
		ctx_forgive(c); /* it is down: the next look may find it up */
	if (state.found) {
		const struct object_news news = {.server = p.name,
			.key = p.key,
			.created = true,
			.size = state.size,
			.etag = state.etag};
		return tell_news(c, &news);
	}
	/* A body that began in time may be on its way still. */
	if (c->now.us > p.link_expires.us + LATE_SECONDS * US_PER_SECOND)
		return OK;
	return upload_look_later(
		c, job->subject, (c->now.us - p.created.us) / US_PER_SECOND);
}

/* A server, and whether it is known to hold an object. */
struct claim {
	const char *name, *host; /* of the server */
	int64_t port;
	bool is_on, held;
};

static FIELDS(claim_fields, FIELD(struct claim, name), FIELD(struct claim, host),
	FIELD(struct claim, port), FIELD(struct claim, is_on),
	FIELD(struct claim, held));

enum err
copy_check_job(struct ctx *c, const struct job *job)
{
	const char *slash = strchr(job->subject, '/');
	struct object_news news = {0};
	struct s3_state state;
	struct claim claim = {0};
	bool found = false;

	if (slash == NULL)
		return fail(c, E_BUG, "the subject must be server/key");
	const char *server =
		arena_strn(&c->arena, job->subject, (size_t)(slash - job->subject));
	if (!uuid_valid(server))
		return fail(c, E_BUG, "the subject must be server/key");
	TRY(db_maybe(c, &CLAIM_OWN, claim_fields, &claim, &found,
		ARGS(c, server, slash + 1)));
	if (!found || !claim.is_on)
		return OK;
	const struct s3_object o = object_at(c, claim.host, claim.port, slash + 1);
	TRY(s3_head(c, &o, &state));
	if (!state.found && !claim.held)
		return OK;
	news = (struct object_news){.server = claim.name,
		.key = slash + 1,
		.created = state.found,
		.size = state.size,
		.etag = state.etag};
	return tell_news(c, &news);
}

enum err
copy_spread_job(struct ctx *c, const struct job *job)
{
	return copy_order_missing(c, job->subject, NULL);
}

enum err
server_fill_job(struct ctx *c, const struct job *job)
{
	TRY(copy_order_missing(c, NULL, job->subject));
	return copy_order_removals(c, job->subject);
}

enum err
storage_sweep_job(struct ctx *c, const struct job *job)
{
	(void)job;
	TRY(file_expire(c, conf.storage_announced_lifetime));
	TRY(event_sweep(c, utc_after(c->now, -PARKED_SECONDS)));
	TRY(copy_order_missing(c, NULL, NULL));
	return copy_order_removals(c, NULL);
}

static void
file_end(void *fd)
{
	close((int)(intptr_t)fd);
}

/* A file without a name, gone when the job is over. */
static enum err
temporary(struct ctx *c, int *fd)
{
	const char *folder = conf.storage_temp_directory[0] == '\0'
				     ? "/tmp"
				     : conf.storage_temp_directory;

	*fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (*fd < 0)
		return fail(c, E_BUSY, "no temporary file in %s", folder);
	arena_defer(&c->arena, file_end, (void *)(intptr_t)*fd);
	return OK;
}

/* Gets the bytes from the holder that is nearest to the target. */
static enum err
fetch(struct ctx *c, const struct task *t, int fd)
{
	const struct place target = {true, t->latitude, t->longitude};
	struct s3_state state;
	struct server from;

	TRY(server_holding(c, t->version_id, target, &from));
	const struct s3_object o = object_at(c, from.host, from.port, t->key);
	TRY(s3_get(c, &o, fd, &state));
	if (!state.found)
		return fail(c, E_PEER, "%s has lost %s", from.name, t->key);
	if (lseek(fd, 0, SEEK_END) != t->size || !str_eq(state.etag, t->etag))
		return fail(c, E_PEER, "%s has other bytes of %s", from.name, t->key);
	return OK;
}

enum err
copy_make_job(struct ctx *c, const struct job *job)
{
	struct s3_state state;
	struct task t;
	bool found = false;
	int fd = -1;

	TRY(read_task(c, job, &t, &found));
	/* Since it was ordered the file may have gone, or the server been switched off.
	 */
	if (!found || !t.wanted || t.held || !t.is_on || !t.is_active)
		return OK;
	TRY(temporary(c, &fd));
	TRY(fetch(c, &t, fd));
	const struct s3_object o = object_at(c, t.host, t.port, t.key);
	TRY(s3_put(c, &o, fd, t.size, &state));

	/* The server tells by an event too, sooner or later, if it tells at all. */
	const struct object_news news = {.server = t.name,
		.key = t.key,
		.created = true,
		.size = t.size,
		.etag = state.etag == NULL ? t.etag : state.etag};
	return tell_news(c, &news);
}

enum err
copy_remove_job(struct ctx *c, const struct job *job)
{
	struct task t;
	bool found = false;

	TRY(read_task(c, job, &t, &found));
	if (!found || !t.doomed ||
		!t.is_on) /* once it is on, server.fill orders it again */
		return OK;
	const struct s3_object o = object_at(c, t.host, t.port, t.key);
	TRY(s3_delete(c, &o));
	return db_do(c, &TASK_REMOVED, ARGS(c, t.version_id, t.server_id));
}
