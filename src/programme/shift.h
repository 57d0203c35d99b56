#ifndef PROGRAMME_SHIFT_H
#define PROGRAMME_SHIFT_H

#include "job/job.h"

/*
 * Shifts: states and rules of docs/programme.md. Each call is the caller's
 * transaction; `out` gets the shift as JSON, E_SHIFT_NOT_FOUND when there is none of
 * this id. Messages go to the outbox in the same transaction.
 */
struct shift_plan {
	struct date started_at, finished_at;
	const char *title, *final_message; /* final_message NULL: the usual one */
};

/*
 * A new one in preparation, with its table of tasks and a request for each test user.
 * E_SHIFT_PREPARING, E_SHIFT_TOO_SOON, E_SHIFT_OVERLAP, E_SHIFT_PAST, E_SHIFT_ORDER,
 * E_SHIFT_LONG, E_NO_TASKS. E_SHIFT_NOT_FOUND.
 */
enum err shift_add(struct ctx *c, const struct shift_plan *plan, const char **out);

/*
 * Changes dates and texts. Whoever has a request to it hears of a new first day. The
 * errors of shift_add(), E_SHIFT_CLOSED, E_SHIFT_RUNS. E_SHIFT_NOT_FOUND, E_SHIFT_LONG,
 * E_SHIFT_ORDER, E_SHIFT_OVERLAP, E_SHIFT_PAST, E_SHIFT_TOO_SOON.
 */
enum err shift_change(
	struct ctx *c, const char *id, const struct shift_plan *plan, const char **out);

/* preparing -> started, from today on. E_SHIFT_STATE, also when another one runs.
 * E_SHIFT_NOT_FOUND. */
enum err shift_start(struct ctx *c, const char *id, const char **out);

/*
 * started -> finished today, or ready_for_complete while reports are in review; open
 * reports are closed. Members who have nothing in review get the farewell.
 * E_SHIFT_STATE. E_SHIFT_NOT_FOUND.
 */
enum err shift_finish(struct ctx *c, const char *id, const char **out);

/* preparing -> cancelled; its open requests are declined. E_SHIFT_STATE.
 * E_SHIFT_NOT_FOUND. */
enum err shift_cancel(
	struct ctx *c, const char *id, const char *final_message, const char **out);

/*
 * After a review in a shift that is ready_for_complete: the member who has nothing in
 * review any more gets the farewell; the shift without any is finished.
 * E_SHIFT_NOT_FOUND.
 */
enum err shift_reviewed(struct ctx *c, const char *shift_id, const char *member_id);

/*
 * Ends what has to end by the morning of `day`: running shifts whose last day is over,
 * and those whose reports have waited for a review since an earlier morning. May be
 * repeated, and makes up for mornings that were missed.
 */
enum err shift_end_overdue(struct ctx *c, struct date day);

/* programme.finish (10.1), subject a day: shift_end_overdue(). */
enum err programme_finish_job(struct ctx *c, const struct job *job);

#endif
