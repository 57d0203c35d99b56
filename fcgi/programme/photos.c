/* The door to children's photos: nginx sends the bytes, a signature opens. */
#include "programme/photo.h"

#include <string.h>

#include "base/str.h"
#include "programme/handlers.h"
#include "programme/programme.h"
#include "reply.h"

struct photo_filter {
	const char *expires, *signature;
};

INPUT(photo_query, struct photo_filter, FIELD(struct photo_filter, expires),
	FIELD(struct photo_filter, signature));

/* GET /photos/...?expires=&signature=: the photo. 403 without a good signature. */
enum err
get_photo(struct req *r)
{
	const struct photo_filter *in = r->in;
	struct ctx *c = &r->ctx;
	const char *path = r->word[0];

	if (!photo_signature_holds(c, path, in->expires, in->signature) ||
		strstr(path, "..") != NULL)
		return fail(c, E_DENIED, NULL);
	reply_header_fmt(r, "X-Accel-Redirect", "/_photos/%s",
		percent_encode(&c->arena, path, true));
	reply_header(r, "Cache-Control", "private, max-age=300");
	return reply_empty(r, 200);
}
