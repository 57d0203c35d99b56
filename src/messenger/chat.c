#include "messenger/chat.h"

#include <string.h>

#include "base/buf.h"
#include "base/conf.h"
#include "base/field.h"
#include "base/language.h"
#include "base/str.h"
#include "db/db.h"

#include "messenger/chat.sql.h"

#define NAME_LONG 30 /* characters of a made name: from here on it is cut... */
#define NAME_CUT 28  /* ...to these and three dots */

static FIELDS(room_fields, FIELD(struct chat_room, id),
	FIELD(struct chat_room, owner_profile_id), FIELD(struct chat_room, private),
	FIELD(struct chat_room, inside), FIELD(struct chat_room, somebody_inside),
	FIELD(struct chat_room, name));

static FIELDS(id_fields, FIELD(struct chat_room, id));

static FIELDS(invited_fields, FIELD(struct chat_invited, profile_id),
	FIELD(struct chat_invited, code), FIELD(struct chat_invited, name),
	FIELD(struct chat_invited, missing));

/* -- looking */

enum err
chat_list(struct ctx *c, struct chat_actor who, const char **json)
{
	return db_json(c, &CHAT_ROOMS, json,
		ARGS(c, who.account, who.profile, CHAT_EVENTS_MOST));
}

enum err
chat_state(struct ctx *c, int64_t room, struct chat_actor who, struct chat_room *out)
{
	bool found;

	TRY(db_maybe(c, &CHAT_ROOM_STATE, room_fields, out, &found,
		ARGS(c, room, who.profile, who.account)));
	return found ? OK : fail(c, E_ROOM_NOT_FOUND, NULL);
}

enum err
chat_lock(struct ctx *c, int64_t room, struct chat_actor who, struct chat_room *out)
{
	int64_t id;

	TRY(db_int(c, &CHAT_ROOM_LOCK, &id, ARGS(c, room)));
	return chat_state(c, room, who, out);
}

enum err
chat_show(struct ctx *c, int64_t room, struct chat_actor who, bool with_events,
	const char **json)
{
	return db_json(c, &CHAT_ROOM_SHOW, json,
		ARGS(c, room, who.account, who.profile, with_events, CHAT_EVENTS_MOST));
}

enum err
chat_events(struct ctx *c, int64_t room, int64_t after, int64_t most, const char **json)
{
	return db_json(c, &CHAT_EVENTS, json, ARGS(c, room, after, most));
}

struct shown {
	const char *as_event;
};

static FIELDS(shown_fields, FIELD(struct shown, as_event));

enum err
chat_event(struct ctx *c, int64_t room, int64_t event, const char **json)
{
	struct shown shown = {0};
	bool found;

	TRY(db_maybe(c, &CHAT_EVENT_SHOW, shown_fields, &shown, &found,
		ARGS(c, room, event)));
	*json = shown.as_event;
	return OK;
}

/* -- invitations */

enum err
chat_pair(struct ctx *c, int64_t one, int64_t other, int64_t *room)
{
	struct chat_room found_room = {0};
	int64_t locked;
	bool found;

	TRY(db_int(c, &CHAT_PAIR_LOCK, &locked, ARGS(c, one, other)));
	TRY(db_maybe(
		c, &CHAT_PAIR, id_fields, &found_room, &found, ARGS(c, one, other)));
	*room = found_room.id;
	return OK;
}

static const char *
array_of(struct ctx *c, const int64_t *ids, size_t count)
{
	struct buf b = {.arena = &c->arena};

	buf_add(&b, "{");
	for (size_t i = 0; i < count; i++)
		buf_fmt(&b, "%s%lld", i == 0 ? "" : ",", (long long)ids[i]);
	buf_add(&b, "}");
	return b.text;
}

enum err
chat_judge(struct ctx *c, int64_t room, struct chat_actor who, const int64_t *profiles,
	size_t count, struct chat_list_of *out)
{
	*out = (struct chat_list_of){0};
	TRY(db_many(c, &CHAT_JUDGE, invited_fields, &out->list, &out->count,
		ARGS(c, room, who.profile, who.account, array_of(c, profiles, count))));
	for (size_t i = 0; i < out->count; i++) {
		out->accepted += out->list[i].code == 201;
		out->missing += out->list[i].missing;
	}
	return OK;
}

/* What the server says of those who come and go; {} is the name. */
static const char *
came(void)
{
	return text_in(conf.messenger_language, "{} has entered.");
}

static const char *
went(void)
{
	return text_in(conf.messenger_language, "{} has left.");
}

const char *
chat_removed_text(void)
{
	return text_in(conf.messenger_language, "This message was removed.");
}

