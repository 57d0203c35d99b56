#include "messenger/erase.h"

#include "base/conf.h"
#include "base/language.h"
#include "db/db.h"
#include "job/job.h"
#include "messenger/chat.h"

#include "messenger/erase.sql.h"

#define NOBODY "—" /* in place of a name */

struct owned {
	int64_t profile_id;
};

static FIELDS(owned_fields, FIELD(struct owned, profile_id));
static FIELDS(gone_fields, FIELD(struct gone, account_id));

static enum err
leave_rooms(struct ctx *c, int64_t account_id)
{
	struct owned *profiles;
	size_t count;

	TRY(db_many(c, &PHONE_ERASE_PROFILES, owned_fields, &profiles, &count,
		ARGS(c, account_id)));
	for (size_t i = 0; i < count; i++)
		TRY(chat_leave_all(
			c, (struct chat_actor){profiles[i].profile_id, account_id}));
	return OK;
}

enum err
messenger_erase(struct ctx *c, int64_t account_id)
{
	const struct job_kind *kind = job_kind("upload.remove");

	TRY(leave_rooms(c, account_id));
	TRY(db_do(c, &PHONE_ERASE_TALK,
		ARGS(c, account_id, chat_removed_text(), NOBODY)));
	TRY(db_do(c, &PHONE_ERASE_OBJECTS,
		ARGS(c, account_id, kind->priority, kind->tries)));
	return db_do(c, &PHONE_ERASE_ROWS, ARGS(c, account_id, c->now, NOBODY));
}

enum err
messenger_gone(struct ctx *c, int64_t most, struct gone **out, size_t *count)
{
	return db_many(c, &PHONE_GONE, gone_fields, out, count,
		ARGS(c, c->now, conf.messenger_deactivated_lifetime, most));
}
