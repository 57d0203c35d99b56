#include "programme/outbox.h"

#include <inttypes.h>

#include "account/audit.h"
#include "base/conf.h"
#include "base/json_out.h"
#include "db/db.h"

#include "programme/outbox.sql.h"

static FIELDS(message_fields, FIELD(struct message, id), FIELD(struct message, chat_id),
	FIELD(struct message, tries), FIELD(struct message, kind),
	FIELD(struct message, payload), FIELD(struct message, file_id));

enum err
outbox_claim(struct ctx *c, const char *sender, int64_t most, struct message **out,
	size_t *count)
{
	return db_many(c, &OUTBOX_TAKE, message_fields, out, count,
		ARGS(c, sender, most, c->now));
}

enum err
outbox_expire(struct ctx *c)
{
	int64_t shifts;

	TRY(db_int(c, &OUTBOX_LOCK_SHIFT, &shifts, ARGS(c)));
	return db_do(c, &OUTBOX_EXPIRE, ARGS(c, c->now));
}

enum err
outbox_dispatch(struct ctx *c, int64_t id, const char *sender)
{
	return db_do(c, &OUTBOX_MARK_DISPATCHED, ARGS(c, id, sender));
}

enum err
outbox_sent(struct ctx *c, int64_t id, int64_t message_id, const char *file_id)
{
	return db_do(c, &OUTBOX_MARK_SENT, ARGS(c, id, message_id, file_id));
}

enum err
outbox_again(struct ctx *c, int64_t id, int64_t seconds, const char *why, bool counts)
{
	return db_do(c, &OUTBOX_PUT_BACK, ARGS(c, id, seconds, why, counts));
}

enum err
outbox_failed(struct ctx *c, int64_t id, const char *why)
{
	return db_do(c, &OUTBOX_GIVE_UP, ARGS(c, id, why));
}

enum err
outbox_chat_closed(struct ctx *c, int64_t id, int64_t chat_id, const char *why)
{
	return db_do(c, &OUTBOX_CLOSE_CHAT, ARGS(c, id, chat_id, why));
}

enum err
outbox_forget_picture(struct ctx *c, int64_t id)
{
	return db_do(c, &OUTBOX_PICTURE_GONE, ARGS(c, id));
}

enum err
outbox_recover(
	struct ctx *c, const char *recorder, const char *under_way, const char *hung)
{
	TRY(db_do(c, &OUTBOX_RECOVER_CLAIMED, ARGS(c)));
	TRY(db_do(c, &OUTBOX_RECOVER_DISPATCHED,
		ARGS(c, recorder, under_way, hung, conf.bot_tries)));
	return db_do(c, &OUTBOX_RECOVER_STOPPED, ARGS(c));
}

enum err
outbox_resend_presumed(struct ctx *c, struct date day, int64_t *count)
{
	TRY(db_do(c, &OUTBOX_RESEND_ALL_PRESUMED, ARGS(c, day, c->now)));
	*count = c->rows;
	return *count == 0 ? OK
			   : audit_add(c, "outbox.resend_presumed", "outbox", "",
				     JSON(c, "messages", *count));
}

enum err
outbox_next_due(struct ctx *c, int64_t most, int64_t *milliseconds)
{
	return db_int(c, &OUTBOX_UNTIL_DUE, milliseconds, ARGS(c, most));
}

enum err
outbox_sweep(struct ctx *c, int64_t seconds, int64_t most, int64_t *count)
{
	return db_int(c, &OUTBOX_SWEEP_OLD, count, ARGS(c, seconds, most));
}

enum err
outbox_hold(struct ctx *c, bool hold)
{
	int64_t changed;

	TRY(db_int(c, &OUTBOX_HOLD, &changed, ARGS(c, hold)));
	return changed == 0 ? OK
			    : audit_add(c, hold ? "outbox.pause" : "outbox.resume",
				      "outbox", "", NULL);
}
