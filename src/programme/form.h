#ifndef PROGRAMME_FORM_H
#define PROGRAMME_FORM_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/ctx.h"
#include "base/utc.h"

/*
 * What people say of themselves when they register, and its rules:
 * docs/programme.md.
 */
struct form {
	const char *name, *surname, *date_of_birth, *city, *phone_number;
	struct date born; /* date_of_birth, once checked */
};

/*
 * Reads the form's JSON. Members that are missing or no texts are ""; what is no JSON
 * object is an empty form. Texts live as long as the ctx.
 */
void form_read(struct ctx *c, const char *json, struct form *out);

/*
 * Checks, and brings each member into the form that it is stored in: without blanks
 * around it, the number as +7 912 345-67-89. What is wrong is added to `wrong`, a
 * sentence a line, in the language of the settings. True if nothing is.
 */
bool form_check(struct ctx *c, struct form *inout, struct buf *wrong);

/* A Russian number in any of the usual spellings as +7 912 345-67-89; NULL if it is
 * none. */
const char *phone_read(struct arena *a, const char *text);

/* The city without blanks around it. NULL if a part does not begin with a capital, but
 * for "на" in the middle. */
const char *city_read(struct arena *a, const char *text);

/*
 * A token for the form's address that stands for what it is to be filled with, for a
 * day: an address is seen by more than one server. form_by_token() gives the five
 * members as a JSON object, NULL for a token that is not ours or past.
 */
const char *form_token(struct ctx *c, const struct form *f);
const char *form_by_token(struct ctx *c, const char *token);

#endif
