#ifndef PROGRAMME_BOT_H
#define PROGRAMME_BOT_H

#include "job/job.h"
#include "programme/update.h"

/*
 * The families' side: what Telegram says is heard, and answered through the outbox.
 * Nothing here waits for Telegram.
 *
 * bot_take() deals with one update in a transaction of its own; the same update_id a
 * second time does nothing. An update that fails is kept for the job bot.update and
 * counts as taken. E_BUSY: nothing has happened, it has to be given again.
 */
enum err bot_take(struct ctx *c, const struct update *u);

/* bot.update: an update that could not be dealt with at once; subject: its id. */
enum err bot_update_job(struct ctx *c, const struct job *job);

/* bot.sweep: forgets updates that Telegram cannot send again, and messages that are
 * older than bot.keep_messages. */
enum err bot_sweep_job(struct ctx *c, const struct job *job);

#endif
