/* Rooms and what is said in them: docs/openapi/messenger.yaml. */
#include "messenger/chat.h"

#include <string.h>

#include "base/conf.h"
#include "base/json.h"
#include "base/json_out.h"
#include "base/str.h"
#include "messenger/messenger.h"
#include "messenger/rights.h"
#include "reply.h"

#define NAME_MOST 128
#define DESCRIPTION_MOST 2000
#define MESSAGE_MOST 4000
#define EVENTS_MOST 1000

struct messenger_room_in {
	const char *inviting_profiles, *name, *description, *private;
};

INPUT(messenger_room_in, struct messenger_room_in,
	FIELD(struct messenger_room_in, inviting_profiles, .must = true, .json = true),
	FIELD(struct messenger_room_in, name, .min = 1, .max = NAME_MOST),
	FIELD(struct messenger_room_in, description, .min = 1, .max = DESCRIPTION_MOST),
	FIELD(struct messenger_room_in, private, .rule = messenger_bool_rule));

struct messenger_invite_in {
	const char *inviting_profiles;
};

INPUT(messenger_invite_in, struct messenger_invite_in,
	FIELD(struct messenger_invite_in, inviting_profiles, .must = true,
		.json = true));

struct messenger_room_change_in {
	const char *name, *description, *private;
	int64_t owner_profile_id;
};

INPUT(messenger_room_change_in, struct messenger_room_change_in,
	FIELD(struct messenger_room_change_in, name, .min = 1, .max = NAME_MOST),
	FIELD(struct messenger_room_change_in, description, .min = 1,
		.max = DESCRIPTION_MOST),
	FIELD(struct messenger_room_change_in, private, .rule = messenger_bool_rule),
	FIELD(struct messenger_room_change_in, owner_profile_id, .min = 1,
		.max = INT32_MAX));

struct messenger_message_in {
	const char *message;
};

INPUT(messenger_message_in, struct messenger_message_in,
	FIELD(struct messenger_message_in, message, .must = true, .min = 1,
		.max = MESSAGE_MOST));

struct messenger_events_query {
	const char *after_index;
	int64_t limit;
};

static enum err
index_rule(struct ctx *c, const struct field *f, const char *place, void *member)
{
	int64_t index;

	if (int_read(*(const char **)member, &index) && index >= 0 && index < INT32_MAX)
		return OK;
	return field_error_add(c, (struct field_error){.place = place,
					  .field = f->name,
					  .kind = FIELD_ERROR_FORM,
					  .expected = "index"});
}

INPUT(messenger_events_query, struct messenger_events_query,
	FIELD(struct messenger_events_query, after_index, .rule = index_rule),
	FIELD(struct messenger_events_query, limit, .min = 1, .max = EVENTS_MOST));

static struct chat_actor
actor_of(struct req *r)
{
	return (struct chat_actor){messenger_caller(r)->profile, r->ctx.actor};
}

static enum err
no_room(struct req *r, enum err e)
{
	if (e != E_ROOM_NOT_FOUND)
		return e;
	ctx_clear_error(&r->ctx);
	return messenger_fail_list(r, E_MISSING, "resource_name", "chat_room");
}

/* GET /chats: 200 {chat_rooms}; 404 if the profile is in none. */
enum err
messenger_get_chats(struct req *r)
{
	struct ctx *c = &r->ctx;
	const char *rooms;

	TRY(chat_list(c, actor_of(r), &rooms));
	if (rooms == NULL)
		return fail(c, E_MISSING, NULL);
	return messenger_reply_list(r, "chat_rooms", rooms);
}

/* -- invitations */

static bool
add_id(struct json_object *json, int64_t *out)
{
	if (json_object_is_type(json, json_type_int))
		*out = json_object_get_int64(json);
	else if (!json_object_is_type(json, json_type_string) ||
		 !int_read(json_object_get_string(json), out))
		return false;
	return *out > 0 && *out <= INT32_MAX;
}

/* Whoever is named twice is invited once. */
static size_t
each_once(int64_t *ids, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		size_t k = 0;

		while (k < kept && ids[k] != ids[i])
			k++;
		if (k == kept)
			ids[kept++] = ids[i];
	}
	return kept;
}

/* A JSON list of numbers, or one number. E_BODY if it is neither, or empty. */
static enum err
ids_read(struct req *r, const char *text, int64_t **ids, size_t *count)
{
	struct ctx *c = &r->ctx;
	struct json_object *body, *list;

	*ids = arena_new(&c->arena, sizeof(**ids));
	*count = 1;
	if (int_read(text, *ids))
		return **ids > 0 && **ids <= INT32_MAX ? OK : fail(c, E_BODY, NULL);
	const char *wrapped = JSON(c, "ids", json_raw(text));
	if (json_read(c, wrapped, strlen(wrapped), &body) != OK) {
		ctx_clear_error(c);
		return fail(c, E_BODY, NULL);
	}
	list = json_member(body, "ids", json_type_array);
	*count = list == NULL ? 0 : json_object_array_length(list);
	if (*count == 0)
		return fail(c, E_BODY, NULL);
	if (*count > (size_t)conf.messenger_invitees)
		return messenger_field_error(
			r, "inviting_profiles", "too many profiles");
	*ids = arena_new(&c->arena, *count * sizeof(**ids));
	for (size_t i = 0; i < *count; i++)
		if (!add_id(json_object_array_get_idx(list, i), &(*ids)[i]))
			return fail(c, E_BODY, NULL);
	*count = each_once(*ids, *count);
	return OK;
}

