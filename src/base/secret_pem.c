/* The public side of PEM keys: what others need to verify our tokens. */
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <sodium.h>
#include <string.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/secret.h"
#include "base/str.h"

#define RSA_BITS 2048
#define VARIANT sodium_base64_VARIANT_URLSAFE_NO_PADDING
#define NUMBER_BYTES 1024

static struct arena kept;

static EVP_PKEY *
private_key(size_t i)
{
	BIO *in = BIO_new_mem_buf(secret_key(i), -1);
	EVP_PKEY *key = PEM_read_bio_PrivateKey(in, NULL, NULL, NULL);

	BIO_free(in);
	return key;
}

static bool
is_p256(EVP_PKEY *key)
{
	char group[32] = "";

	return EVP_PKEY_is_a(key, "EC") == 1 &&
	       EVP_PKEY_get_group_name(key, group, sizeof(group), NULL) == 1 &&
	       strcmp(group, "prime256v1") == 0;
}

static const char *
pem_fault(const char *algorithm)
{
	for (size_t i = 0; i < secret_count(); i++) {
		EVP_PKEY *key = private_key(i);
		bool rsa = strcmp(algorithm, "RS256") == 0;
		bool good = key != NULL &&
			    (rsa ? EVP_PKEY_is_a(key, "RSA") == 1 &&
						    EVP_PKEY_get_bits(key) >= RSA_BITS
				 : is_p256(key));

		EVP_PKEY_free(key);
		if (!good)
			return rsa ? "must be PEM private keys of RSA, 2048 bits or "
				     "more"
				   : "must be PEM private keys of the curve P-256";
	}
	return NULL;
}

const char *
secret_fault(const char *algorithm, bool short_ones)
{
	static const struct {
		const char *name, *fault;
		size_t bytes;
	} hmacs[] = {{"HS256", "must have 32 bytes or more for HS256", 32},
		{"HS384", "must have 48 bytes or more for HS384", 48},
		{"HS512", "must have 64 bytes or more for HS512", 64}};

	if (str_eq(algorithm, "RS256") || str_eq(algorithm, "ES256"))
		return pem_fault(algorithm);
	for (size_t a = 0; a < sizeof(hmacs) / sizeof(*hmacs); a++) {
		if (!str_eq(algorithm, hmacs[a].name))
			continue;
		if (secret_is_pem())
			return "is a PEM key, which needs RS256 or ES256";
		for (size_t i = 0; i < secret_count() && !short_ones; i++)
			if (strlen(secret_key(i)) < hmacs[a].bytes)
				return hmacs[a].fault;
		return secret_key(0)[0] == '\0' ? "must be set" : NULL;
	}
	return "";
}

const char *
secret_public(size_t i)
{
	static const char *of[SECRETS_MOST], *made[SECRETS_MOST];
	EVP_PKEY *key;
	char *text;

	if (of[i] == secret_key(i))
		return made[i];
	of[i] = secret_key(i);
	made[i] = NULL;
	key = private_key(i);
	BIO *out = BIO_new(BIO_s_mem());
	if (key != NULL && PEM_write_bio_PUBKEY(out, key) == 1) {
		long n = BIO_get_mem_data(out, &text);
		made[i] = arena_strn(&kept, text, (size_t)n);
	}
	BIO_free(out);
	EVP_PKEY_free(key);
	return made[i];
}

const char *
secret_id(size_t i)
{
	static const char *of[SECRETS_MOST], *made[SECRETS_MOST];
	const char *text = secret_public(i);

	if (of[i] != text && text != NULL)
		made[i] = arena_strn(&kept, sha256_hex(&kept, text, strlen(text)), 16);
	of[i] = text;
	return text == NULL ? NULL : made[i];
}

/* A member that is a number: its bytes, of a coordinate always 32. */
static void
add_number(
	struct buf *b, EVP_PKEY *key, const char *member, const char *name, int bytes)
{
	unsigned char raw[NUMBER_BYTES];
	char text[2 * NUMBER_BYTES];
	BIGNUM *n = NULL;

	if (EVP_PKEY_get_bn_param(key, name, &n) != 1)
		return;
	if (bytes == 0)
		bytes = BN_num_bytes(n);
	if (bytes <= NUMBER_BYTES && BN_bn2binpad(n, raw, bytes) == bytes) {
		sodium_bin2base64(text, sizeof(text), raw, (size_t)bytes, VARIANT);
		buf_fmt(b, ",\"%s\":\"%s\"", member, text);
	}
	BN_free(n);
}

static void
add_jwk(struct buf *b, size_t i, const char *algorithm)
{
	EVP_PKEY *key = private_key(i);

	buf_fmt(b, "%s{\"kid\":\"%s\",\"use\":\"sig\",\"alg\":\"%s\"",
		i == 0 ? "" : ",", secret_id(i), algorithm);
	if (strcmp(algorithm, "RS256") == 0) {
		buf_add(b, ",\"kty\":\"RSA\"");
		add_number(b, key, "n", OSSL_PKEY_PARAM_RSA_N, 0);
		add_number(b, key, "e", OSSL_PKEY_PARAM_RSA_E, 0);
	} else {
		buf_add(b, ",\"kty\":\"EC\",\"crv\":\"P-256\"");
		add_number(b, key, "x", OSSL_PKEY_PARAM_EC_PUB_X, 32);
		add_number(b, key, "y", OSSL_PKEY_PARAM_EC_PUB_Y, 32);
	}
	buf_add(b, "}");
	EVP_PKEY_free(key);
}

const char *
secret_jwks(const char *algorithm)
{
	static struct arena text;
	struct buf b = {.arena = &text};

	arena_end(&text);
	text = (struct arena){0};
	buf_add(&b, "{\"keys\":[");
	for (size_t i = 0; secret_is_pem() && i < secret_count(); i++)
		if (secret_public(i) != NULL)
			add_jwk(&b, i, algorithm);
	buf_add(&b, "]}");
	return buf_text(&b);
}
