#ifndef PROGRAMME_HEAR_H
#define PROGRAMME_HEAR_H

#include "programme/update.h"

/*
 * Who deals with what an update says: updates.def. Each runs in the transaction of
 * bot_take(), with the chat locked, and puts its answers into the outbox.
 */
struct person {
	const char *id, *name, *surname, *city, *phone_number;
	const char *born;        /* dd.mm.yyyy */
	bool blocked, is_member; /* of the running shift */
};

/* p is NULL for somebody who is not registered. */
typedef enum err update_handler(
	struct ctx *c, const struct update *u, const struct person *p);

/* Registration: docs/programme.md. */
update_handler on_start, on_form;

/* A day's task: 9.5. */
update_handler on_photo, on_balance, on_skip, on_skip_press, on_press;

/* Days that do not count: programme/absence.h. */
update_handler on_absence, on_absence_press;

#endif