/* None of them is there: 404; all are refused: 403. */
static enum err
check_judged(struct req *r, const struct chat_list_of *all)
{
	if (all->missing == all->count)
		return messenger_fail_list(r, E_MISSING, "resource_name", "profile");
	return all->accepted == 0 ? fail(&r->ctx, E_DENIED, NULL) : OK;
}

/* {"12":{"code":403,"message":"","data":{}}} */
static const char *
reasons(struct ctx *c, const struct chat_list_of *all)
{
	struct buf b = {.arena = &c->arena};

	buf_add(&b, "{");
	for (size_t i = 0; i < all->count; i++)
		if (all->list[i].code != 201)
			buf_fmt(&b,
				"%s\"%lld\":{\"code\":%lld,\"data\":{},\"message\":"
				"\"\"}",
				b.used == 1 ? "" : ",",
				(long long)all->list[i].profile_id,
				(long long)all->list[i].code);
	buf_add(&b, "}");
	return b.text;
}

/* Two who are alone in a room already talk there. */
static enum err
check_pair(struct req *r, int64_t other)
{
	struct ctx *c = &r->ctx;
	struct chat_actor who = actor_of(r);
	const char *room;
	int64_t id;

	TRY(chat_pair(c, who.profile, other, &id));
	if (id == 0)
		return OK;
	TRY(chat_show(c, id, who, true, &room));
	return messenger_fail(r, E_CONFLICT,
		JSON(c, "chat_room", json_raw(room), "room", json_raw(room)));
}

/*
 * POST /chats {inviting_profiles, name, description, private}: 201 {chat_room}, or 200
 * {chat_room, reason} if some are refused. 409 {room}: these two have one.
 */
enum err
messenger_post_chat(struct req *r)
{
	const struct messenger_room_in *in = r->in;
	struct ctx *c = &r->ctx;
	struct chat_actor who = actor_of(r);
	const struct chat_new new = {
		in->name, in->description, !str_eq(in->private, "false")};
	struct chat_list_of all;
	const char *room;
	int64_t *ids, id;
	size_t count;

	TRY(ids_read(r, in->inviting_profiles, &ids, &count));
	TRY(rights_act(c, who.account, who.profile));
	if (count == 1)
		TRY(check_pair(r, ids[0]));
	TRY(chat_judge(c, 0, who, ids, count, &all));
	TRY(check_judged(r, &all));
	TRY(chat_open(c, who, &new, &all, &id));
	TRY(chat_show(c, id, who, true, &room));
	if (all.accepted == all.count)
		return messenger_reply(r, 201, "resource.created",
			JSON(c, "chat_room", json_raw(room)));
	return messenger_reply(r, 200, "resource.multiple_result",
		JSON(c, "chat_room", json_raw(room), "reason",
			json_raw(reasons(c, &all))));
}

/* One's own profile comes alone, to enter. */
static bool
mixes_own(struct req *r, const int64_t *ids, size_t count)
{
	for (size_t i = 0; count > 1 && i < count; i++)
		if (ids[i] == messenger_caller(r)->profile)
			return true;
	return false;
}

/* PUT /chats/{id} {inviting_profiles}: 201 {}, or 200 {reason} if some are refused. */
enum err
messenger_put_chat(struct req *r)
{
	const struct messenger_invite_in *in = r->in;
	struct ctx *c = &r->ctx;
	struct chat_actor who = actor_of(r);
	struct chat_list_of all;
	struct chat_room room;
	int64_t *ids;
	size_t count;

	TRY(ids_read(r, in->inviting_profiles, &ids, &count));
	TRY(no_room(r, chat_lock(c, r->id[0], who, &room)));
	TRY(rights_act(c, who.account, who.profile));
	if (mixes_own(r, ids, count))
		return fail(c, E_DENIED, NULL);
	TRY(chat_judge(c, room.id, who, ids, count, &all));
	TRY(check_judged(r, &all));
	TRY(chat_admit(c, room.id, &all));
	if (all.accepted == all.count)
		return messenger_reply(r, 201, "resource.created", NULL);
	return messenger_reply(r, 200, "resource.multiple_result",
		JSON(c, "reason", json_raw(reasons(c, &all))));
}

/* -- one room */

/* GET /chats/{id}: 200 {chat_room}, for members with what was said; a private one is
 * for members. */
