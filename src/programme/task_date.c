#include "programme/task_date.h"

#include "base/conf.h"

struct date
programme_task_date(struct utc now)
{
	struct date today = utc_date(now);

	return utc_hour(now) >= conf.programme_new_task_hour ? today
							     : date_after(today, -1);
}

/* What is due at an hour of a day is of use until another, and in any case for an hour.
 */
static struct utc
end_of_use(struct date day, int64_t due, int64_t until)
{
	return date_at(day, (int)(until > due ? until : due + 1), 0);
}

struct utc
programme_task_end(struct date day)
{
	return end_of_use(day, conf.programme_new_task_hour, conf.programme_task_until);
}

struct utc
programme_reminder_end(struct date day)
{
	return end_of_use(
		day, conf.programme_reminder_hour, conf.programme_reminder_until);
}
