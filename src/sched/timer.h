#ifndef TIMER_H
#define TIMER_H

#include <stddef.h>

#include "base/ctx.h"

/*
 * Timers say what is due, exactly once a slot. A slot is a moment; the ledger
 * job.timer_run has one row for each that was fired, written in the transaction that
 * adds its job. Only the newest slot is ever fired: after a pause the missed ones come
 * once, late, as one run whose job catches up.
 */
struct timer {
	const char *name, *job;
	const int64_t *hour; /* DAILY: the setting; NULL for EVERY */
	int moved;           /* DAILY: hours added to it, may be negative */
	const char *by_hand; /* DAILY: behind the day in the subject of an operator's
				job */
	int64_t seconds;     /* EVERY */
};

const struct timer *timers_all(size_t *count);

/* NULL if there is none of this name. */
const struct timer *timer_by_name(const char *name);

/* The newest slot that is not after `now`. */
struct utc timer_slot(const struct timer *t, struct utc now);

/* The first slot that is still to come. */
struct utc timer_next(const struct timer *t, struct utc now);

/* The slot of a day (DAILY only). */
struct utc timer_slot_of(const struct timer *t, struct date day);

/*
 * Fires a slot unless the ledger has it: both rows in a transaction of its own. *fired
 * says whether it was this call. A timer that is switched off does not fire;
 * nor does a slot that is older than one that has fired (the clock went back), unless
 * that one is more than forty days ahead (the clock had been wrong); nor yesterday's
 * slot of a timer that never fired.
 */
enum err timer_fire(struct ctx *c, const struct timer *t, struct utc slot,
	const char *by, bool *fired);

/*
 * Adds the job of a day again, whether the ledger has its slot or not: for operators.
 * *job is the job's id. A transaction of its own, with its row of the audit trail.
 */
enum err timer_run_again(
	struct ctx *c, const struct timer *t, struct date day, int64_t *job);

/* Lets it fire, or keeps it from that; its row of the audit trail. The caller's
 * transaction. */
enum err timer_switch(struct ctx *c, const struct timer *t, bool on);

#endif
