#ifndef PROGRAMME_NOTICE_H
#define PROGRAMME_NOTICE_H

#include "base/ctx.h"
#include "base/field.h"
#include "base/utc.h"

/*
 * Words of staff to all or some members of a shift. In two steps, since nobody can take
 * them back: the first call counts and gives a token, the second one, with the token,
 * puts the messages into the outbox. A token is good for one message: sent again (a
 * double click, a lost answer) it adds nothing.
 */
struct notice {
	const char *shift_id, *text;
	const char *status;   /* "active" or "excluded" members; NULL: both */
	struct texts members; /* ids; none: all */
	const char *city;     /* only who lives there; NULL: wherever */
	bool is_unreported;   /* only who has not reported the current task */
	struct utc send_at;   /* not before; 0: now. notice_count() moves it out of the
				 quiet hours when `is_quiet` */
	bool is_quiet;        /* keep programme.quiet_from to .quiet_until */
	int64_t count;        /* who gets it */
	int64_t unreachable;  /* who does not: they have blocked the bot */
	int64_t added;        /* put into the outbox by this call */
	const char *confirm;  /* the token */
};

/* Fills count, unreachable and confirm. E_SHIFT_NOT_FOUND. */
enum err notice_count(struct ctx *c, struct notice *n);

/*
 * The caller's transaction. E_CONFLICT: the token is not of this text and exactly these
 * people, or older than an hour. E_SHIFT_NOT_FOUND. A token that the caller has used
 * for this text and shift adds nothing, whoever the people are by now: OK.
 */
enum err notice_send(struct ctx *c, struct notice *n, const char *confirm);

/* The moment itself, or the end of the quiet hours that it lies in. */
struct utc notice_time(struct utc at);

/* The text to the caller alone, in the chat of the participant that is linked to their
 * account. E_UNLINKED: there is none. */
enum err notice_try(struct ctx *c, const char *text);

/* What has not been sent yet is not sent any more: *count messages. E_MISSING: there is
 * no such broadcast. In the caller's transaction, with an audit row. */
enum err notice_stop(struct ctx *c, int64_t id, int64_t *count);

/* Sends again what failed, but to who has blocked the bot, outside of the quiet hours:
 * *count messages. If there are any, the broadcast is not stopped any more. */
enum err notice_retry(struct ctx *c, int64_t id, int64_t *count);

#endif
