/* Pictures on their way to who may see them: docs/openapi/people.yaml. */
#include "people/shown.h"

#include <sodium.h>
#include <string.h>

#include "base/str.h"
#include "face.h"
#include "object.h"
#include "people/people.h"

#define TAG_BYTES 12
#define SIGNED_SECONDS 900 /* as long as a signature of ours */

INPUT(people_shown_in, struct shown_query,
	FIELD(struct shown_query, expires, .max = 20),
	FIELD(struct shown_query, signature, .max = 100));

bool
people_sees(const struct req *r, const struct picture *p)
{
	if (str_eq(p->visibility, "everyone"))
		return true;
	if (r->ctx.actor == 0)
		return false;
	return r->ctx.actor == p->account_id || str_eq(p->visibility, "members") ||
	       people_is_moderator(r);
}

const char *
people_tag(struct ctx *c, const char *text)
{
	unsigned char hash[crypto_generichash_BYTES_MIN];

	crypto_generichash(
		hash, sizeof(hash), (const unsigned char *)text, strlen(text), NULL, 0);
	return hex_text(&c->arena, hash, TAG_BYTES);
}

enum err
people_send_object(struct req *r, const struct picture_file *f, const char *cache)
{
	return object_send(
		r, &(struct object_sent){.version_id = f->version_id,
			   .key = f->key,
			   .etag = f->etag,
			   .type = str_eq(f->extension, "jpg") ? "image/jpeg"
							       : "image/webp",
			   .cache = cache,
			   .seconds = SIGNED_SECONDS});
}