enum err
messenger_get_chat(struct req *r)
{
	struct ctx *c = &r->ctx;
	struct chat_actor who = actor_of(r);
	struct chat_room room;
	const char *json;

	TRY(no_room(r, chat_state(c, r->id[0], who, &room)));
	if (room.private && !room.somebody_inside)
		return fail(c, E_DENIED, NULL);
	TRY(chat_show(c, room.id, who, room.somebody_inside, &json));
	bool entered = who.profile != 0 ? room.inside : room.somebody_inside;
	return messenger_reply(r, 200, "resource.result",
		arena_fmt(&c->arena, "{\"chat_room\":{\"is_profile_entered\":%s,%s}",
			entered ? "true" : "false", json + 1));
}

/* PATCH /chats/{id} {name, description, private} or {owner_profile_id}, by its owner:
 * 201, data is the room. */
enum err
messenger_patch_chat(struct req *r)
{
	const struct messenger_room_change_in *in = r->in;
	const struct chat_change change = {in->name, in->description, in->private};
	struct ctx *c = &r->ctx;
	struct chat_actor who = actor_of(r);
	struct chat_room room;
	const char *json;
	bool others =
		in->name != NULL || in->description != NULL || in->private != NULL;

	TRY(no_room(r, chat_lock(c, r->id[0], who, &room)));
	TRY(rights_act(c, who.account, who.profile));
	if (room.owner_profile_id != who.profile || !room.inside)
		return fail(c, E_DENIED, NULL);
	if (in->owner_profile_id == 0 && !others)
		return fail(c, E_BODY_EMPTY, NULL);
	if (in->owner_profile_id != 0 && others)
		return messenger_field_error(r, "owner_profile_id", "must come alone");
	if (others)
		TRY(chat_change(c, room.id, &change));
	else
		TRY(chat_hand_over(c, room.id, in->owner_profile_id));
	TRY(chat_show(c, room.id, who, others, &json));
	return messenger_reply(r, 201, "resource.modified", json);
}

/* DELETE /chats/{id}: 204, the profile has left. */
enum err
messenger_delete_chat(struct req *r)
{
	struct ctx *c = &r->ctx;
	struct chat_actor who = actor_of(r);
	struct chat_room room;

	TRY(no_room(r, chat_lock(c, r->id[0], who, &room)));
	if (!room.inside)
		return fail(c, E_DENIED, NULL);
	TRY(chat_leave(c, room.id, who));
	return messenger_reply(r, 204, "resource.deleted", NULL);
}

/* -- events */

/* The room, for whoever is in it. */
static enum err
enter_room(struct req *r, bool locked, struct chat_room *room)
{
	struct chat_actor who = actor_of(r);

	TRY(no_room(r, locked ? chat_lock(&r->ctx, r->id[0], who, room)
			      : chat_state(&r->ctx, r->id[0], who, room)));
	return room->inside ? OK : fail(&r->ctx, E_DENIED, NULL);
}

/* GET /chats/{id}/events?after_index=&limit=: 200 {chat_events}, the newest, or those
 * behind an index; 404 if there is none. */
enum err
messenger_get_chat_events(struct req *r)
{
	const struct messenger_events_query *in = r->in;
	struct ctx *c = &r->ctx;
	struct chat_room room;
	const char *json;
	int64_t after = -1;

	if (in->after_index != NULL)
		int_read(in->after_index, &after);
	TRY(enter_room(r, false, &room));
	TRY(chat_events(
		c, room.id, after, in->limit == 0 ? EVENTS_MOST : in->limit, &json));
	if (str_eq(json, "[]"))
		return messenger_fail_list(r, E_MISSING, "resource_name", "chat_event");
	return messenger_reply_list(r, "chat_events", json);
}

static enum err
reply_event(struct req *r, int status, const char *sub_code, int64_t room, int64_t id)
{
	struct ctx *c = &r->ctx;
	const char *json;

	TRY(chat_event(c, room, id, &json));
	if (json == NULL)
		return messenger_fail_list(r, E_MISSING, "resource_name", "chat_event");
	return messenger_reply(
		r, status, sub_code, JSON(c, "chat_event", json_raw(json)));
}

/* GET /chats/{id}/events/{event}: 200 {chat_event}. */
enum err
messenger_get_chat_event(struct req *r)
{
	struct chat_room room;

	TRY(enter_room(r, false, &room));
	return reply_event(r, 200, "resource.result", room.id, r->id[1]);
}

/* PUT /chats/{id}/events {message}: 201 {chat_event}. */
enum err
messenger_put_chat_events(struct req *r)
{
	const struct messenger_message_in *in = r->in;
	struct chat_actor who = actor_of(r);
	struct chat_room room;
	int64_t event;

	TRY(enter_room(r, true, &room));
	TRY(rights_act(&r->ctx, who.account, who.profile));
	TRY(chat_say(&r->ctx, room.id, who, in->message, &event));
	return reply_event(r, 201, "resource.created", room.id, event);
}

/* PUT /chats/{id}/events/{event}: a message gets its number here. */
enum err
messenger_put_chat_event(struct req *r)
{
	return fail(&r->ctx, E_NO_ROUTE, NULL);
}
