#include "store/digest.h"

#include <openssl/evp.h>

#include "base/log.h"
#include "base/str.h"

#define LANES 8 /* bytes of a CRC that are looked up at once */

/* Both CRCs take the least bit first, so their polynomials are written backwards. */
#define CRC32_POLYNOMIAL 0xEDB88320u
#define CRC32C_POLYNOMIAL 0x82F63B78u /* RFC 3720 */

struct digest {
	enum digest_kind kind;
	EVP_MD_CTX *evp; /* NULL: a CRC */
	uint32_t crc;
};

struct crc_table {
	bool made;
	uint32_t lane[LANES][256];
};

size_t
digest_size(enum digest_kind kind)
{
	static const size_t sizes[] = {[DIGEST_MD5] = 16,
		[DIGEST_SHA1] = 20,
		[DIGEST_SHA256] = 32,
		[DIGEST_CRC32] = 4,
		[DIGEST_CRC32C] = 4};

	return sizes[kind];
}

/* Lane 0 is the CRC of one byte; lane n that of the byte and n zeros behind it. */
static const struct crc_table *
crc_table(enum digest_kind kind)
{
	static struct crc_table tables[2];
	struct crc_table *t = &tables[kind == DIGEST_CRC32C];
	uint32_t polynomial =
		kind == DIGEST_CRC32C ? CRC32C_POLYNOMIAL : CRC32_POLYNOMIAL;

	if (t->made)
		return t;
	for (uint32_t byte = 0; byte < 256; byte++) {
		uint32_t crc = byte;

		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ ((crc & 1) != 0 ? polynomial : 0);
		t->lane[0][byte] = crc;
	}
	for (int n = 1; n < LANES; n++)
		for (int byte = 0; byte < 256; byte++)
			t->lane[n][byte] = t->lane[n - 1][byte] >> 8 ^
					   t->lane[0][t->lane[n - 1][byte] & 0xFF];
	t->made = true;
	return t;
}

static void
crc_add(struct digest *d, const unsigned char *p, size_t n)
{
	const uint32_t(*lane)[256] = crc_table(d->kind)->lane;
	uint32_t crc = d->crc;

	for (; n >= LANES; p += LANES, n -= LANES)
		crc = lane[7][(crc ^ p[0]) & 0xFF] ^ lane[6][(crc >> 8 ^ p[1]) & 0xFF] ^
		      lane[5][(crc >> 16 ^ p[2]) & 0xFF] ^ lane[4][crc >> 24 ^ p[3]] ^
		      lane[3][p[4]] ^ lane[2][p[5]] ^ lane[1][p[6]] ^ lane[0][p[7]];
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

	*d = (struct digest){.kind = kind, .crc = UINT32_MAX};
	if (kind == DIGEST_CRC32 || kind == DIGEST_CRC32C)
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
		return arena_fmt(&c->arena, "%08x", ~d->crc);
	EVP_DigestFinal_ex(d->evp, hash, &n);
	return hex_text(&c->arena, hash, n);
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
