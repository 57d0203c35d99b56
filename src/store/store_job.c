#include "store/store_job.h"

#include "base/buf.h"
#include "base/log.h"
#include "base/program.h"
#include "base/str.h"
#include "store/disk.h"
#include "store/object.h"
#include "store/scrub.h"
#include "store/upload.h"

#define STRAY_SECONDS 3600 /* no body takes that long between two of its bytes */
#define EVENT_SECONDS (INT64_C(30) * 86400)
#define UPLOAD_SECONDS (INT64_C(7) * 86400)
#define LEASE_SECONDS 120

enum err
store_unlink_job(struct ctx *c, const struct job *job)
{
	if (!disk_path_valid(job->subject))
		return fail(c, E_BUG, "not a path of the store");
	/* The same bytes may be named again: a commit that was lost and found. */
	return object_unlink(c, &job->subject, 1);
}

static enum err
drop_bodies(struct ctx *c, const char *const *paths, size_t n)
{
	for (size_t i = 0; i < n; i++)
		disk_drop(c, paths[i]);
	log_info("store: %zu bodies that were never finished are removed", n);
	return OK;
}

enum err
store_sweep_job(struct ctx *c, const struct job *job)
{
	int64_t seconds = STRAY_SECONDS;
	const char *const *servers;
	size_t count;

	if (job->subject[0] != '\0' && !int_read(job->subject, &seconds))
		return fail(c, E_INPUT, "not a number of seconds");
	struct utc before = utc_after(utc_now(), -seconds);
	TRY(upload_sweep(c, utc_after(c->now, -UPLOAD_SECONDS)));
	servers = disk_servers(c, &count);
	for (size_t i = 0; i < count; i++) {
		TRY(disk_walk(c, servers[i], true, before, drop_bodies));
		TRY(disk_walk(c, servers[i], false, before, object_unlink));
	}
	return object_event_sweep(c, utc_after(c->now, -EVENT_SECONDS));
}

struct shift {
	struct ctx *c;
	const struct job *job;
};

static bool
keep_on(void *thing, int64_t objects)
{
	struct shift *s = thing;

	if (job_keep(s->c, s->job, LEASE_SECONDS, objects, 0) != OK)
		ctx_clear_error(s->c);
	return !program_stopping();
}

static enum err
order_looks(struct ctx *c)
{
	struct scrub_server *servers;
	size_t count;

	TRY(scrub_servers(c, &servers, &count));
	for (size_t i = 0; i < count; i++) {
		const struct job_order look = {.kind = "store.scan",
			.subject = servers[i].server,
			.key = servers[i].server};

		TRY(job_add(c, &look));
	}
	return OK;
}

enum err
store_scan_job(struct ctx *c, const struct job *job)
{
	struct shift shift = {c, job};
	struct scrub_found found;

	if (job->subject[0] == '\0')
		return order_looks(c);
	/* A disk that is away is the prober's to tell. */
	if (scrub_city(c, job->subject) == E_BUSY) {
		log_warn("store: %s", c->why);
		ctx_clear_error(c);
		return OK;
	}
	TRY(c->err);
	TRY(scrub_look(c, job->subject, keep_on, &shift, &found));
	if (found.damaged > 0 || found.mended > 0)
		log_info("store: %s: %lld objects, %lld damaged, %lld right again",
			job->subject, (long long)found.objects,
			(long long)found.damaged, (long long)found.mended);
	return OK;
}
