#ifndef CARDS_SIGN_H
#define CARDS_SIGN_H

#include <stdbool.h>

#include "base/arena.h"

/* The signature of what is said of a card (Ed25519, RFC 8032), as base64, and the
 * public key in the same form. The key is cards.signing_key, else one made of the first
 * key of token.secret. */
const char *sign_text(struct arena *a, const char *text);
const char *sign_public_key(struct arena *a);

/* Is cards.signing_key empty or 32 bytes of base64? */
bool sign_key_valid(void);

#endif
