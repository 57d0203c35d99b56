/* Profiles: contract 6. */
#include "messenger/profile.h"

#include <string.h>

#include "base/json_out.h"
#include "base/str.h"
#include "messenger/messenger.h"
#include "reply.h"

struct body {
	const char *name, *team_name, *description, *data;
	const char *private, *can_annonymous_invite;
};

INPUT(messenger_profile_in, struct body,
	FIELD(struct body, name, .must = true, .min = 1, .max = 128),
	FIELD(struct body, data, .must = true, .json = true),
	FIELD(struct body, team_name, .max = 128),
	FIELD(struct body, description, .max = 2000),
	FIELD(struct body, private, .rule = messenger_bool_rule));

INPUT(messenger_profile_change_in, struct body,
	FIELD(struct body, name, .min = 1, .max = 128),
	FIELD(struct body, data, .json = true),
	FIELD(struct body, team_name, .max = 128),
	FIELD(struct body, description, .max = 2000),
	FIELD(struct body, private, .rule = messenger_bool_rule),
	FIELD(struct body, can_annonymous_invite, .rule = messenger_bool_rule));

struct viewer
messenger_viewer(struct req *r)
{
	const struct messenger_caller *caller = messenger_caller(r);

	return (struct viewer){.account_id = r->ctx.actor,
		.profile_id = caller->profile,
		.is_admin = caller->is_admin};
}

enum err
messenger_reply_profile(struct req *r, int status, const char *sub_code,
	const struct profile_shown *shown)
{
	reply_header(r, "ETag", shown->commit_id);
	return messenger_reply(
		r, status, sub_code, JSON(&r->ctx, "profile", json_raw(shown->json)));
}

/* GET /profiles: 200 with one's own. E_MISSING. */
enum err
messenger_get_profiles(struct req *r)
{
	struct ctx *c = &r->ctx;
	const char *list;

	TRY(profile_own(c, c->actor, &list));
	if (list == NULL)
		return fail(c, E_MISSING, NULL);
	return messenger_reply_list(r, "profiles", list);
}

static enum err
read_data(struct req *r, const char *text, struct profile_data *out)
{
	enum err e = profile_data_read(&r->ctx, text, out);

	if (e != E_INPUT)
		return e;
	ctx_clear_error(&r->ctx);
	return messenger_field_error(r, "data",
		"not of the form {\"<group>\":{\"index\":0,"
		"\"value\":{\"<label>\":{\"index\":0,"
		"\"value\":\"<text>\"}}}}, or too long");
}

static struct profile_change
change_of(const struct body *in, const struct profile_data *data)
{
	return (struct profile_change){.name = in->name,
		.team_name = in->team_name,
		.description = in->description,
		.private = in->private,
		.can_annonymous_invite = in->can_annonymous_invite,
		.data = data};
}

/* POST /profiles {name, data, description, private}: 201; the access token ends. 422,
 * E_QUOTA. */
enum err
messenger_post_profile(struct req *r)
{
	const struct body *in = r->in;
	struct profile_data data;
	struct profile_shown shown = {0};

	TRY(read_data(r, in->data, &data));
	const struct profile_change change = change_of(in, &data);
	TRY(profile_add(&r->ctx, r->ctx.actor, &change, &shown));
	return messenger_reply_profile(r, 201, "resource.created", &shown);
}

/* GET /profiles/{id}: 200. E_MISSING, E_DENIED. */
enum err
messenger_get_profile(struct req *r)
{
	const struct viewer who = messenger_viewer(r);
	struct profile_shown shown = {0};

	TRY(profile_show(&r->ctx, r->id[0], &who, &shown));
	return messenger_reply_profile(r, 200, "resource.result", &shown);
}

enum err
messenger_own_profile(struct req *r, bool or_admin, struct profile_state *state)
{
	struct ctx *c = &r->ctx;

	TRY(profile_state(c, r->id[0], state));
	if (state->is_locked || state->is_deleted)
		return fail(c, E_MISSING, NULL);
	if (state->account_id != c->actor &&
		!(or_admin && messenger_caller(r)->is_admin))
		return fail(c, E_DENIED, NULL);
	if (!str_eq(messenger_if_match(r), state->commit_id))
		return fail(c, E_OTHER_COMMIT, NULL);
	return OK;
}

/*
 * PATCH /profiles/{id}, If-Match {name, team_name, description, data, private,
 * can_annonymous_invite}: 201. E_MISSING, E_DENIED, E_OTHER_COMMIT, E_BODY_EMPTY.
 */
enum err
messenger_patch_profile(struct req *r)
{
	const struct body *in = r->in;
	struct ctx *c = &r->ctx;
	struct profile_state state = {0};
	struct profile_data data;
	struct profile_shown shown = {0};

	TRY(messenger_own_profile(r, false, &state));
	if (in->data != NULL)
		TRY(read_data(r, in->data, &data));
	if (in->name == NULL && in->team_name == NULL && in->description == NULL &&
		in->data == NULL && in->private == NULL &&
		in->can_annonymous_invite == NULL)
		return fail(c, E_BODY_EMPTY, NULL);
	const struct profile_change change =
		change_of(in, in->data == NULL ? NULL : &data);
	TRY(profile_change(c, r->id[0], state.commit_id, &change, &shown));
	return messenger_reply_profile(r, 201, "resource.modified", &shown);
}

/* DELETE /profiles/{id}, If-Match: 204; the owner's access tokens end. E_MISSING,
 * E_DENIED, E_OTHER_COMMIT. */
enum err
messenger_delete_profile(struct req *r)
{
	struct profile_state state = {0};

	TRY(messenger_own_profile(r, true, &state));
	TRY(profile_delete(&r->ctx, r->id[0], state.account_id, state.commit_id));
	return messenger_reply(r, 204, "resource.deleted", NULL);
}
