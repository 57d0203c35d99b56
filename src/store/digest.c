#include "store/digest.h"

#include <openssl/evp.h>

#include "base/log.h"
#include "base/str.h"

struct digest {
	EVP_MD_CTX *evp;
};

static void
digest_end(void *evp)
{
	EVP_MD_CTX_free(evp);
}

struct digest *
digest_new(struct ctx *c, enum digest_kind kind)
{
	struct digest *d = arena_new(&c->arena, sizeof(*d));

	d->evp = EVP_MD_CTX_new();
	if (d->evp != NULL)
		arena_defer(&c->arena, digest_end, d->evp);
	if (d->evp != NULL &&
		EVP_DigestInit_ex(d->evp, kind == DIGEST_MD5 ? EVP_md5() : EVP_sha256(),
			NULL) == 1)
		return d;
	log_error("store: no %s in this libcrypto",
		kind == DIGEST_MD5 ? "MD5" : "SHA-256");
	return NULL;
}

void
digest_add(struct digest *d, const void *bytes, size_t n)
{
	EVP_DigestUpdate(d->evp, bytes, n);
}

const char *
digest_text(struct ctx *c, struct digest *d)
{
	unsigned char hash[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	EVP_DigestFinal_ex(d->evp, hash, &n);
	return hex_text(&c->arena, hash, n);
}

const char *
digest_md5(struct ctx *c, const void *bytes, size_t n)
{
	struct digest *d = digest_new(c, DIGEST_MD5);

	if (d == NULL)
		return NULL;
	digest_add(d, bytes, n);
	return digest_text(c, d);
}
