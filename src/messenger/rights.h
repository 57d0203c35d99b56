#ifndef RIGHTS_H
#define RIGHTS_H

#include <stdbool.h>

#include "base/ctx.h"
#include "messenger/profile.h"

/*
 * Who may see a card, and act as a profile. The rules are messenger.sees_profile() and
 * messenger.sees_card() in the schema; answers, lists, phones' copies, rooms and pushes
 * ask them, each with the facts that it joins.
 */
struct rights {
	bool exists; /* and is not locked: else it is there for nobody */
	bool deleted, private, own;
	bool sees;
	const char *commit_id; /* NULL: there is no such card */
};

/* Of cards no acting profile is asked for: whoever has one sees it as any of theirs. */
enum err rights_card(
	struct ctx *c, const struct viewer *who, int64_t card, struct rights *out);

/* E_DENIED unless the profile is the account's, neither deleted nor locked. */
enum err rights_act(struct ctx *c, int64_t account, int64_t profile);

#endif
