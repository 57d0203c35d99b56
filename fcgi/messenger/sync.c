/* The copy of one's contacts: docs/openapi/messenger.yaml. */
#include "messenger/sync.h"

#include <sodium.h>

#include "base/str.h"
#include "input.h"
#include "messenger/messenger.h"
#include "reply.h"

static enum err
reply_file(struct req *r, const struct sync_bytes *file, const char *etag)
{
	const int form = sodium_base64_VARIANT_ORIGINAL; /* phones know no other */
	size_t size = sodium_base64_ENCODED_LEN(file->n, form);
	char *text = arena_new(&r->ctx.arena, size);

	sodium_bin2base64(text, size, file->bytes, file->n, form);
	reply_header(r, "ETag", etag);
	return messenger_reply(
		r, 200, "sync.ok", arena_fmt(&r->ctx.arena, "{\"db\":\"%s\"}", text));
}

/*
 * HEAD and GET /sync: 200 {db} with the file's MD5 as ETag; GET with that in If-Match:
 * 304. A HEAD costs a look at a row or two, unless the file is still to be built: then
 * it is served apart.
 */
enum err
messenger_get_sync(struct req *r)
{
	struct ctx *c = &r->ctx;
	const char *known = messenger_if_match(r), *etag;
	struct sync_bytes file;

	if (r->head_only || known != NULL) {
		TRY(sync_etag(c, c->actor, false, &etag));
		reply_header(r, "ETag", etag);
		if (r->head_only)
			return messenger_reply(r, 200, "sync.ok", NULL);
		if (str_eq(known, etag))
			return messenger_reply(r, 304, "sync.latest", NULL);
		reply_reset(r);
	}
	TRY(sync_read(c, c->actor, false, &file, &etag));
	return reply_file(r, &file, etag);
}

/* DELETE /sync: built anew, 200 {db}. */
enum err
messenger_delete_sync(struct req *r)
{
	struct ctx *c = &r->ctx;
	struct sync_bytes file;
	const char *etag;

	TRY(sync_read(c, c->actor, true, &file, &etag));
	return reply_file(r, &file, etag);
}
