#include "messenger/messenger.h"

#include <string.h>

#include "base/conf.h"
#include "base/str.h"
#include "base/unicode.h"
#include "cache/cache.h"
#include "account/limit.h"
#include "cors.h"
#include "input.h"
#include "messenger/card_page.h"
#include "messenger/files.h"
#include "messenger/login.h"
#include "messenger/sync.h"
#include "messenger/token.h"
#include "reply.h"

/* Every header that anything here reads must be text. */
static enum err
readable_headers(struct req *r)
{
	static const char *const names[] = {"Authorization", "X-Csrf-Token",
		"X-Client-Token", "X-Profile-Id", "If-Match", "User-Agent", "Accept",
		"Accept-Language", "Cookie"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const char *value = req_header(r, names[i]);

		if (value != NULL && (!utf8_valid(value, strlen(value)) ||
					     unicode_nfc(&r->ctx.arena, value) == NULL))
			return fail(&r->ctx, E_HEADER, NULL);
	}
	return OK;
}

/*
 * A session has a bucket for each route, whatever the method; whoever has none shares
 * that of the address. So a class of phones behind one address starts at once, and one
 * phone keeps no other from its turn.
 */
static enum err
limit_rate(struct req *r, int64_t session)
{
	struct ctx *c = &r->ctx;
	const char *whose = session != 0
				    ? arena_fmt(&c->arena, "s%lld", (long long)session)
				    : limit_caller(c);
	const char *key =
		arena_fmt(&c->arena, "messenger:rate:%s:%s", whose, r->route->path);
	int64_t wait = session != 0 ? cache_bucket(c, key, conf.messenger_rate,
					      conf.messenger_burst)
				    : cache_bucket(c, key, conf.messenger_address_rate,
					      conf.messenger_address_burst);

	if (wait == 0)
		return OK;
	error_detail(c, "retry_after", (wait + 999) / 1000);
	return fail(c, E_LIMIT, NULL);
}

/* What the request's token says, if it is one of ours; nothing is asked of anybody. */
static int64_t
signed_number(struct req *r)
{
	struct messenger_token token = {0};
	enum err e = OK;

	if (r->route->who == COOKIE)
		e = messenger_refresh_cookie(r, &token);
	else if (r->route->who != ANYONE && r->route->who != ADMIN)
		e = messenger_access_token(r, &token);
	ctx_clear_error(&r->ctx);
	return e == OK ? token.number : 0;
}

static enum err
authenticate(struct req *r)
{
	struct ctx *c = &r->ctx;
	enum err e;

	switch (r->route->who) {
	case ACCESS:
	case ACCESS_ACTING:
	case TOKEN_ACTING:
	case ACTING:
		TRY(messenger_access(r));
		break;
	case SOFT:
	case SOFT_ACTING:
		e = messenger_access(r);
		if (e == E_TOKEN_EXPIRED || e == E_BUSY || e == E_BUG)
			return e;
		ctx_clear_error(c);
		break;
	case COOKIE:
		TRY(messenger_own_origin(r));
		TRY(messenger_refresh(r));
		/* Only the exchange itself may come twice. */
		if (messenger_caller(r)->is_spent &&
			r->route->handle != messenger_post_refresh)
			return fail(c, E_REFRESH_INVALID, NULL);
		break;
	case ADMIN:
		TRY(messenger_own_origin(r));
		TRY(messenger_admin(r));
		break;
	default:
		break;
	}
	r->trusted = messenger_caller(r)->number != 0;
	return OK;
}

/* X-Profile-Id: what is no number is nobody's profile. */
static enum err
act_as(struct req *r)
{
	struct messenger_caller *caller = messenger_caller(r);
	const char *id = input_header(r, "X-Profile-Id");

	if (id == NULL)
		return OK;
	if (!int_read(id, &caller->profile) || !messenger_owns(r, caller->profile))
		return fail(&r->ctx, E_DENIED, NULL);
	return OK;
}

