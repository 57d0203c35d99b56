#include "cards/cards.h"

#include "cors.h"
#include "input.h"
#include "people/caller.h"
#include "refusal.h"
#include "reply.h"

#define DRAWN_IN 2 /* seconds until a card is probably drawn */

/* The permission that a route needs, NULL: none. */
static const char *const needed[] = {[CARD_VIEWER] = "can_view_cards",
	[CARD_EDITOR] = "can_edit_cards",
	[CARD_WITHDRAWER] = "can_withdraw_card",
	[LAYOUT_EDITOR] = "can_edit_card_layouts"};

static enum err
enter(struct req *r)
{
	enum cards_who who = (enum cards_who)r->route->who;

	if (who != ANYONE)
		TRY(people_authenticate(r, "access"));
	if (needed[who] != NULL && !people_may(r, needed[who]))
		return fail(&r->ctx, E_DENIED, NULL);
	return input_read(r);
}

static void
refuse(struct req *r, enum err e)
{
	refusal_coded(r, e);
	if (e == E_CARD_NOT_DRAWN)
		reply_retry_after(r, DRAWN_IN);
}

int64_t
cards_owner(const struct req *r)
{
	return people_may(r, "can_view_cards") ? 0 : r->ctx.actor;
}

enum err
cards_reply(struct req *r, int status, const struct card_shown *card)
{
	reply_header_fmt(r, "ETag", "\"%lld\"", (long long)card->version);
	reply_header(r, "Cache-Control", "no-store");
	return reply_json(r, status, card->json);
}

/* A background is opened by the image process and put to the store, which nginx may
 * have these very workers guard; a try of a layout is drawn. */
static bool
is_long(const struct req *r)
{
	(void)r;
	return true;
}

static const struct wire_case cases[] = {
#define CASE(err, status, words) {err, status, words},
#include "cards/cases.def"
#undef CASE
	{0}};

static const struct route routes[] = {
#define ROUTE(...) ROUTE_ROW(__VA_ARGS__),
#include "cards/routes.def"
#undef ROUTE
};

const struct manners cards_manners = {
	.routes = routes,
	.route_count = sizeof(routes) / sizeof(*routes),
	.cases = cases,
	.enter = enter,
	.refuse = refuse,
	.is_long = is_long,
	.last_slash = SLASH_EITHER,
	.serves_head = true,
	.cors = &cors_site,
};
