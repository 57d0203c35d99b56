#ifndef MESSENGER_CARD_PAGE_H
#define MESSENGER_CARD_PAGE_H

#include "messenger/messenger.h"

/* Is it a browser that shows no token? Who opens the address of a card's QR code is
 * one, and phones ask it with theirs. */
bool messenger_is_visit(struct req *r);

/* The card for that browser: what everybody may see of it. E_MISSING: nothing. */
enum err messenger_card_page(struct req *r);

#endif