static enum err
look_at(struct req *r)
{
	int who = r->route->who;
	bool signed_in = who == ACCESS || who == ACCESS_ACTING || who == ACTING;

	TRY(readable_headers(r));
	if (r->route->handle == messenger_get_subscription && messenger_is_visit(r))
		return input_read(r);
	TRY(input_needs(r, signed_in ? "Authorization X-Csrf-Token" : NULL));
	TRY(authenticate(r));
	TRY(input_read(r));
	return who == ACTING || who == ACCESS_ACTING || who == TOKEN_ACTING ||
			       who == SOFT_ACTING
		       ? act_as(r)
		       : OK;
}

/* A request whose body nginx asks about counts when it comes with that, or when it is
 * refused and never comes. */
static enum err
enter(struct req *r)
{
	if (!messenger_is_developer(r))
		return fail(&r->ctx, E_NO_DEVELOPER, NULL);
	if (!conf.messenger_account_routes && str_starts(r->route->path, "/account"))
		return fail(&r->ctx, E_NO_ROUTE, NULL);
	int64_t session = signed_number(r);
	if (!r->body_check)
		TRY(limit_rate(r, session));
	enum err e = look_at(r);
	if (e != OK && r->body_check)
		TRY(limit_rate(r, session));
	return e;
}

static enum err
options(struct req *r)
{
	if (!messenger_is_developer(r))
		return fail(&r->ctx, E_NO_DEVELOPER, NULL);
	return messenger_reply(r, 200, "http.ok", NULL);
}

static const char *
origins(struct req *r)
{
	struct arena *a = &r->ctx.arena;
	const char *own = arena_fmt(a, "https://%s", messenger_host(a)),
		   *port = conf.messenger_dev_client_port;

	return !messenger_is_dev() || port[0] == '\0'
		       ? own
		       : arena_fmt(a, "%s http://localhost:%s http://127.0.0.1:%s", own,
				 port, port);
}

static const struct cors_rule cors = {
	.origins = origins, .always = true, .exposes = true};

/* Whose copy it is says the token; whether that is live is looked at later. */
static bool
is_copy_kept(struct req *r)
{
	struct messenger_token token = {0};
	bool kept = true;

	if (messenger_access_token(r, &token) == OK &&
		sync_is_kept(&r->ctx, token.account, &kept) != OK)
		kept = true; /* there is no database: no process helps */
	ctx_clear_error(&r->ctx);
	return kept;
}

/* A copy is fetched from the store, which nginx may have these very workers guard. */
static bool
is_long(const struct req *r)
{
	/* A card waits for the store only if its picture comes with it. */
	if (r->route->handle == messenger_post_card)
		return messenger_is_form(r);
	struct req *own = (struct req *)(uintptr_t)r;
	/* A HEAD of a copy is a look at a row, unless it has to be built. */
	if (r->head_only)
		return r->route->handle == messenger_get_sync && !is_copy_kept(own);
	/* Bytes of a file come from the store only where they are wanted as JSON. */
	return r->route->handle != messenger_get_upload || messenger_wants_json(own);
}

static void
finish(struct req *r)
{
	reply_header(r, "Server", conf.messenger_backend_name);
}

#define FACE_ROUTES "messenger/routes.def"
#define FACE_CASES "messenger/cases.def"
#include "face_tables.h"

const struct manners messenger_manners = {
	FACE_TABLES,
	.enter = enter,
	.refuse = messenger_refuse,
	.options = options,
	.is_long = is_long,
	.finish = finish,
	.cors = &cors,
	.body = BODY_FORGIVING,
	.bad_id = BAD_ID_NO_ROUTE,
	.last_slash = SLASH_EITHER,
	.style = STYLE_HTTP_TIME,
	.clean_headers = true,
	.serves_head = true,
	.waits_for_store = true,
};
