#ifndef PROGRAMME_DAY_H
#define PROGRAMME_DAY_H

#include "job/job.h"

/*
 * The day of a shift: docs/programme.md. Each job's subject is the day, and each may
 * be repeated for the same day without effect.
 *
 * programme.daily (10.2): ends what programme.finish should have ended before, so
 * that it matters to nobody which of the two comes first; starts the shift whose day
 * has come; turns open reports of earlier days into skipped; excludes who has missed
 * too many; makes the day's reports and puts its messages into the outbox. All of it
 * is one transaction, unless the shift has more than programme.daily_batch members:
 * then jobs of the same kind do it in parts (subject "2026-11-21/3/4"), a transaction
 * each, side by side. Days that nobody was there to issue (the server was off) become
 * `not_participate`, so that calendars have no holes and nobody is excluded for it;
 * so does a day whose job is done only when that of a later day is due, or after
 * programme.task_until, unless an operator asked for it (subject "2026-11-21/asked").
 * Its messages are not sent after that hour either (programme/outbox.h). E_CONFLICT,
 * before anything is changed, when the plan has no task for the day.
 */
enum err programme_daily_job(struct ctx *c, const struct job *job);

/*
 * programme.remind (10.3): who has not reported yet is reminded of the day's task.
 * After programme.reminder_until, or when the task is not the current one any more, it
 * does nothing, unless an operator asked for it (subject "2026-11-21/asked"). It never
 * does for a day that staff has closed (programme/closed_day.h).
 */
enum err programme_remind_job(struct ctx *c, const struct job *job);

/*
 * The same at once, for staff: *count are reminded, none of them a second time within
 * an hour. One line in the audit trail.
 */
enum err programme_remind_now(struct ctx *c, int64_t *count);

#endif
