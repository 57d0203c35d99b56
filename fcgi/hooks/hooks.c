/* Webhooks of S3 servers. */
#include "hooks/hooks.h"

#include "base/log.h"
#include "base/str.h"
#include "db/db.h"
#include "reply.h"
#include "storage/event.h"

static const char *
query(const struct req *r, const char *name)
{
	for (size_t i = 0; i < r->pair_count; i++)
		if (str_eq(r->pairs[i].name, name) && r->pairs[i].value[0] != '\0')
			return r->pairs[i].value;
	return NULL;
}

/*
 * POST /s3?server=NAME: a notification as MinIO and AWS send it; 200 once the look at
 * the server is ordered. Without a name every server is asked. What cannot be
 * understood is parked, with 202: a sender that is refused would send it for ever.
 */
enum err
hooks_post_s3(struct req *r)
{
	struct ctx *c = &r->ctx;
	const char *why;

	TRY(req_body(r));
	TRY(db_begin(c));
	enum err e = event_notification(
		c, query(r, "server"), r->body == NULL ? "" : r->body, r->body_size);
	if (e == OK) {
		TRY(db_commit(c));
		return reply_json(r, 200, "{}");
	}
	why = c->why == NULL ? err_sentence(e) : arena_str(&c->arena, c->why);
	db_rollback(c);
	if (e == E_BUSY)
		return e;
	ctx_clear_error(c);
	log_warn("hook: a message is parked: %s", why);
	TRY(event_park(c, "hook", r->query, r->body == NULL ? "" : r->body,
		r->body_size, why));
	return reply_json(r, 202, "{}");
}
