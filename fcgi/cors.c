#include "cors.h"

#include "base/conf.h"
#include "base/str.h"
#include "face.h"
#include "reply.h"

bool
cors_answer(struct req *r)
{
	const char *origin = req_header(r, "Origin");
	bool any = str_eq(conf.site_cors_origins, "*");

	if (!r->face->cors || origin == NULL)
		return false;
	reply_header(r, "Vary", "Origin");
	if (!any && !conf.site_debug && !str_in(origin, conf.site_cors_origins))
		return false;
	reply_header(r, "Access-Control-Allow-Origin", any ? "*" : origin);
	if (!any)
		reply_header(r, "Access-Control-Allow-Credentials", "true");
	if (r->method != OPTIONS ||
		req_header(r, "Access-Control-Request-Method") == NULL)
		return false;

	const char *headers = req_header(r, "Access-Control-Request-Headers");
	reply_header(r, "Access-Control-Allow-Methods",
		"DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT");
	reply_header(r, "Access-Control-Max-Age", "600");
	if (headers != NULL)
		reply_header(r, "Access-Control-Allow-Headers", headers);
	r->status = 200;
	return true;
}
