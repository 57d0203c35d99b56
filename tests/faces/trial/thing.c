/* Things, of which there is one: number 7. */
#include "base/str.h"
#include "faces/trial/trial.h"
#include "input.h"
#include "reply.h"
#include "base/jwt.h"

#define TAG "0123abcd"

struct thing {
	int64_t uuid;
	const char *name, *note;
	int64_t size;
	bool loud;
	struct texts words;
	struct utc created;
};

static FIELDS(shown, FIELD(struct thing, uuid), FIELD(struct thing, name),
	FIELD(struct thing, note), FIELD(struct thing, size), FIELD(struct thing, loud),
	FIELD(struct thing, words), FIELD(struct thing, created));

INPUT(trial_thing_in, struct thing, FIELD(struct thing, name, .must = true, .max = 20),
	FIELD(struct thing, size, .must = true, .min = 1, .max = 100),
	FIELD(struct thing, note), FIELD(struct thing, loud),
	FIELD(struct thing, words));

/* GET /ping: 200. */
enum err
trial_get_ping(struct req *r)
{
	return trial_reply(r, 200, "ping.success", "{}");
}

/* POST /keys: 201, a token that is good with this X-Csrf-Token only. */
enum err
trial_post_key(struct req *r)
{
	struct ctx *c = &r->ctx;
	const char *token;

	TRY(jwt_sign(c,
		arena_fmt(&c->arena, "{\"user\":5,\"exp\":%lld}",
			(long long)(c->now.us / US_PER_SECOND + 60)),
		trial_key(r), &token));
	return trial_reply(r, 201, "user.sign_in",
		arena_fmt(&c->arena, "{\"token\":\"%s\"}", token));
}

static enum err
show(struct req *r, int status, const char *sub_code, const struct thing *t)
{
	struct buf data = {.arena = &r->ctx.arena};

	fields_to_json(&data, shown, t, r->face->manners->style);
	reply_header(r, "ETag", TAG);
	return trial_reply(r, status, sub_code, buf_text(&data));
}

/* POST /things {"name", "size"...}: 201 with what was understood. */
enum err
trial_post_thing(struct req *r)
{
	return show(r, 201, "resource.created", r->in);
}

/* GET /things/{id}: 200. E_MISSING. */
enum err
trial_get_thing(struct req *r)
{
	const struct thing t = {
		.uuid = r->id[0], .name = "a", .created = {784111777 * US_PER_SECOND}};

	return r->id[0] == 7 ? show(r, 200, "resource.result", &t)
			     : fail(&r->ctx, E_MISSING, NULL);
}

/* PATCH /things/{id}, If-Match: 201. E_CONFLICT for another tag. */
enum err
trial_patch_thing(struct req *r)
{
	if (!str_eq(input_header(r, "If-Match"), TAG))
		return fail(&r->ctx, E_CONFLICT, NULL);
	return show(r, 201, "resource.modified", r->in);
}

/* DELETE /things/{id}: 204. */
enum err
trial_delete_thing(struct req *r)
{
	return reply_empty(r, 204);
}
