#ifndef MESSENGER_EMAIL_H
#define MESSENGER_EMAIL_H

#include "account/account.h"
#include "messenger/messenger.h"

/* Queues the mail that asks whether the address is theirs. The caller's transaction. */
enum err messenger_ask_to_confirm(struct req *r, int64_t account_id);

/* The new password of the body, if it was typed twice alike and may be this account's.
 * E_PASSWORD_RULE with its reason. */
enum err messenger_new_password(
	struct req *r, const struct account *a, const char **password);

#endif
