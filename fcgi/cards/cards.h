#ifndef FCGI_CARDS_H
#define FCGI_CARDS_H

#include "cards/member_card.h"
#include "face.h"

/*
 * Members' cards: docs/openapi/cards.yaml. Tokens, checks and errors are those of the
 * face people; a slash at the end of a path means nothing.
 */
extern const struct manners cards_manners;

/* Who may call a route. */
enum cards_who {
	ANYONE,          /* no token is looked at */
	SIGNED_IN,       /* staff, or a member for what is their own */
	CARD_VIEWER,     /* can_view_cards */
	CARD_EDITOR,     /* can_edit_cards */
	CARD_WITHDRAWER, /* can_withdraw_card */
	LAYOUT_EDITOR    /* can_edit_card_layouts */
};

#define ROUTE(...) ROUTE_DECLARE(__VA_ARGS__)
#include "cards/routes.def"
#undef ROUTE

/* Whose cards the caller may see: 0 everybody's, else an account's id. */
int64_t cards_owner(const struct req *r);

/* A body that is no JSON; it may lie in a file. E_INPUT if there is none. */
enum err cards_body(struct req *r, const char **bytes, size_t *size);

/* A card with its ETag. */
enum err cards_reply(struct req *r, int status, const struct card_shown *card);

#endif