/* Pushes of a room's events from that index on. */
static enum err
tell_devices(struct ctx *c, int64_t room, int64_t first)
{
	return db_do(c, &CHAT_TELL, ARGS(c, room, first));
}

enum err
chat_admit(struct ctx *c, int64_t room, const struct chat_list_of *invited)
{
	int64_t *ids = arena_new(&c->arena, (invited->count + 1) * sizeof(*ids));
	size_t count = 0;
	int64_t first;

	for (size_t i = 0; i < invited->count; i++)
		if (invited->list[i].code == 201)
			ids[count++] = invited->list[i].profile_id;
	if (count == 0)
		return OK;
	TRY(db_int(c, &CHAT_INSIDE, &first, ARGS(c, room)));
	if (first + (int64_t)count > conf.messenger_room_participants)
		return fail(c, E_ROOM_FULL, NULL);
	TRY(db_int(c, &CHAT_ADMIT, &first,
		ARGS(c, room, array_of(c, ids, count), came())));
	return tell_devices(c, room, first);
}

/* Of those who were accepted, as far as they go. */
static const char *
made_name(struct ctx *c, const struct chat_list_of *invited)
{
	struct buf b = {.arena = &c->arena};

	for (size_t i = 0; i < invited->count; i++)
		if (invited->list[i].code == 201)
			buf_fmt(&b, "%s%s", b.used == 0 ? "" : ", ",
				invited->list[i].name);
	if (utf8_count(buf_text(&b)) < NAME_LONG)
		return buf_text(&b);
	const char *end = b.text;
	for (int i = 0; i < NAME_CUT; i++)
		utf8_next(&end);
	return arena_fmt(&c->arena, "%.*s...", (int)(end - b.text), b.text);
}

enum err
chat_open(struct ctx *c, struct chat_actor who, const struct chat_new *room,
	const struct chat_list_of *invited, int64_t *id)
{
	const char *name = room->name != NULL ? room->name : made_name(c, invited);

	TRY(db_int(c, &CHAT_CREATE, id,
		ARGS(c, who.profile, who.account, name, room->description,
			room->private)));
	return chat_admit(c, *id, invited);
}

/* -- events */

struct event {
	int64_t event_index, id;
};

static FIELDS(event_fields, FIELD(struct event, event_index), FIELD(struct event, id));

static enum err
happen(struct ctx *c, int64_t room, int64_t profile, const char *type,
	const char *message, const char *name, struct event *out)
{
	TRY(db_one(c, &CHAT_SAY, event_fields, out,
		ARGS(c, room, profile, type, message, name)));
	return tell_devices(c, room, out->event_index);
}

enum err
chat_say(struct ctx *c, int64_t room, struct chat_actor who, const char *message,
	int64_t *event)
{
	struct event e;

	TRY(happen(c, room, who.profile, "MESSAGE_POSTED", message, NULL, &e));
	*event = e.id;
	return OK;
}

enum err
chat_leave(struct ctx *c, int64_t room, struct chat_actor who)
{
	struct event e;
	const char *name;

	TRY(db_json(c, &CHAT_NAME_OF, &name, ARGS(c, who.profile)));
	TRY(happen(c, room, who.profile, "PARTICIPANT_OUT", went(), name, &e));
	return db_do(c, &CHAT_LEAVE, ARGS(c, room, who.profile));
}

struct room_id {
	int64_t room_id;
};

static FIELDS(room_id_fields, FIELD(struct room_id, room_id));

enum err
chat_leave_all(struct ctx *c, struct chat_actor who)
{
	struct room_id *rooms;
	struct chat_room room;
	size_t count;

	TRY(db_many(c, &CHAT_ROOMS_OF, room_id_fields, &rooms, &count,
		ARGS(c, who.profile)));
	for (size_t i = 0; i < count; i++) {
		enum err e = chat_lock(c, rooms[i].room_id, who, &room);

		if (e == E_ROOM_NOT_FOUND) {
			ctx_clear_error(c);
			continue;
		}
		TRY(e);
		if (room.inside)
			TRY(chat_leave(c, room.id, who));
	}
	return OK;
}

/* -- changes */

enum err
chat_change(struct ctx *c, int64_t room, const struct chat_change *change)
{
	return db_do(c, &CHAT_CHANGE,
		ARGS(c, room, change->name, change->description, change->private));
}

enum err
chat_hand_over(struct ctx *c, int64_t room, int64_t profile)
{
	int64_t state;

	TRY(db_int(c, &CHAT_HEIR, &state, ARGS(c, room, profile)));
	if (state == 404)
		return fail(c, E_PROFILE_NOT_FOUND, NULL);
	if (state == 403)
		return fail(c, E_DENIED, NULL);
	return db_do(c, &CHAT_HAND_OVER, ARGS(c, room, profile));
}
