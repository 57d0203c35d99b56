#ifndef MESSENGER_SIGNUP_H
#define MESSENGER_SIGNUP_H

#include "messenger/messenger.h"

/* Somebody new, as the wire names what they bring. */
struct new_person {
	const char *id, *pw, *nick, *email;
};

/* The rules of a sign-up, in the contract's order; puts nick and email into their form.
 * E_INPUT (422) with the reason, E_TAKEN with the field. */
enum err messenger_check_person(struct req *r, struct new_person *in);

/* E_TAKEN with the field that is somebody's. */
enum err messenger_taken(struct req *r, const char *field);

/* Has an address to be confirmed before its owner can sign in? */
bool messenger_must_confirm(void);

#endif
