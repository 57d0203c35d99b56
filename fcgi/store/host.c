/* By which names a city is called. */
#include "store.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/conf.h"
#include "base/str.h"
#include "net/authority.h"
#include "storage/server.h"

static bool
is_loopback(const char *host)
{
	struct in_addr address;

	return str_eq(host, "localhost") || str_eq(host, "::1") ||
	       (inet_pton(AF_INET, host, &address) == 1 &&
		       ntohl(address.s_addr) >> 24 == 127);
}

static int64_t
own_port(struct req *r)
{
	int64_t port = 0;

	int_read(req_param(r, "SERVER_PORT"), &port);
	return port;
}

/* Whoever calls from this very machine may use any of its names for itself. */
static bool
is_here(struct req *r, const struct authority *called)
{
	struct authority own;

	if (!authority_read(&r->ctx.arena,
		    authority_text(
			    &r->ctx.arena, req_param(r, "SERVER_ADDR"), own_port(r)),
		    0, &own))
		return false;
	return is_loopback(own.host) && is_loopback(called->host) &&
	       own.port == called->port;
}

/* One word of store.hosts: [CITY=]NAME[:PORT], without a port the listener's. */
static bool
is_word(struct req *r, const char *word, const struct authority *called)
{
	const char *equals = strchr(word, '=');
	struct authority own;

	if (equals != NULL &&
		!str_eq(arena_strn(&r->ctx.arena, word, (size_t)(equals - word)),
			req_param(r, "STORE_SERVER")))
		return false;
	return authority_read(&r->ctx.arena, equals == NULL ? word : equals + 1,
		       own_port(r), &own) &&
	       authority_same(&own, called);
}

static bool
is_named(struct req *r, const struct authority *called)
{
	for (const char *s = conf.store_hosts; *s != '\0';) {
		size_t n = strcspn(s, " ");

		if (n > 0 && is_word(r, arena_strn(&r->ctx.arena, s, n), called))
			return true;
		s += n + (s[n] == ' ');
	}
	return false;
}

/* The address that was called, for a city that no server is named after. */
static bool
is_called(struct req *r, const struct authority *called)
{
	struct authority own;

	return authority_read(&r->ctx.arena,
		       authority_text(
			       &r->ctx.arena, req_param(r, "SERVER_ADDR"), own_port(r)),
		       0, &own) &&
	       authority_same(&own, called);
}

/* The servers that the city is of: by its name, else by the address that was called. */
static enum err
servers_of(struct req *r, const struct authority *called, struct server **out,
	size_t *count)
{
	const char *city = req_param(r, "STORE_SERVER");

	TRY(server_named(&r->ctx, city, out, count));
	return *count > 0 ? OK : server_of_city(&r->ctx, city, called, out, count);
}

enum err
store_host(struct req *r, struct store_call *call)
{
	const char *host = req_header(r, "Host");
	int64_t port = str_eq(req_param(r, "HTTPS"), "on") ? 443 : 80;
	struct authority called;
	struct server *servers;
	size_t count;

	if (host == NULL || !authority_read(&r->ctx.arena, host, port, &called))
		return fail(&r->ctx, E_S3_SIGNATURE, "the Host header cannot be read");
	TRY(servers_of(r, &called, &servers, &count));
	bool found = count == 0 && is_called(r, &called);
	call->known = count > 0;
	call->closed = count == 0;
	/* One that is deleted may be followed by another of its name elsewhere. */
	for (size_t i = 0; i < count; i++) {
		call->closed = !servers[i].is_on || !servers[i].is_active;
		found = server_is_at(&r->ctx, &servers[i], host);
		if (found)
			break;
	}
	if (!found && count > 0)
		call->closed = !servers[0].is_on || !servers[0].is_active;
	if (found || is_here(r, &called) || is_named(r, &called))
		return OK;
	return fail(&r->ctx, E_S3_SIGNATURE,
		"the request is signed for another server than this");
}
