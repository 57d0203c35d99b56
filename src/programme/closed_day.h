#ifndef CLOSED_DAY_H
#define CLOSED_DAY_H

#include "base/ctx.h"

/*
 * Staff has done with the day whose task is current: all its photos are decided, and no
 * reminder goes out for it any more. A photo that comes later is reviewed as any other.
 * Both are the caller's transaction, with a row of the audit trail.
 */

/* `day` is the one that the caller has seen: E_CONFLICT when another is current by now.
 * E_MISSING: no shift runs. E_PHOTOS_WAIT: photos of the day wait for a decision. Who
 * closes a day that is closed already changes nothing. */
enum err closed_day_add(struct ctx *c, struct date day);

/* Opens it again. E_CONFLICT as above. E_MISSING: it is not closed. */
enum err closed_day_drop(struct ctx *c, struct date day);

#endif
