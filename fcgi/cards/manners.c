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

/* A background is opened by the image process and put to the store, which nginx may
 * have these very workers guard; a try of a layout is drawn. */
static bool
is_long(const struct req *r)
{
	(void)r;
	return true;
}

#define FACE_ROUTES "cards/routes.def"
#define FACE_CASES "cards/cases.def"
#include "face_tables.h"

const struct manners cards_manners = {
	FACE_TABLES,
	.enter = enter,
	.refuse = refuse,
	.is_long = is_long,
	.last_slash = SLASH_EITHER,
	.serves_head = true,
	.waits_for_store = true,
	.cors = &cors_site,
};
