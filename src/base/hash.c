#include "base/hash.h"

#include <crypt.h>
#include <openssl/evp.h>
#include <sodium.h>
#include <string.h>

#include "base/buf.h"
#include "base/conf.h"
#include "base/str.h"
#include "base/unicode.h"

/* The legacy form: 1000 rounds and 3900 bytes of output, where the reverse was meant.
 */
#define LEGACY_ROUNDS 1000
#define LEGACY_BYTES 3900
#define LEGACY_PREFIX "pbkdf2_sha256$3900$"

char *
sha256_hex(struct arena *a, const void *bytes, size_t n)
{
	unsigned char h[crypto_hash_sha256_BYTES];

	crypto_hash_sha256(h, bytes, n);
	return hex_text(a, h, sizeof(h));
}

void
hmac_sha256(const void *key, size_t key_bytes, const void *text, size_t bytes,
	unsigned char out[32])
{
	crypto_auth_hmacsha256_state state;

	crypto_auth_hmacsha256_init(&state, key, key_bytes);
	crypto_auth_hmacsha256_update(&state, text, bytes);
	crypto_auth_hmacsha256_final(&state, out);
}

char *
hkdf_hex(struct arena *a, const char *secret, const char *purpose)
{
	static const unsigned char no_salt[32];
	const char *info = arena_fmt(a, "%s\x01", purpose); /* and the block's number */
	unsigned char key[32];

	hmac_sha256(no_salt, sizeof(no_salt), secret, strlen(secret), key);
	hmac_sha256(key, sizeof(key), info, strlen(info), key);
	return hex_text(a, key, sizeof(key));
}

static uint64_t hashed;

uint64_t
hash_count(void)
{
	return hashed;
}

/* One password whatever the keyboard that it is typed on. */
static const char *
normal(struct ctx *c, const char *password)
{
	const char *text =
		utf8_count(password) < 0 ? NULL : unicode_nfc(&c->arena, password);

	return text == NULL ? password : text;
}

char *
hash_make(struct ctx *c, const char *password)
{
	char *out = arena_new(&c->arena, crypto_pwhash_STRBYTES);

	hashed++;
	password = normal(c, password);
	if (crypto_pwhash_str(out, password, strlen(password),
		    (unsigned long long)conf.account_argon2_passes,
		    (size_t)conf.account_argon2_memory) != 0)
		return NULL;
	return out;
}

static bool
bcrypt_check(struct ctx *c, const char *hash, const char *password)
{
	struct crypt_data *data = arena_new(&c->arena, sizeof(*data));
	const char *again = crypt_r(password, hash, data);

	return again != NULL && str_same_secret(again, hash);
}

/* How Python prints a bytes object: printable ASCII as it is, the rest as \t \n \r
 * \\ \' \xHH. */
static char *
python_literal(struct ctx *c, const unsigned char *b, size_t n)
{
	bool apostrophe = memchr(b, '\'', n) != NULL, quote = memchr(b, '"', n) != NULL;
	char mark = apostrophe && !quote ? '"' : '\'';
	struct buf out = {.arena = &c->arena};

	buf_fmt(&out, "b%c", mark);
	for (size_t i = 0; i < n; i++) {
		if (b[i] == '\t' || b[i] == '\n' || b[i] == '\r')
			buf_add(&out, b[i] == '\t'   ? "\\t"
				      : b[i] == '\n' ? "\\n"
						     : "\\r");
		else if (b[i] == '\\' || b[i] == (unsigned char)mark)
			buf_fmt(&out, "\\%c", b[i]);
		else if (b[i] >= 32 && b[i] < 127)
			buf_addn(&out, (const char *)b + i, 1);
		else
			buf_fmt(&out, "\\x%02x", b[i]);
	}
	buf_addn(&out, &mark, 1);
	return out.text;
}

static bool
legacy_check(struct ctx *c, const char *hash, const char *password)
{
	const char *salt = hash + strlen(LEGACY_PREFIX), *literal = strchr(salt, '$');
	unsigned char *key = arena_new(&c->arena, LEGACY_BYTES);

	if (literal == NULL)
		return false;
	if (PKCS5_PBKDF2_HMAC(password, (int)strlen(password),
		    (const unsigned char *)salt, (int)(literal - salt), LEGACY_ROUNDS,
		    EVP_sha256(), LEGACY_BYTES, key) != 1)
		return false;
	return str_same_secret(python_literal(c, key, LEGACY_BYTES), literal + 1);
}

/* The work of an account that does not exist: a hash made once with the settings in
 * force. */
static const char *
nobodys_hash(void)
{
	static char hash[crypto_pwhash_STRBYTES];
	static int64_t memory, passes;

	if (memory != conf.account_argon2_memory ||
		passes != conf.account_argon2_passes) {
		memory = conf.account_argon2_memory;
		passes = conf.account_argon2_passes;
		if (crypto_pwhash_str(hash, "nobody", 6, (unsigned long long)passes,
			    (size_t)memory) != 0)
			hash[0] = '\0';
	}
	return hash;
}

void
hash_prepare(void)
{
	nobodys_hash();
}

static bool
check(struct ctx *c, const char *hash, const char *password, bool *stale)
{
	bool known = hash != NULL;

	hashed++;
	*stale = true;
	if (known && (str_starts(hash, "$2a$") || str_starts(hash, "$2b$") ||
			     str_starts(hash, "$2y$")))
		return bcrypt_check(c, hash, password);
	if (known && str_starts(hash, LEGACY_PREFIX))
		return legacy_check(c, hash, password);
	if (!known)
		hash = nobodys_hash();
	bool same = crypto_pwhash_str_verify(hash, password, strlen(password)) == 0;
	*stale = crypto_pwhash_str_needs_rehash(hash,
			 (unsigned long long)conf.account_argon2_passes,
			 (size_t)conf.account_argon2_memory) != 0;
	return known && same;
}

bool
hash_check(struct ctx *c, const char *hash, const char *password, bool *stale)
{
	const char *text = normal(c, password);

	if (check(c, hash, text, stale))
		return true;
	/* Older hashes are of the bytes that came. */
	if (strcmp(text, password) == 0 || !check(c, hash, password, stale))
		return false;
	*stale = true;
	return true;
}
