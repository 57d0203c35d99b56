#ifndef MESSENGER_CARD_PAGE_H
#define MESSENGER_CARD_PAGE_H

#include "messenger/messenger.h"

/* Has a browser opened the address of a card's QR code, which phones ask with their
 * token? */
bool messenger_is_card_visit(struct req *r);

/* The card for that browser: what everybody may see of it. E_MISSING: nothing. */
enum err messenger_card_page(struct req *r);

#endif
