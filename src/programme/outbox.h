#ifndef PROGRAMME_OUTBOX_H
#define PROGRAMME_OUTBOX_H

#include "base/ctx.h"
#include "base/field.h"

/*
 * Messages to Telegram, table programme.outbox, one row each. They are put there in the
 * transaction that causes them (by SQL, mostly many at once) and sent by the one
 * elected sender (src/worker):
 *
 *   waiting -> claimed -> dispatched -> sent
 *                  ^          |-> waiting (to be tried again), failed (given up)
 *                  |          '-> presumed: the sender died during the call
 *
 * "dispatched" is committed when the connection to Telegram stands and the very next
 * thing is to write the request. Bot API calls have no key against doubles, so what a
 * killed sender leaves in that state is not sent again, unless the sender's in-flight
 * journal (src/worker/inflight_journal.h) shows that it had not been written, or that
 * Telegram had not answered for long. A sender that is stopped leaves nothing in that
 * state.
 */
struct message {
	int64_t id, chat_id, tries;
	const char *kind;    /* which text: src/programme/text.c */
	const char *payload; /* JSON: what the text needs */
	const char *file_id; /* the task's picture as Telegram knows it, or NULL */
};

/* Claims up to `most` messages whose time has come: per chat the oldest of those that
 * are not meant for a later hour, and one a second. */
enum err outbox_claim(struct ctx *c, const char *sender, int64_t most,
	struct message **out, size_t *count);

/*
 * Gives up what waits and is of no use any more (not_after). A report whose task was so
 * never sent becomes `not_participate`: nobody misses what nobody was told. In a
 * transaction of its own.
 */
enum err outbox_expire(struct ctx *c);

/* Marks a claimed message dispatched. E_CONFLICT when it is not this sender's any more.
 */
enum err outbox_dispatch(struct ctx *c, int64_t id, const char *sender);

/* Telegram has taken it. file_id, if not NULL, is remembered for the message's task. */
enum err outbox_sent(
	struct ctx *c, int64_t id, int64_t message_id, const char *file_id);

/* To be tried again after so many seconds. counts: this was one of its tries. What
 * is of a stopped broadcast is given up instead. */
enum err outbox_again(
	struct ctx *c, int64_t id, int64_t seconds, const char *why, bool counts);

/* Given up. */
enum err outbox_failed(struct ctx *c, int64_t id, const char *why);

/* The chat is closed (blocked, gone): the participant is marked; tasks, reminders and
 * words of exclusion that wait for it fail. */
enum err outbox_chat_closed(
	struct ctx *c, int64_t id, int64_t chat_id, const char *why);

/* The picture's remembered file_id is not good any more. */
enum err outbox_forget_picture(struct ctx *c, int64_t id);

/*
 * For a sender that has just been elected: nobody else sends, so what is claimed was
 * left behind. What was dispatched under this in-flight journal's name (the end of
 * claimed_by) and is not among the ids `under_way` was never written and waits again.
 * What is among those `hung` had waited for its answer so long that a living sender
 * would soon have tried it again, and waits again too while it has tries left: rather
 * two than none. All else that was dispatched is presumed sent. Both: text of a
 * bigint[], NULL when nobody knows. What is of a stopped broadcast does not wait again.
 */
enum err outbox_recover(
	struct ctx *c, const char *recorder, const char *under_way, const char *hung);

/*
 * Everything that is presumed sent goes out once more: an operator has learnt that it
 * did not arrive. Left out is what nobody needs any more: the answer to a press, and
 * tasks and reminders of another day than `day`, whose task is current, or that have a
 * report. *count is their number; one line in the audit trail.
 */
enum err outbox_resend_presumed(struct ctx *c, struct date day, int64_t *count);

/*
 * Removes at most `most` messages that were sent or given up so many seconds ago;
 * *count is their number. How many tasks a day were sent stays known
 * (programme.outbox_past).
 */
enum err outbox_sweep(struct ctx *c, int64_t seconds, int64_t most, int64_t *count);

/* Pauses all sending, or goes on with it: answers and tasks, too. One line in the audit
 * trail, none where it is so already. */
enum err outbox_hold(struct ctx *c, bool hold);

/* Milliseconds until a waiting message may go, at most `most`. */
enum err outbox_next_due(struct ctx *c, int64_t most, int64_t *milliseconds);

#endif
