#include "cards/sign.h"

#include <sodium.h>
#include <string.h>

#include "base/conf.h"
#include "base/hash.h"
#include "base/secret.h"

static bool
seed_read(unsigned char *seed)
{
	size_t n = 0;

	return sodium_base642bin(seed, crypto_sign_SEEDBYTES, conf.cards_signing_key,
		       strlen(conf.cards_signing_key), " \n", &n, NULL,
		       sodium_base64_VARIANT_ORIGINAL) == 0 &&
	       n == crypto_sign_SEEDBYTES;
}

bool
sign_key_valid(void)
{
	unsigned char seed[crypto_sign_SEEDBYTES];
	bool good = conf.cards_signing_key[0] == '\0' || seed_read(seed);

	sodium_memzero(seed, sizeof(seed));
	return good;
}

static void
keys(struct arena *a, unsigned char *public, unsigned char *secret)
{
	unsigned char seed[crypto_sign_SEEDBYTES];

	if (conf.cards_signing_key[0] == '\0' || !seed_read(seed)) {
		const char *digits = hkdf_hex(a, secret_key(0), "cards");

		sodium_hex2bin(
			seed, sizeof(seed), digits, strlen(digits), NULL, NULL, NULL);
	}
	crypto_sign_seed_keypair(public, secret, seed);
	sodium_memzero(seed, sizeof(seed));
}

static const char *
base64(struct arena *a, const unsigned char *bytes, size_t n)
{
	size_t room = sodium_base64_encoded_len(n, sodium_base64_VARIANT_ORIGINAL);
	char *out = arena_new(a, room);

	return sodium_bin2base64(out, room, bytes, n, sodium_base64_VARIANT_ORIGINAL);
}

const char *
sign_text(struct arena *a, const char *text)
{
	unsigned char public[crypto_sign_PUBLICKEYBYTES],
		secret[crypto_sign_SECRETKEYBYTES], signature[crypto_sign_BYTES];

	keys(a, public, secret);
	crypto_sign_detached(
		signature, NULL, (const unsigned char *)text, strlen(text), secret);
	sodium_memzero(secret, sizeof(secret));
	return base64(a, signature, sizeof(signature));
}

const char *
sign_public_key(struct arena *a)
{
	unsigned char public[crypto_sign_PUBLICKEYBYTES],
		secret[crypto_sign_SECRETKEYBYTES];

	keys(a, public, secret);
	sodium_memzero(secret, sizeof(secret));
	return base64(a, public, sizeof(public));
}
