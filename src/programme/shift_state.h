#ifndef PROGRAMME_SHIFT_STATE_H
#define PROGRAMME_SHIFT_STATE_H

#include "base/field.h"
#include "programme/shift.h"

/* Inside of shift.c and shift_end.c: the states of a shift. The caller's transaction.
 */

struct shift_row {
	const char *id, *status;
	struct date started_at, finished_at;
};

extern const struct field shift_row_fields[];

/* Locks a shift that is in this state. E_SHIFT_NOT_FOUND, E_SHIFT_STATE. */
enum err shift_lock(
	struct ctx *c, const char *id, const char *state, struct shift_row *row);

/* Its next state; of the dates and the text, what is empty stays. A shift that is
 * finished orders its certificates. */
enum err shift_set_status(struct ctx *c, const char *id, const char *status,
	struct date started, struct date finished, const char *final_message);

/* ready_for_complete: reviewers have until the morning after `day`, or after today when
 * that is later. */
enum err shift_set_ready(
	struct ctx *c, const char *id, struct date finished, struct date day);

/* Applications that wait can be approved no more. */
enum err shift_decline_requests(struct ctx *c, const char *id);

/* The farewell to those who have nothing in review, or to this one member; *reviewing:
 * how many reports of the shift are. */
enum err shift_say_farewell(
	struct ctx *c, const char *id, const char *member_id, int64_t *reviewing);

/* A line of the audit trail, and the shift as JSON. E_SHIFT_NOT_FOUND. */
enum err shift_audited(
	struct ctx *c, const char *action, const char *id, const char **out);

#endif
