#ifndef PROGRAMME_REPORT_H
#define PROGRAMME_REPORT_H

#include <stdbool.h>

#include "base/ctx.h"

/*
 * A member's record of one day: docs/programme.md.
 *
 * Review: approved gives the member one point, declined none; two reviewers at once, or
 * one who presses twice, count once. reason: of programme.decline_reason, told to the
 * child; 0: none is given. The caller's transaction; `out` gets the report as JSON.
 * E_REPORT_NOT_FOUND, E_REPORT_REVIEWED, E_REPORT_NO_PHOTO.
 */
enum err report_review(
	struct ctx *c, const char *id, bool approved, int64_t reason, const char **out);

#endif
