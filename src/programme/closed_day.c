#include "programme/closed_day.h"

#include "account/audit.h"
#include "db/db.h"
#include "programme/task_date.h"

#include "programme/closed_day.sql.h"

static enum err
noted(struct ctx *c, const char *action, struct date day)
{
	return c->rows == 0
		       ? fail(c, E_MISSING, NULL)
		       : audit_add(c, action, "day", date_iso(&c->arena, day), NULL);
}

/* Pages stay open over the hour at which the next day begins. */
static enum err
is_current(struct ctx *c, struct date day)
{
	return date_cmp(day, programme_task_date(c->now)) == 0
		       ? OK
		       : fail(c, E_CONFLICT, "another day is current");
}

enum err
closed_day_add(struct ctx *c, struct date day)
{
	int64_t waiting = 0;

	TRY(is_current(c, day));
	TRY(db_int(c, &CLOSED_DAY_WAITING, &waiting, ARGS(c, day)));
	if (waiting > 0)
		return fail(c, E_PHOTOS_WAIT, NULL);
	TRY(db_do(c, &CLOSED_DAY_ADD, ARGS(c, day, c->actor, c->now)));
	return noted(c, "day.close", day);
}

enum err
closed_day_drop(struct ctx *c, struct date day)
{
	TRY(is_current(c, day));
	TRY(db_do(c, &CLOSED_DAY_DROP, ARGS(c, day)));
	return noted(c, "day.open", day);
}
