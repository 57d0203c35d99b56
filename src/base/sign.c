#include "base/sign.h"

#include "base/secret.h"
#include "base/str.h"

static const char *
signature(struct ctx *c, size_t key, const char *purpose, const char *path,
	int64_t expires)
{
	unsigned char mac[32];

	secret_mac(key,
		arena_fmt(&c->arena, "%s\n%s\n%lld", purpose, path, (long long)expires),
		mac);
	return hex_text(&c->arena, mac, sizeof(mac));
}

const char *
sign_path(struct ctx *c, const char *purpose, const char *path, int64_t expires)
{
	return signature(c, 0, purpose, path, expires);
}

bool
sign_holds(struct ctx *c, const char *purpose, const char *path, const char *expires,
	const char *given)
{
	int64_t until;

	if (expires == NULL || given == NULL || !int_read(expires, &until) ||
		until <= c->now.us / US_PER_SECOND)
		return false;
	for (size_t i = 0; i < secret_count(); i++)
		if (str_same_secret(given, signature(c, i, purpose, path, until)))
			return true;
	return false;
}
