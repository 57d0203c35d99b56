#include "base/seal.h"

#include <sodium.h>
#include <string.h>

#include "base/secret.h"

#define VARIANT sodium_base64_VARIANT_URLSAFE_NO_PADDING

static void
key_of(const char *purpose, size_t secret, unsigned char key[crypto_secretbox_KEYBYTES])
{
	crypto_generichash_state state;

	crypto_generichash_init(&state, NULL, 0, crypto_secretbox_KEYBYTES);
	crypto_generichash_update(
		&state, (const unsigned char *)purpose, strlen(purpose));
	crypto_generichash_update(&state, (const unsigned char *)secret_key(secret),
		strlen(secret_key(secret)));
	crypto_generichash_final(&state, key, crypto_secretbox_KEYBYTES);
}

/* Nonce and box. */
const char *
seal(struct ctx *c, const char *purpose, const char *text)
{
	unsigned char key[crypto_secretbox_KEYBYTES];
	size_t n = strlen(text),
	       size = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + n,
	       room = sodium_base64_encoded_len(size, VARIANT);
	unsigned char *box = arena_new(&c->arena, size);

	key_of(purpose, 0, key);
	randombytes_buf(box, crypto_secretbox_NONCEBYTES);
	crypto_secretbox_easy(box + crypto_secretbox_NONCEBYTES,
		(const unsigned char *)text, n, box, key);
	return sodium_bin2base64(arena_new(&c->arena, room), room, box, size, VARIANT);
}

static const char *
open_box(struct ctx *c, const char *purpose, const unsigned char *box, size_t size)
{
	const size_t head = crypto_secretbox_NONCEBYTES,
		     mac = crypto_secretbox_MACBYTES;
	unsigned char key[crypto_secretbox_KEYBYTES];

	if (size < head + mac)
		return NULL;
	unsigned char *text = arena_new(&c->arena, size - head - mac + 1);
	for (size_t i = 0; i < secret_count(); i++) {
		key_of(purpose, i, key);
		if (crypto_secretbox_open_easy(
			    text, box + head, size - head, box, key) == 0)
			return (const char *)text;
	}
	return NULL;
}

const char *
unseal(struct ctx *c, const char *purpose, const char *sealed)
{
	size_t most = strlen(sealed), size;
	unsigned char *box = arena_new(&c->arena, most + 1);
	const char *text = NULL;

	if (sodium_base642bin(box, most, sealed, most, NULL, &size, NULL, VARIANT) == 0)
		text = open_box(c, purpose, box, size);
	/* Until 0.1 it was in hexadecimal digits, and some may wait in the queue. */
	if (text == NULL &&
		sodium_hex2bin(box, most, sealed, most, NULL, &size, NULL) == 0)
		text = open_box(c, purpose, box, size);
	return text;
}
