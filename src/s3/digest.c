#include "s3/digest.h"

#include <inttypes.h>
#include <openssl/evp.h>
#include <sodium.h>
#include <string.h>

#include "base/log.h"
#include "base/str.h"

#define LANES 8 /* bytes of a CRC that are looked up at once */

/* All CRCs take the least bit first, so their polynomials are written backwards. */
#define CRC32_POLYNOMIAL 0xEDB88320u
#define CRC32C_POLYNOMIAL 0x82F63B78u                     /* RFC 3720 */
#define CRC64NVME_POLYNOMIAL UINT64_C(0x9A6C9329AC4BC9B5) /* NVM Express, 5.2.1.3.4 */

static const struct {
	const char *name;
	size_t size;
	uint64_t polynomial; /* 0: not a CRC */
} kinds[DIGEST_KINDS] = {[DIGEST_MD5] = {"md5", 16, 0},
	[DIGEST_SHA1] = {"sha1", 20, 0},
	[DIGEST_SHA256] = {"sha256", 32, 0},
	[DIGEST_CRC32] = {"crc32", 4, CRC32_POLYNOMIAL},
	[DIGEST_CRC32C] = {"crc32c", 4, CRC32C_POLYNOMIAL},
	[DIGEST_CRC64NVME] = {"crc64nvme", 8, CRC64NVME_POLYNOMIAL}};

struct digest {
	enum digest_kind kind;
	EVP_MD_CTX *evp; /* NULL: a CRC */
	uint64_t crc;
};

struct crc_table {
	bool made;
	uint64_t lane[LANES][256];
};

size_t
digest_size(enum digest_kind kind)
{
	return kinds[kind].size;
}

const char *
digest_name(enum digest_kind kind)
{
	return kinds[kind].name;
}

const char *
digest_digits(struct arena *a, enum digest_kind kind, const char *base64)
{
	unsigned char plain[EVP_MAX_MD_SIZE];
	size_t n;

	if (sodium_base642bin(plain, sizeof(plain), base64, strlen(base64), NULL, &n,
		    NULL, sodium_base64_VARIANT_ORIGINAL) != 0 ||
		n != kinds[kind].size)
		return NULL;
	return hex_text(a, plain, n);
}

const char *
digest_base64(struct arena *a, const char *digits)
{
	unsigned char plain[EVP_MAX_MD_SIZE];
	char text[2 * EVP_MAX_MD_SIZE];
	size_t n = 0;

	sodium_hex2bin(plain, sizeof(plain), digits, strlen(digits), NULL, &n, NULL);
	sodium_bin2base64(text, sizeof(text), plain, n, sodium_base64_VARIANT_ORIGINAL);
	return arena_str(a, text);
}

/* Lane 0 is the CRC of one byte; lane n that of the byte and n zeros behind it. */
static const struct crc_table *
crc_table(enum digest_kind kind)
{
	static struct crc_table tables[DIGEST_KINDS];
	struct crc_table *t = &tables[kind];

	if (t->made)
		return t;
	for (uint32_t byte = 0; byte < 256; byte++) {
		uint64_t crc = byte;

		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ ((crc & 1) != 0 ? kinds[kind].polynomial : 0);
		t->lane[0][byte] = crc;
	}
	for (int n = 1; n < LANES; n++)
		for (int byte = 0; byte < 256; byte++)
			t->lane[n][byte] = t->lane[n - 1][byte] >> 8 ^
					   t->lane[0][t->lane[n - 1][byte] & 0xFF];
	t->made = true;
	return t;
}

/* Eight bytes at a time: a CRC of any of these widths is shifted out by them. */
static void
crc_add(struct digest *d, const unsigned char *p, size_t n)
{
	const uint64_t(*lane)[256] = crc_table(d->kind)->lane;
	uint64_t crc = d->crc;

	for (; n >= LANES; p += LANES, n -= LANES)
		crc = lane[7][(crc ^ p[0]) & 0xFF] ^ lane[6][(crc >> 8 ^ p[1]) & 0xFF] ^
		      lane[5][(crc >> 16 ^ p[2]) & 0xFF] ^
		      lane[4][(crc >> 24 ^ p[3]) & 0xFF] ^
		      lane[3][(crc >> 32 ^ p[4]) & 0xFF] ^
		      lane[2][(crc >> 40 ^ p[5]) & 0xFF] ^
		      lane[1][(crc >> 48 ^ p[6]) & 0xFF] ^ lane[0][crc >> 56 ^ p[7]];
	for (; n > 0; p++, n--)
		crc = crc >> 8 ^ lane[0][(crc ^ *p) & 0xFF];
	d->crc = crc;
}

static void
digest_end(void *evp)
{
	EVP_MD_CTX_free(evp);
}

static const EVP_MD *
algorithm(enum digest_kind kind)
{
	return kind == DIGEST_MD5    ? EVP_md5()
	       : kind == DIGEST_SHA1 ? EVP_sha1()
				     : EVP_sha256();
}

struct digest *
digest_new(struct ctx *c, enum digest_kind kind)
{
	struct digest *d = arena_new(&c->arena, sizeof(*d));

	*d = (struct digest){
		.kind = kind, .crc = kinds[kind].size == 8 ? UINT64_MAX : UINT32_MAX};
	if (kinds[kind].polynomial != 0)
		return d;
	d->evp = EVP_MD_CTX_new();
	if (d->evp != NULL)
		arena_defer(&c->arena, digest_end, d->evp);
	if (d->evp != NULL && EVP_DigestInit_ex(d->evp, algorithm(kind), NULL) == 1)
		return d;
	log_error("store: this libcrypto has not got a digest that is needed (%d)",
		(int)kind);
	return NULL;
}

void
digest_add(struct digest *d, const void *bytes, size_t n)
{
	if (d->evp == NULL)
		crc_add(d, bytes, n);
	else
		EVP_DigestUpdate(d->evp, bytes, n);
}

const char *
digest_text(struct ctx *c, struct digest *d)
{
	unsigned char hash[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	if (d->evp == NULL)
		return kinds[d->kind].size == 8
			       ? arena_fmt(&c->arena, "%016" PRIx64, ~d->crc)
			       : arena_fmt(&c->arena, "%08x", ~(uint32_t)d->crc);
	EVP_DigestFinal_ex(d->evp, hash, &n);
	return hex_text(&c->arena, hash, n);
}

void
digest_restart(struct digest *d, char *digits)
{
	unsigned char hash[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	EVP_DigestFinal_ex(d->evp, hash, &n);
	sodium_bin2hex(digits, 2 * (size_t)n + 1, hash, n);
	EVP_DigestInit_ex(d->evp, NULL, NULL);
}

const char *
digest_of(struct ctx *c, enum digest_kind kind, const void *bytes, size_t n)
{
	struct digest *d = digest_new(c, kind);

	if (d == NULL)
		return NULL;
	digest_add(d, bytes, n);
	return digest_text(c, d);
}
