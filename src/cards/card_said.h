#ifndef CARDS_CARD_SAID_H
#define CARDS_CARD_SAID_H

#include "cards/member_card.h"

/* What staff says of a card, in a body of JSON or a line of CSV. Numbers are one more
 * than they were said, so that 0 is "not said". */
struct card_said {
	const char *user_id, *name, *surname, *latin_name, *role, *replaces;
	int64_t number, level;
	const char *card_issued_date, *valid_until;
};

extern const struct field card_said_fields[];

struct card_data card_said_data(const struct card_said *said);

/* Rule for the name of a role. */
enum err card_role_rule(
	struct ctx *c, const struct field *f, const char *place, void *member);

#endif
