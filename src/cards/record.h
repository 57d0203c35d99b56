#ifndef CARDS_RECORD_H
#define CARDS_RECORD_H

#include <stdbool.h>

#include "base/ctx.h"

struct json_object;

/*
 * Records of the Airtable base as cards and members. A record of a card that lacks
 * something becomes a card that is incomplete; one that has a picture already is taken
 * only where the card is known: what is drawn of it may have changed.
 */

/* A record's fields; NULL if it has none. */
struct json_object *record_fields(struct json_object *record);

/* The id of the first user that a card's record names; NULL if there is none. */
const char *record_user(struct json_object *card);

/* Has the record a picture? */
bool record_has_image(struct json_object *card);

struct record_taken {
	bool skipped; /* not ours to draw */
	bool changed;
	const char *wrong; /* why it is not taken, or what it lacks; NULL: nothing */
	bool refused;      /* it is not taken */
	bool number_held;  /* because somebody else has the number */
};

/* Takes the record of a card, in a transaction of its own; user: the fields of its
 * user's record, NULL if there is none. E_CARD_NUMBER. */
enum err record_take(struct ctx *c, struct json_object *card, struct json_object *user,
	struct record_taken *out);

/* Takes what has changed of a member that is known, likewise. E_CARD_NUMBER. */
enum err record_take_user(
	struct ctx *c, struct json_object *user, struct record_taken *out);

/* The same of the records of users whose numbers were held when they came; taken: one a
 * record. Numbers that go round among them change hands. E_CARD_NUMBER. */
enum err record_take_held(
	struct ctx *c, struct json_object *users, struct record_taken **taken);

#endif
