#include "storage/ask_job.h"

#include <string.h>

#include "base/conf.h"
#include "base/str.h"
#include "db/db.h"
#include "s3/client.h"
#include "store/object.h"

#include "storage/ask_job.sql.h"

#define LATE_SECONDS INT64_C(3600)
#define KEEP_EVERY 20  /* looks, of which one may take seconds */
#define LOOK_LEASE 120 /* seconds, as jobs.def has it */

/* Tells what was found as if the server had told it. */
enum err
copy_tell(struct ctx *c, const struct object_event *news)
{
	TRY(db_begin(c));
	return db_end(c, copy_news(c, news));
}

/* An upload that has not been heard of. */
struct pending {
	const char *key, *server_id;
	struct utc created, link_expires;
};

static FIELDS(pending_fields, FIELD(struct pending, key),
	FIELD(struct pending, server_id), FIELD(struct pending, created),
	FIELD(struct pending, link_expires));

static enum err
look_at_version(struct ctx *c, const char *version_id)
{
	struct s3_state state = {0};
	struct server server = {0};
	struct pending p = {0};
	bool found = false;

	TRY(db_maybe(
		c, &UPLOAD_PENDING, pending_fields, &p, &found, ARGS(c, version_id)));
	if (!found)
		return OK;
	TRY(server_own(c, p.server_id, &server));
	const struct s3_object o = {server_site(c, &server), p.key};
	if (server.is_on && !server.is_down &&
		server_answered(c, &server, s3_head(c, &o, &state)) != OK)
		ctx_clear_error(c); /* the next look may find it up */
	if (state.found) {
		const struct object_event news = {.server = server.name,
			.server_id = server.id,
			.key = p.key,
			.created = true,
			.size = state.size,
			.etag = state.etag};
		return copy_tell(c, &news);
	}
	/* A body that began in time may be on its way still. */
	if (c->now.us > p.link_expires.us + LATE_SECONDS * US_PER_SECOND)
		return OK;
	return upload_look_later(
		c, version_id, (c->now.us - p.created.us) / US_PER_SECOND);
}

struct version {
	const char *id;
};

static FIELDS(version_fields, FIELD(struct version, id));

/* The first look is at all of a slot; most have come and are not among them. */
static enum err
look_at_slot(struct ctx *c, const struct job *job, struct utc first, struct utc end)
{
	struct version *list;
	size_t count;

	TRY(db_many(c, &UPLOAD_PENDING_IN, version_fields, &list, &count,
		ARGS(c, first, end)));
	for (size_t i = 0; i < count; i++) {
		TRY(look_at_version(c, list[i].id));
		if (i % KEEP_EVERY == KEEP_EVERY - 1)
			TRY(job_keep(
				c, job, LOOK_LEASE, (int64_t)i + 1, (int64_t)count));
	}
	return OK;
}

enum err
upload_poll_job(struct ctx *c, const struct job *job)
{
	struct utc first, end;

	return upload_slot_read(job->subject, &first, &end)
		       ? look_at_slot(c, job, first, end)
		       : look_at_version(c, job->subject);
}

enum err
copy_ask(struct ctx *c, const struct server *s, const char *key, bool *held)
{
	const struct s3_object o = {server_site(c, s), key};
	struct object_event news;
	struct s3_state state;
	int64_t known;

	TRY(server_answered(c, s, s3_head(c, &o, &state)));
	*held = state.found;
	TRY(db_int(c, &COPY_HELD, &known, ARGS(c, s->id, key)));
	if (!state.found && known == 0)
		return OK;
	news = (struct object_event){.server = s->name,
		.server_id = s->id,
		.key = key,
		.created = state.found,
		.size = state.size,
		.etag = state.etag};
	return copy_tell(c, &news);
}

enum err
copy_check_job(struct ctx *c, const struct job *job)
{
	const char *slash = strchr(job->subject, '/'), *id;
	struct server server;
	int64_t known;
	bool held;

	if (slash == NULL)
		return fail(c, E_BUG, "the subject must be server/key");
	id = arena_strn(&c->arena, job->subject, (size_t)(slash - job->subject));
	if (!uuid_valid(id))
		return fail(c, E_BUG, "the subject must be server/key");
	TRY(db_int(c, &VERSION_KNOWN, &known, ARGS(c, slash + 1)));
	if (known == 0)
		return OK;
	enum err e = server_own(c, id, &server);
	if (e == E_SERVER_NOT_FOUND) {
		ctx_clear_error(c);
		return OK;
	}
	TRY(e);
	if (server.is_down)
		return fail(c, E_SERVER_DOWN, "%s is down", server.name);
	return server.is_on ? copy_ask(c, &server, slash + 1, &held) : OK;
}

enum err
copy_doubt(struct ctx *c, const char *server_id, const char *key)
{
	const char *what = arena_fmt(&c->arena, "%s/%s", server_id, key);
	const struct job_order look = {
		.kind = "copy.check", .subject = what, .key = what};
	struct object_name name = {.bucket = conf.s3_bucket, .key = key};

	TRY(db_json(c, &COPY_CITY, &name.server, ARGS(c, server_id)));
	TRY(db_do(c, &COPY_MARK_DOUBTED, ARGS(c, server_id, key)));
	TRY(object_doubt(c, &name));
	return job_add(c, &look);
}
