#include "storage/storage_job.h"

#include <string.h>

#include "base/conf.h"
#include "base/log.h"
#include "base/str.h"
#include "db/db.h"
#include "s3/client.h"
#include "storage/copy.h"
#include "storage/server_removal.h"
#include "storage/event.h"
#include "storage/file.h"
#include "storage/server.h"
#include "store/object.h"

#define PARKED_SECONDS (INT64_C(30) * 86400)

enum err
storage_event_job(struct ctx *c, const struct job *job)
{
	struct store_event event;
	int64_t id;
	bool found;

	if (!int_read(job->subject, &id))
		return fail(c, E_BUG, "the subject must be an event");
	TRY(copy_lock(c, id));
	TRY(object_event(c, id, &event, &found));
	if (!found || !str_eq(event.bucket, conf.s3_bucket))
		return OK;
	const struct object_event news = {.server = event.server,
		.key = event.key,
		.created = event.created,
		.compared = true, /* what has just been stored, or read once more */
		.size = event.size,
		.etag = event.etag};
	return copy_news(c, &news);
}

enum err
copy_replicate_job(struct ctx *c, const struct job *job)
{
	return copy_order_missing(c, job->subject, NULL);
}

/* storage.notification_arn, with the server's name in the place of {server}. */
static const char *
notification_arn(struct ctx *c, const struct server *s)
{
	static const char place[] = "{server}";
	const char *rest = conf.storage_notification_arn, *found;
	struct buf arn = {.arena = &c->arena};

	while ((found = strstr(rest, place)) != NULL) {
		buf_addn(&arn, rest, (size_t)(found - rest));
		buf_add(&arn, s->name);
		rest = found + strlen(place);
	}
	buf_add(&arn, rest);
	return buf_text(&arn);
}

enum err
server_prepare_job(struct ctx *c, const struct job *job)
{
	struct server server;
	struct s3_state state;
	bool risen;

	enum err e = server_own(c, job->subject, &server);
	if (e == E_SERVER_NOT_FOUND) {
		ctx_clear_error(c);
		return OK;
	}
	TRY(e);
	if (!server.is_on || server.is_deleted)
		return OK;
	const struct s3_object bucket = {.site = server_site(c, &server)};
	TRY(server_answered(c, &server, s3_head(c, &bucket, &state)));
	TRY(server_note_health(c, server.id, NULL, &risen));
	if (risen)
		TRY(copy_fill_server(c, &server));
	if (!state.found)
		TRY(s3_make_bucket(c, &bucket.site));
	return conf.storage_notification_arn[0] == '\0'
		       ? OK
		       : s3_notify(c, &bucket.site, notification_arn(c, &server));
}

enum err
server_resync_job(struct ctx *c, const struct job *job)
{
	struct server server;

	enum err e = server_own(c, job->subject, &server);
	if (e == E_SERVER_NOT_FOUND) {
		ctx_clear_error(c);
		return OK;
	}
	TRY(e);
	if (server.is_deleted)
		return server_clean(c, &server);
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
	TRY(server_clean_later(c, NULL));
	return copy_order_removals(c, NULL);
}
