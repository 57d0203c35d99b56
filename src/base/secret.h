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

/*
 * Can the keys serve the algorithm (HS256, HS384, HS512, RS256, ES256)? NULL, or the
 * sentence that says why not. short_ones: a HS... key may be of any length.
 */
const char *secret_fault(const char *algorithm, bool short_ones);

/* The public key of a PEM key as PEM, and its id: digits that stand for it. NULL if it
 * is none. */
const char *secret_public(size_t i);
const char *secret_id(size_t i);

/* All public keys as a JSON Web Key Set (RFC 7517), in the algorithm's form; an empty
 * set for HS.... It lives until the next call. */
const char *secret_jwks(const char *algorithm);

/* HMAC-SHA256 of text under the key of that number. */
void secret_mac(size_t i, const char *text, unsigned char out[32]);

#endif
