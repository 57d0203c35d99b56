#ifndef MESSENGER_ERASE_H
#define MESSENGER_ERASE_H

#include "base/ctx.h"

/*
 * Erases what the messenger has of an account: cards, relations, files (jobs remove the
 * objects), the phone's copy, pushes. Profiles leave their rooms; what they said there
 * becomes removed messages of somebody without a name, so that the indexes of others'
 * rooms keep no gap. The caller's transaction; before the account's sessions go.
 */
enum err messenger_erase(struct ctx *c, int64_t account_id);

/*
 * Up to `most` accounts that their owners have deactivated more than
 * messenger.deactivated_lifetime ago; not superusers or staff of the programme.
 */
struct gone {
	int64_t account_id;
};
enum err messenger_gone(struct ctx *c, int64_t most, struct gone **out, size_t *count);

#endif
