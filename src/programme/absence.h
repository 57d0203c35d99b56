#ifndef PROGRAMME_ABSENCE_H
#define PROGRAMME_ABSENCE_H

#include "base/ctx.h"
#include "base/utc.h"

/*
 * Days on which a child is ill or away: nobody is given a task, reminded, or excluded
 * for them. To the older front end they are `not_participate`. A family has
 * programme.absence_days of them a shift; staff gives as many as are needed.
 */

/* Whose absence: a member of the running shift, or of the one that is prepared. */
struct absent {
	const char *member_id;
	struct date started_at, finished_at; /* of the shift */
	int64_t used;                        /* days that the family has planned */
};

/* The membership that a day belongs to: of the shift that has it, else of the running
 * one, else of the prepared one. *found: there is one, and it is active. */
enum err absence_member(struct ctx *c, const char *participant_id, struct date day,
	struct absent *out, bool *found);

struct absence {
	const char *member_id;
	const char *kind; /* "ill" or "away" */
	struct date from, to;
	bool by_staff; /* any day, past ones too, beside the budget; else from today on
			*/
	bool is_run;   /* take back only the days in a row that begin with `from` */
	/* filled in */
	int64_t days;    /* that were free and are planned now, or taken back */
	int64_t left;    /* of the family's budget */
	bool has_report; /* a day was passed over: it has a report that counts */
	bool is_today;   /* taken back: the current task has to be done again */
	bool has_staffs; /* not taken back: days that staff has planned */
};

/*
 * Plans the days that are neither planned nor reported yet. In the caller's
 * transaction. E_MISSING: no active member of a shift that runs or is prepared;
 * E_INPUT: days in the wrong order, past, or out of the shift; E_LIMIT: more than are
 * left, days says how many they would be. Staff's is written into the audit trail.
 */
enum err absence_add(struct ctx *c, struct absence *a);

/*
 * Takes planned days back: a family those that it has planned itself, staff all. The
 * current day's task is given (again) if there is time left for it
 * (programme.task_until) or it had been sent; a day that is over counts as what it was
 * before. E_MISSING as above.
 */
enum err absence_back(struct ctx *c, struct absence *a);

/*
 * Plans days instead of earlier ones, for staff. Days that are of both stay planned, by
 * whom they were, and have the new kind. *moved: any of the new days is planned.
 * E_MISSING, E_INPUT as above.
 */
enum err absence_move(struct ctx *c, struct absence *a, struct date old_from,
	struct date old_to, bool *moved);

/* The days of a shift have changed: what is planned outside of them goes. */
enum err absence_trim(
	struct ctx *c, const char *shift_id, struct date first, struct date last);

#endif
