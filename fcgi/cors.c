#include "cors.h"

#include <string.h>

#include "base/conf.h"
#include "base/str.h"
#include "face.h"
#include "reply.h"

static const char *
site_origins(const struct req *r)
{
	const char *origin = req_header(r, "Origin");

	if (str_eq(conf.site_cors_origins, "*"))
		return "*";
	return conf.site_debug && origin != NULL ? origin : conf.site_cors_origins;
}

const struct cors_rule cors_site = {.origins = site_origins};

/* Whoever is named without having asked: the only origin there is. */
static const char *
only_origin(const struct req *r)
{
	const char *origins = r->face->manners->cors->origins(r);

	return r->face->manners->cors->always && origins[0] != '\0' &&
			       strchr(origins, ' ') == NULL
		       ? origins
		       : NULL;
}

static void
answer_preflight(struct req *r)
{
	const char *headers = req_header(r, "Access-Control-Request-Headers");

	reply_header(r, "Access-Control-Allow-Methods",
		"DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT");
	reply_header(r, "Access-Control-Max-Age", "600");
	if (headers != NULL)
		reply_header(r, "Access-Control-Allow-Headers", headers);
	r->status = 200;
}

bool
cors_answer(struct req *r)
{
	const char *origin = req_header(r, "Origin");

	if (r->face->manners->cors == NULL)
		return false;
	const char *origins = r->face->manners->cors->origins(r);
	bool any = str_eq(origins, "*"), asked = origin != NULL;
	if (!asked)
		origin = only_origin(r);
	if (origin == NULL)
		return false;
	reply_header(r, "Vary", "Origin");
	if (!any && !str_in(origin, origins))
		return false;
	reply_header(r, "Access-Control-Allow-Origin", any ? "*" : origin);
	if (!any)
		reply_header(r, "Access-Control-Allow-Credentials", "true");
	if (!asked || r->method != OPTIONS ||
		req_header(r, "Access-Control-Request-Method") == NULL)
		return false;
	answer_preflight(r);
	return true;
}

/* What every script may read, and what is for the browser itself. */
static bool
needs_no_word(const char *name)
{
	return str_in(name, "Content-Type Content-Length Vary Allow") ||
	       str_starts(name, "Access-Control-");
}

void
cors_expose(struct req *r)
{
	struct buf names = {.arena = &r->ctx.arena};

	if (r->face->manners->cors == NULL || !r->face->manners->cors->exposes)
		return;
	for (const struct header *h = r->headers; h != NULL; h = h->next)
		if (!needs_no_word(h->name))
			buf_fmt(&names, "%s%s", names.used > 0 ? ", " : "", h->name);
	if (names.used > 0)
		reply_header(r, "Access-Control-Expose-Headers", buf_text(&names));
}
