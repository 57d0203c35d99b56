#ifndef INFLIGHT_JOURNAL_H
#define INFLIGHT_JOURNAL_H

#include <stdint.h>

#include "base/arena.h"

/*
 * The sender's in-flight journal: which messages may be on their way this very moment,
 * in memory that outlives the process (a mapped file in bot.directory). After a kill it
 * tells the message that had only been marked dispatched, and was never written, from
 * the one whose request may have reached Telegram, and of these the one that Telegram
 * had left without an answer for long.
 *
 * It knows nothing after a reboot, or when the file is gone: then it has another name,
 * and everything that was dispatched under the old one counts as on its way.
 */

/* Slots; one a call that may be under way. */
enum { RECORDER_SLOTS = 64 };

/* The in-flight journal's name, part of the sender's; "-" when there is none. */
const char *inflight_journal_open(void);

/* The request of message `id` is the very next thing that is written; 0: the slot's
 * outcome is recorded. */
void inflight_journal_note(int slot, int64_t id);

/* All outcomes up to now are recorded: what is in a slot still waits for its answer. */
void inflight_journal_alive(void);

/*
 * The ids in all slots that waited for their answer for `seconds` or longer when the
 * sender was last alive (0: all), as text of a bigint[]; NULL when there is no
 * in-flight journal.
 */
const char *inflight_journal_ids(struct arena *a, int seconds);

/* What was under way has been dealt with. */
void inflight_journal_clear(void);

#endif
