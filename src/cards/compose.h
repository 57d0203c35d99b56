#ifndef CARDS_COMPOSE_H
#define CARDS_COMPOSE_H

#include "cards/drawing.h"
#include "image/card.h"

/* What stands on a card: texts, where they stand, the QR code with `link`. The
 * background's pixels are the caller's to fill in. E_LAYOUT. */
enum err compose(struct ctx *c, const struct card_drawn *card, const char *link,
	struct card_spec *out);

/* "issued: 12 December 2022" in en, ru or ko. */
const char *compose_issued(struct ctx *c, struct date day, const char *language);

/* The name in capitals: as the member writes it in Latin, else by ICAO Doc 9303. */
const char *compose_name(struct ctx *c, const struct card_drawn *card);

#endif
