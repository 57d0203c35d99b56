#ifndef MESSENGER_CARD_H
#define MESSENGER_CARD_H

#include <stdbool.h>

#include "base/ctx.h"
#include "messenger/profile.h"

/* Business cards, and who has taken one. JSON texts are the contract's objects. */

/* Of the account, or of one of its profiles (0: all); NULL: none. */
enum err card_list_own(
	struct ctx *c, int64_t account, int64_t profile, const char **json);

/* Of a profile, as far as the viewer may see them; NULL: none. */
enum err card_list_of(
	struct ctx *c, int64_t profile, const struct viewer *who, const char **json);

struct card_new {
	int64_t profile, account;
	const char *name, *data, *preview_url;
	bool private;
};

struct card_id {
	int64_t id;
	const char *commit_id;
};

/* E_PREVIEW: the picture is not an upload of the account; E_EXISTS: another card has
 * it; E_CARDS: the account has too many. */
enum err card_add(struct ctx *c, const struct card_new *card, struct card_id *out);

struct card_shown {
	const char *json, *commit_id;
};

/* E_CARD_NOT_FOUND */
enum err card_show(struct ctx *c, int64_t id, struct card_shown *out);

/* NULL leaves a member as it is; `private` is "true" or "false". */
struct card_change {
	const char *name, *data, *private, *preview_url;
};

/* E_OTHER_COMMIT: it has changed since it had this commit_id. E_PREVIEW. */
enum err card_change(struct ctx *c, struct card_id card, int64_t account,
	const struct card_change *change, struct card_id *out);
enum err card_drop(struct ctx *c, struct card_id card, int64_t by);

/* The picture that a card's data name; NULL: they name none, or are no JSON object. */
const char *card_picture(struct ctx *c, const char *data);

/* What a card is to a profile. */
struct card_relation {
	bool exists, live, private, own, blocked, subscribed;
	int64_t profile_id, account_id; /* the card's */
};
enum err card_relation(struct ctx *c, int64_t card, int64_t profile, int64_t account,
	struct card_relation *out);

/* *new: it had not been. Two profiles that are nothing to each other follow each other
 * then. */
enum err card_subscribe(struct ctx *c, int64_t card,
	const struct card_relation *relation, int64_t profile, int64_t account,
	bool *new);

/* E_NOT_SUBSCRIBED */
enum err card_unsubscribe(struct ctx *c, int64_t card, int64_t profile);

#endif
