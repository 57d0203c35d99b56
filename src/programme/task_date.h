#ifndef PROGRAMME_TASK_DATE_H
#define PROGRAMME_TASK_DATE_H

#include "base/utc.h"

/* The day whose task is current (8.3): until the hour of new tasks it is yesterday's.
 */
struct date programme_task_date(struct utc now);

/* Until when the task of a day is given to somebody who has not got it:
 * programme.task_until. */
struct utc programme_task_end(struct date day);

/* Until when who has not reported is reminded of it: programme.reminder_until. */
struct utc programme_reminder_end(struct date day);

#endif
