#ifndef WORKER_RECORDER_H
#define WORKER_RECORDER_H

#include <stdint.h>

#include "base/arena.h"

/*
 * The sender's flight recorder: which messages may be on their way this very moment, in
 * memory that outlives the process (a mapped file in bot.directory). After a kill it
 * tells the message that had only been marked dispatched, and was never written, from
 * the one whose request may have reached Telegram, and of these the one that Telegram
 * had left without an answer for long.
 *
 * It knows nothing after a reboot, or when the file is gone: then it has another name,
 * and everything that was dispatched under the old one counts as on its way.
 */

/* Slots; one a call that may be under way. */
enum { RECORDER_SLOTS = 64 };

/* The recorder's name, part of the sender's; "-" when there is none. */
const char *recorder_open(void);

/* The request of message `id` is the very next thing that is written; 0: the slot's
 * outcome is recorded. */
void recorder_note(int slot, int64_t id);

/* All outcomes up to now are recorded: what is in a slot still waits for its answer. */
void recorder_alive(void);

/*
 * The ids in all slots that waited for their answer for `seconds` or longer when the
 * sender was last alive (0: all), as text of a bigint[]; NULL when there is no
 * recorder.
 */
const char *recorder_ids(struct arena *a, int seconds);

/* What was under way has been dealt with. */
void recorder_clear(void);

#endif
