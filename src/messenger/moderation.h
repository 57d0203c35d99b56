#ifndef MODERATION_H
#define MODERATION_H

#include "base/ctx.h"

/*
 * What people have reported and staff has not looked at yet, the oldest first:
 * {"data": [...], "next"}, behind the report `after` (0: from the beginning). Of a
 * message it has the five before and behind it, of its room nothing else.
 */
enum err moderation_waiting(
	struct ctx *c, int64_t after, int64_t most, const char **json);

/*
 * What becomes of a report: "dismissed", "locked" (a profile or card), "removed" (a
 * message; the one word does what the other would, where it does not fit). Whoever
 * reported it is mailed. Writes its audit row; the caller's transaction. E_MISSING: it
 * is decided already.
 */
enum err moderation_decide(struct ctx *c, int64_t report, const char *decision);

/* A "profile" or "card" that a report has locked is there again. Writes its audit row;
 * the caller's transaction. E_INPUT: neither; E_PROFILE_NOT_FOUND, E_CARD_NOT_FOUND:
 * none that a report has locked. */
enum err moderation_unlock(struct ctx *c, const char *what, int64_t id);

#endif
