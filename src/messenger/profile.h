#ifndef MESSENGER_PROFILE_H
#define MESSENGER_PROFILE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ctx.h"
#include "base/field.h"

/*
 * What a profile says, as phones send and read it: JSON text {"<group>": {"index": 0,
 * "value": {"<label>": {"index": 0, "value": "<text>"}}}}, and of four groups the entry
 * with the lowest index, {"<label>":"<text>"}; NULL where there is none.
 */
struct profile_data {
	const char *text; /* without blanks */
	const char *email, *phone, *sns, *address;
};

/* E_INPUT, without a field error, for what has another shape. What an older server has
 * encoded twice is unwrapped. */
enum err profile_data_read(struct ctx *c, const char *text, struct profile_data *out);

#define PROFILE_DATA_BYTES 65536 /* longest data */

/* Whose a profile is, and how it is. */
struct profile_state {
	int64_t account_id;
	const char *commit_id;
	bool is_locked, is_deleted, private;
	const char *image_url;
};

/* E_MISSING. */
enum err profile_state(struct ctx *c, int64_t id, struct profile_state *out);

/* A profile as an answer shows it. */
struct profile_shown {
	const char *commit_id, *json;
};

/* Who looks: a profile of theirs, or all of them. */
struct viewer {
	int64_t account_id; /* 0: nobody */
	int64_t profile_id; /* 0: any of the account's */
	bool is_admin;
};

/* One's own live profiles as JSON, ascending; NULL: none. */
enum err profile_own(struct ctx *c, int64_t account_id, const char **json);

/* E_MISSING for what nobody may see, E_DENIED for what this one may not. */
enum err profile_show(
	struct ctx *c, int64_t id, const struct viewer *who, struct profile_shown *out);

/* What is to be written; NULL: as it is. */
struct profile_change {
	const char *name, *team_name, *description;
	const char *private, *can_annonymous_invite; /* "true", "false" */
	const struct profile_data *data;
};

/*
 * The owner gets one more, at most PROFILES_MOST (E_QUOTA), and its access tokens end,
 * because they name the profiles. The caller's transaction.
 */
#define PROFILES_MOST 50
enum err profile_add(struct ctx *c, int64_t account_id,
	const struct profile_change *change, struct profile_shown *out);

/* Changes it if it still is what commit_id names. E_OTHER_COMMIT. */
enum err profile_change(struct ctx *c, int64_t id, const char *commit_id,
	const struct profile_change *change, struct profile_shown *out);

/* image_url NULL: none. E_OTHER_COMMIT. */
enum err profile_set_image(struct ctx *c, int64_t id, const char *commit_id,
	const char *image_url, struct profile_shown *out);

/*
 * Hides it for all but those who follow it, with its cards, and takes it out of its
 * rooms; the owner's access tokens end. E_OTHER_COMMIT. The caller's transaction.
 */
enum err profile_delete(
	struct ctx *c, int64_t id, int64_t account_id, const char *commit_id);

#endif
