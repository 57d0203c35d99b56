/* Pictures on their way to who may see them: docs/openapi/people.yaml. */
#include "people/shown.h"

#include <arpa/inet.h>
#include <sodium.h>
#include <string.h>

#include "base/str.h"
#include "condition.h"
#include "face.h"
#include "people/people.h"
#include "reply.h"
#include "s3/client.h"
#include "storage/place.h"
#include "storage/server.h"

#define TAG_BYTES 12
#define INSIDE_SECONDS 60   /* nginx asks at once */
#define OUTSIDE_SECONDS 900 /* as long as a signature of ours */

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

/* nginx resolves no names, and checks no certificates of servers. */
static bool
nginx_reaches(const struct server *s)
{
	unsigned char address[sizeof(struct in6_addr)];

	return !s->tls && !s->virtual_host &&
	       (inet_pton(AF_INET, s->host, address) == 1 ||
		       inet_pton(AF_INET6, s->host, address) == 1);
}

static enum err
by_nginx(struct req *r, const struct server *s, const char *key, const char *type)
{
	struct ctx *c = &r->ctx;
	const struct s3_object o = {server_site(c, s), key};
	const struct pair extra[] = {{"response-content-type", type}};

	reply_header(r, "X-Accel-Redirect", "/_object");
	reply_header(r, "X-Object",
		s3_address(c, &o, r->head_only ? "HEAD" : "GET", extra, 1,
			INSIDE_SECONDS));
	reply_header(r, "Content-Disposition", "inline");
	return reply_empty(r, 200);
}

static enum err
by_redirect(struct req *r, const struct server *s, const char *key, const char *type)
{
	struct ctx *c = &r->ctx;
	const struct s3_object o = {server_public_site(c, s), key};
	const struct pair extra[] = {
		{"response-cache-control", "private, max-age=31536000"},
		{"response-content-disposition", "inline"},
		{"response-content-type", type}};

	return reply_redirect(r, 302,
		s3_address(c, &o, r->head_only ? "HEAD" : "GET", extra, 3,
			OUTSIDE_SECONDS));
}

enum err
people_send_object(struct req *r, const struct picture_file *f, const char *cache)
{
	const char *known = req_header(r, "If-None-Match"),
		   *type = str_eq(f->extension, "jpg") ? "image/jpeg" : "image/webp";
	struct ctx *c = &r->ctx;
	struct server s;

	reply_header_fmt(r, "ETag", "\"%s\"", f->etag);
	reply_header(r, "Cache-Control", cache);
	if (known != NULL && etag_listed(known, f->etag))
		return reply_empty(r, 304);
	TRY(server_holding(c, f->version_id,
		place_of_caller(c, req_header(r, "X-Samovar-Position")), false, &s));
	if (nginx_reaches(&s))
		return by_nginx(r, &s, f->key, type);
	reply_reset(r); /* what is kept of the redirect must not outlive its link */
	reply_header(r, "Cache-Control", "private, max-age=600");
	return by_redirect(r, &s, f->key, type);
}
