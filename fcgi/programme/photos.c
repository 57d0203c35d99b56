/* The door to children's photos: nginx sends the bytes, a signature opens. */
#include "programme/photo.h"

#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "programme/programme.h"
#include "reply.h"

struct photo_filter {
	const char *expires, *signature, *size;
};

INPUT(programme_photo_query, struct photo_filter, FIELD(struct photo_filter, expires),
	FIELD(struct photo_filter, signature),
	FIELD(struct photo_filter, size, .one_of = "small"));

/* GET /photos/...?expires=&signature=&size=: the photo; with size=small its thumbnail,
 * once there is one. 403 without a good signature. */
enum err
programme_get_photo(struct req *r)
{
	const struct photo_filter *in = r->in;
	struct ctx *c = &r->ctx;
	const char *path = r->word[0];

	if (!photo_signature_holds(c, path, in->expires, in->signature) ||
		strstr(path, "..") != NULL)
		return fail(c, E_DENIED, NULL);
	bool small = in->size != NULL &&
		     access(photo_file(c, path, PHOTO_THUMBNAIL), R_OK) == 0;
	reply_header_fmt(r, "X-Accel-Redirect", "/_photos/%s%s",
		percent_encode(&c->arena, path, true),
		small ? PHOTO_THUMBNAIL_SUFFIX : "");
	reply_header(r, "Cache-Control", "private, max-age=300");
	return reply_empty(r, 200);
}
