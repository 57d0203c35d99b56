#ifndef PROGRAMME_PLAN_H
#define PROGRAMME_PLAN_H

#include "base/ctx.h"
#include "base/field.h"

#define PLAN_DAYS 31

/*
 * The plan of a shift: which task each day of the month has. tasks: ids, that of the
 * first day first, PLAN_DAYS of them; archived ones only if the plan has them already.
 * Days that were issued keep what was issued, and the one whose task is out keeps its
 * place. E_SHIFT_NOT_FOUND, E_SHIFT_CLOSED, E_PLAN_TODAY, E_INPUT; E_CHANGED unless
 * `version` (microseconds of the last change) is the shift's, 0: whatever it is. The
 * caller's transaction.
 */
enum err plan_change(struct ctx *c, const char *shift_id, int64_t version,
	const struct texts *tasks);

#endif
