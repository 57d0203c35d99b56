#include "console/console.h"

#include <ctype.h>
#include <string.h>

#include "base/conf.h"
#include "base/hash.h"
#include "base/str.h"
#include "condition.h"
#include "programme/demo.h"
#include "reply.h"

/* What the rows of who.def ask for. */
static const struct {
	const char *name, *role, *permissions;
} needs[] = {
#define WHO(name, role, permissions) [name] = {#name, role, permissions},
#include "console/who.def"
#undef WHO
};

bool
console_may(const struct console_caller *caller, enum console_who who)
{
	const char *role = needs[who].role, *permissions = needs[who].permissions;

	if (who == DEMO && !demo_is_on())
		return false;
	if (who == ANYONE || caller->is_superuser)
		return true;
	if (*role != '\0')
		return caller->role != NULL &&
		       (str_eq(role, "any") || str_eq(role, caller->role));
	if (*permissions == '\0')
		return true;
	for (size_t i = 0; i < caller->permissions.count; i++)
		if (str_in(caller->permissions.list[i], permissions))
			return true;
	return false;
}

const char *
console_may_list(struct ctx *c, const struct console_caller *caller)
{
	struct buf out = {.arena = &c->arena};

	for (size_t i = SIGNED_IN; i < sizeof(needs) / sizeof(*needs); i++) {
		if (!console_may(caller, (enum console_who)i))
			continue;
		buf_add(&out, out.used == 0 ? "[\"" : ",\"");
		for (const char *s = needs[i].name; *s != '\0'; s++)
			buf_addn(&out, &(char){(char)tolower((unsigned char)*s)}, 1);
		buf_add(&out, "\"");
	}
	buf_add(&out, "]");
	return buf_text(&out);
}

/* The host and port of an origin or an address: what is between "://" and the path. */
static const char *
host_of(struct ctx *c, const char *address)
{
	const char *at = strstr(address, "://");

	if (at == NULL)
		return "";
	return arena_strn(&c->arena, at + 3, strcspn(at + 3, "/"));
}

/* Is it the origin of the address that was asked, or of the site? */
static bool
is_own(struct req *r, const char *origin)
{
	const char *named = host_of(&r->ctx, origin), *host = req_header(r, "Host");

	return *named != '\0' &&
	       (str_eq(named, host) || str_eq(named, host_of(&r->ctx, conf.site_url)));
}

/*
 * SameSite=Strict keeps other sites out; this keeps out other ports and subdomains of
 * the same site, and browsers that know no SameSite. All browsers send one of the two.
 */
enum err
console_check_origin(struct req *r)
{
	const char *site = req_header(r, "Sec-Fetch-Site"),
		   *origin = req_header(r, "Origin");

	if (r->method == GET)
		return OK;
	if (site != NULL && !str_eq(site, "same-origin"))
		return fail(&r->ctx, E_ORIGIN, NULL);
	if (origin == NULL)
		return site != NULL ? OK : fail(&r->ctx, E_ORIGIN, NULL);
	return is_own(r, origin) ? OK : fail(&r->ctx, E_ORIGIN, NULL);
}

/* Who writes an address or opens a bookmark sends "none", a client that is no browser
 * neither of the two. */
enum err
console_check_reader(struct req *r)
{
	const char *site = req_header(r, "Sec-Fetch-Site"),
		   *origin = req_header(r, "Origin");

	if (site != NULL && str_in(site, "same-site cross-site"))
		return fail(&r->ctx, E_ORIGIN, NULL);
	return origin == NULL || is_own(r, origin) ? OK : fail(&r->ctx, E_ORIGIN, NULL);
}

enum err
console_reply(struct req *r, const char *json)
{
	struct ctx *c = &r->ctx;
	const char *etag = arena_strn(
			   &c->arena, sha256_hex(&c->arena, json, strlen(json)), 22),
		   *known = req_header(r, "If-None-Match");

	reply_header_fmt(r, "ETag", "\"%s\"", etag);
	if (known != NULL && etag_listed(known, etag))
		return reply_empty(r, 304);
	return reply_json(r, 200, json);
}
