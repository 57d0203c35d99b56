#include "object.h"

#include <arpa/inet.h>

#include "condition.h"
#include "reply.h"
#include "s3/client.h"
#include "storage/geo_point.h"
#include "storage/server.h"

#define INSIDE_SECONDS 60 /* nginx asks at once */

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
by_nginx(struct req *r, const struct server *s, const struct object_sent *o)
{
	struct ctx *c = &r->ctx;
	const struct s3_object at = {server_site(c, s), o->key};
	const struct pair extra[] = {{"response-content-type", o->type}};

	reply_header(r, "X-Accel-Redirect", "/_object");
	reply_header(r, "X-Object",
		s3_address(c, &at, r->head_only ? "HEAD" : "GET", extra, 1,
			INSIDE_SECONDS));
	reply_header(r, "Content-Disposition", "inline");
	return reply_empty(r, 200);
}

/* What is kept of the redirect must not outlive its link, nor the picture its cache. */
static enum err
by_redirect(struct req *r, const struct server *s, const struct object_sent *o)
{
	struct ctx *c = &r->ctx;
	const struct s3_object at = {server_public_site(c, s), o->key};
	const struct pair extra[] = {
		{"response-cache-control", "private, max-age=31536000"},
		{"response-content-disposition", "inline"},
		{"response-content-type", o->type}};

	reply_reset(r);
	reply_header_fmt(r, "Cache-Control", "private, max-age=%lld",
		(long long)(o->seconds * 2 / 3));
	return reply_redirect(r, 302,
		s3_address(
			c, &at, r->head_only ? "HEAD" : "GET", extra, 3, o->seconds));
}

enum err
object_send(struct req *r, const struct object_sent *o)
{
	const char *known = req_header(r, "If-None-Match");
	struct ctx *c = &r->ctx;
	struct server s;

	reply_header_fmt(r, "ETag", "\"%s\"", o->etag);
	reply_header(r, "Cache-Control", o->cache);
	if (known != NULL && etag_listed(known, o->etag))
		return reply_empty(r, 304);
	TRY(server_holding(c, o->version_id,
		geo_point_of_caller(c, req_header(r, "X-Samovar-Position")), false,
		&s));
	return nginx_reaches(&s) ? by_nginx(r, &s, o) : by_redirect(r, &s, o);
}
