#include "programme/plan.h"

#include "account/audit.h"
#include "base/str.h"
#include "db/db.h"
#include "programme/task_date.h"

#include "programme/plan.sql.h"

struct plan {
	const char *status, *tasks, *today; /* today: the id of the task that is out */
	int64_t version;
};

static FIELDS(plan_fields, FIELD(struct plan, status), FIELD(struct plan, tasks),
	FIELD(struct plan, today), FIELD(struct plan, version));

static enum err
check(struct ctx *c, const struct plan *p, const struct texts *tasks, struct date day)
{
	if (!str_in(p->status, "preparing started"))
		return fail(c, E_SHIFT_CLOSED, NULL);
	if (tasks->count != PLAN_DAYS)
		return fail(c, E_INPUT, "a plan has %d days", PLAN_DAYS);
	for (size_t i = 0; i < tasks->count; i++)
		if (!uuid_valid(tasks->list[i]))
			return fail(c, E_INPUT, "tasks must be ids");
	if (p->today != NULL && !str_eq(p->today, tasks->list[day.day - 1]))
		return fail(c, E_PLAN_TODAY, NULL);
	return OK;
}

enum err
plan_change(
	struct ctx *c, const char *shift_id, int64_t version, const struct texts *tasks)
{
	struct date day = programme_task_date(c->now);
	const char *after = NULL, *data = NULL;
	struct plan p = {0};

	TRY(db_one(c, &PLAN_LOCK, plan_fields, &p, ARGS(c, shift_id, day)));
	if (version != 0 && version != p.version)
		return fail(c, E_CHANGED, NULL);
	TRY(check(c, &p, tasks, day));
	TRY(db_json(c, &PLAN_SET, &after,
		ARGS(c, shift_id, texts_joined(&c->arena, tasks), c->now)));
	TRY(audit_difference(c, p.tasks, after, NULL, &data));
	return audit_add(c, "shift.plan", "shift", shift_id, data);
}
