#ifndef HASH_H
#define HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ctx.h"

/* SHA-256 of text as 64 hexadecimal digits. */
char *sha256_hex(struct arena *a, const void *bytes, size_t n);

/* HMAC-SHA256 (RFC 2104); out has 32 bytes. */
void hmac_sha256(const void *key, size_t key_bytes, const void *text, size_t bytes,
	unsigned char out[32]);

/* HKDF-SHA256 (RFC 5869) without a salt: a key of 32 bytes made of a secret for one
 * purpose, as 64 hexadecimal digits. */
char *hkdf_hex(struct arena *a, const char *secret, const char *purpose);

/*
 * Password hashes: argon2id in its usual text form ($argon2id$...), with the work that
 * the settings account.argon2_* ask for. Takes tens of milliseconds. NULL: there is not
 * so much memory, or nothing can be made with such settings; who takes it for a hash
 * stores what needs no password.
 */
char *hash_make(struct ctx *c, const char *password);

/*
 * Passwords are hashed in normal form C. Is it the password of this hash, so or in
 * the bytes that came? Besides our own form it knows two imported ones: bcrypt ($2b$)
 * and pbkdf2_sha256$3900$ (docs/storage.md). *stale becomes true when the hash should
 * be replaced: an imported form, or other work than the settings ask for. hash NULL
 * does the same work and answers false, so that nobody learns from the time which
 * accounts exist.
 */
bool hash_check(struct ctx *c, const char *hash, const char *password, bool *stale);

/* How many passwords this process has hashed so far. */
uint64_t hash_count(void);

/* Makes what a NULL hash is checked against, once before the fork: else the first such
 * check of each process takes longer. */
void hash_prepare(void);

#endif
