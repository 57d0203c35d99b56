#include "programme/photo.h"

#include <string.h>

#include "base/conf.h"
#include "base/secret.h"
#include "base/str.h"

const char *
photo_file(struct ctx *c, const char *path, enum photo_file which)
{
	static const char *const suffixes[] = {[PHOTO_WHOLE] = "",
		[PHOTO_THUMBNAIL] = PHOTO_THUMBNAIL_SUFFIX,
		[PHOTO_ORIGINAL] = PHOTO_ORIGINAL_SUFFIX};

	while (*path == '/')
		path++;
	return arena_fmt(&c->arena, "%s/%s%s", conf.programme_photo_directory, path,
		suffixes[which]);
}

static const char *
signature(struct ctx *c, size_t key, const char *path, int64_t expires)
{
	const char *text =
		arena_fmt(&c->arena, "photo\n%s\n%lld", path, (long long)expires);
	unsigned char mac[32];

	secret_mac(key, text, mac);
	return hex_text(&c->arena, mac, sizeof(mac));
}

/* Photos are kept by the minute, so that the same page asks for the same addresses. */
const char *
photo_signed_path(struct ctx *c, const char *path)
{
	int64_t now = c->now.us / US_PER_SECOND;
	int64_t expires = now - now % 60 + 60 + conf.programme_photo_lifetime;

	while (*path == '/')
		path++;
	return arena_fmt(&c->arena, "%sphotos/%s?expires=%lld&signature=%s",
		conf.site_root_path, percent_encode(&c->arena, path, true),
		(long long)expires, signature(c, 0, path, expires));
}

const char *
photo_signed_url(struct ctx *c, const char *path)
{
	return arena_fmt(&c->arena, "%s%s", conf.site_url, photo_signed_path(c, path));
}

bool
photo_signature_holds(
	struct ctx *c, const char *path, const char *expires, const char *given)
{
	int64_t until;

	if (expires == NULL || !int_read(expires, &until) ||
		until <= c->now.us / US_PER_SECOND)
		return false;
	for (size_t i = 0; i < secret_count(); i++)
		if (str_same_secret(given, signature(c, i, path, until)))
			return true;
	return false;
}
