#include "programme/photo.h"

#include "base/conf.h"
#include "base/sign.h"
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
		(long long)expires, sign_path(c, "photo", path, expires));
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
	return sign_holds(c, "photo", path, expires, given);
}
