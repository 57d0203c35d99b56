#ifndef PROGRAMME_NOTICE_H
#define PROGRAMME_NOTICE_H

#include "base/ctx.h"
#include "base/field.h"

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
	int64_t count;        /* who gets it */
	int64_t unreachable;  /* who does not: they have blocked the bot */
	int64_t added;        /* put into the outbox by this call */
	const char *confirm;  /* the token */
};

/* Fills count, unreachable and confirm. E_MISSING: no such shift. */
enum err notice_count(struct ctx *c, struct notice *n);

/*
 * The caller's transaction. E_CONFLICT: the token is not of this text and exactly these
 * people, or older than an hour.
 */
enum err notice_send(struct ctx *c, struct notice *n, const char *confirm);

#endif
