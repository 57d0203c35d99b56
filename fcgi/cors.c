#include "cors.h"

#include <string.h>

#include "base/conf.h"
#include "base/str.h"
#include "face.h"
#include "reply.h"

static const char *
site_origins(struct req *r)
{
	const char *origin = conf.site_debug ? req_header(r, "Origin") : NULL;

	return origin == NULL || str_eq(conf.site_cors_origins, "*")
		       ? conf.site_cors_origins
		       : origin;
}

const struct cors_rule cors_site = {.origins = site_origins};

/* Who is named without having asked: the only origin there is. */
static bool
is_only_one(const char *origins)
{
	return origins[0] != '\0' && strchr(origins, ' ') == NULL;
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
	const struct cors_rule *rule = r->face->manners->cors;
	const char *origin = rule == NULL ? NULL : req_header(r, "Origin");
	bool asked = origin != NULL;

	if (rule == NULL || (!asked && !rule->always))
		return false;
	const char *origins = rule->origins(r);
	bool any = str_eq(origins, "*");
	if (!asked && !is_only_one(origins))
		return false;
	if (!asked)
		origin = origins;
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
