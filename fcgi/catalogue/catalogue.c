#include "catalogue/catalogue.h"

#include <sodium.h>
#include <string.h>

#include "base/conf.h"
#include "base/str.h"
#include "condition.h"
#include "reply.h"
#include "token.h"

#define PAGE_SIZE 50
#define TAG_BYTES 12

static bool
may_view(const struct claims *claims)
{
	if (claims->is_superuser)
		return true;
	for (size_t i = 0; i < claims->permissions.count; i++)
		if (str_eq(claims->permissions.list[i], "can_view_film"))
			return true;
	return false;
}

/*
 * Whoever shows no good token reads as a stranger does: a token that is wrong, or that
 * cannot be looked up at the moment, is never an error here.
 */
static bool
sees_restricted(struct req *r)
{
	struct claims *claims = arena_new(&r->ctx.arena, sizeof(*claims));
	struct session *session = arena_new(&r->ctx.arena, sizeof(*session));
	const char *token;

	if (!conf.catalogue_restricted)
		return true;
	if (req_header(r, "Authorization") == NULL)
		return false;
	r->claims = claims;
	if (token_bearer(r, true, &token) == OK && token_read(r, token, claims) == OK &&
		str_eq(claims->type, "access") &&
		token_session(r, "storage", "access", session) == OK)
		return may_view(claims);
	ctx_clear_error(&r->ctx);
	return false;
}

void
catalogue_ask_page(struct film_query *q, const struct page *page)
{
	q->page = page->page_number == 0 ? 1 : page->page_number;
	q->size = page->page_size == 0 ? PAGE_SIZE : page->page_size;
}

static const char *
tag_of(struct req *r, const char *json)
{
	unsigned char hash[TAG_BYTES];
	char hex[2 * TAG_BYTES + 1];

	crypto_generichash(
		hash, sizeof(hash), (const unsigned char *)json, strlen(json), NULL, 0);
	sodium_bin2hex(hex, sizeof(hex), hash, sizeof(hash));
	return arena_str(&r->ctx.arena, hex);
}

enum err
catalogue_answer(struct req *r, const char *name, loader *read, struct film_query *q)
{
	static const char *const states[] = {[RESPONSE_CACHE_HIT] = "hit",
		[RESPONSE_CACHE_WAITED] = "waited",
		[RESPONSE_CACHE_MISS] = "miss"};
	const char *json, *known = req_header(r, "If-None-Match");
	enum response_cache_state state;

	q->whole = sees_restricted(r);
	TRY(response_cache_get(&r->ctx, name, read, q, &json, &state));
	const char *tag = tag_of(r, json);
	reply_header_fmt(r, "ETag", "\"%s\"", tag);
	reply_header(r, "X-Cache", states[state]);
	reply_header(r, "Cache-Control",
		conf.catalogue_restricted ? "private, no-cache" : "public, no-cache");
	if (conf.catalogue_restricted)
		reply_header(r, "Vary", "Authorization");
	if (known != NULL && etag_listed(known, tag))
		return reply_empty(r, 304);
	return reply_json(r, 200, json);
}
