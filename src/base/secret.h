#ifndef SECRET_H
#define SECRET_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The keys of this installation: the blank-separated words of token.secret, or the PEM
 * private keys in it. The first signs, all verify, so that a key can be replaced
 * without signing anybody out: put the new one in front, and drop the old one when its
 * tokens have ended.
 */
#define SECRETS_MOST 8

/* How many there are: one at least, which may be empty. */
size_t secret_count(void);

/* The key of that number as text; 0 is the one that signs. */
const char *secret_key(size_t i);

/* Are they PEM keys, not words? */
bool secret_is_pem(void);

/* HMAC-SHA256 of text under the key of that number. */
void secret_mac(size_t i, const char *text, unsigned char out[32]);

#endif
