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
typedef enum err hear_fn(struct ctx *c, const struct update *u, const struct person *p);

/* Registration: docs/programme.md. */
hear_fn hear_start, hear_form;

/* A day's task: 9.5. */
hear_fn hear_photo, hear_balance, hear_skip, hear_skip_press, hear_press;

/* Days that do not count: programme/absence.h. */
hear_fn hear_absence, hear_absence_press;

/* "Register first", which is said to whoever is not registered. */
enum err hear_stranger(struct ctx *c, const struct update *u);

#endif
