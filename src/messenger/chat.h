#ifndef CHAT_H
#define CHAT_H

#include <stdbool.h>

#include "base/ctx.h"

/*
 * Rooms and what is said in them. Whoever changes a room locks its row first, so that
 * events get their indexes without gap or repetition and nobody decides by what was
 * true before. All changes run in the caller's transaction, and their pushes are rows
 * of it. JSON texts are the contract's objects.
 */

/* Who acts: a profile and its account. */
struct chat_actor {
	int64_t profile, account;
};

#define CHAT_EVENTS_MOST 1000 /* shown of one room at once */

/* The rooms of the profile with their newest events; NULL: none. */
enum err chat_list(struct ctx *c, struct chat_actor who, const char **json);

/* Of a room, for those who want to know: is somebody of the account in it? Members may
 * see it, and others if it is not private. */
struct chat_room {
	int64_t id, owner_profile_id;
	bool private, inside, somebody_inside;
	const char *name;
};

/* E_ROOM_NOT_FOUND */
enum err chat_state(
	struct ctx *c, int64_t room, struct chat_actor who, struct chat_room *out);

/* The same, locked for a change. E_ROOM_NOT_FOUND. */
enum err chat_lock(
	struct ctx *c, int64_t room, struct chat_actor who, struct chat_room *out);

enum err chat_show(struct ctx *c, int64_t room, struct chat_actor who, bool with_events,
	const char **json);

/* The newest events (after: -1), or those behind an index. */
enum err chat_events(
	struct ctx *c, int64_t room, int64_t after, int64_t most, const char **json);

/* One event of the room, NULL if there is none in the window. */
enum err chat_event(struct ctx *c, int64_t room, int64_t event, const char **json);

/* What became of an invitation. */
struct chat_invited {
	int64_t profile_id, code; /* 201: let in; 403 and 409: refused */
	const char *name;
	bool missing;
};

struct chat_list_of {
	struct chat_invited *list;
	size_t count, accepted, missing;
};

/* The room of exactly these two, 0 if there is none. Holds others who ask the same
 * until the end of the transaction. */
enum err chat_pair(struct ctx *c, int64_t one, int64_t other, int64_t *room);

/* What is to become of invitations into a room (0: a new one); changes nothing. */
enum err chat_judge(struct ctx *c, int64_t room, struct chat_actor who,
	const int64_t *profiles, size_t count, struct chat_list_of *out);

struct chat_new {
	const char *name, *description; /* NULL: none */
	bool private;
};

/* A new room of the actor with those who were accepted; its id. */
enum err chat_open(struct ctx *c, struct chat_actor who, const struct chat_new *room,
	const struct chat_list_of *invited, int64_t *id);

/* Lets in who was accepted. E_ROOM_FULL. */
enum err chat_admit(struct ctx *c, int64_t room, const struct chat_list_of *invited);

/* A message; the event's id. */
enum err chat_say(struct ctx *c, int64_t room, struct chat_actor who,
	const char *message, int64_t *event);

/* What stands in place of a message that is removed. */
const char *chat_removed_text(void);

/* The actor leaves a room that it is in, which chat_lock() has locked. */
enum err chat_leave(struct ctx *c, int64_t room, struct chat_actor who);

/* ... all its rooms: for a profile that is deleted. */
enum err chat_leave_all(struct ctx *c, struct chat_actor who);

/* NULL leaves a member as it is. */
struct chat_change {
	const char *name, *description, *private;
};
enum err chat_change(struct ctx *c, int64_t room, const struct chat_change *change);

/* E_PROFILE_NOT_FOUND: no such profile; E_DENIED: it is not in the room. */
enum err chat_hand_over(struct ctx *c, int64_t room, int64_t profile);

#endif
