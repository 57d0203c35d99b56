#ifndef MESSENGER_PASSWORD_H
#define MESSENGER_PASSWORD_H

#include "account/account.h"
#include "messenger/messenger.h"

/* The body of who changes a password. */
struct passwords {
	const char *new_password, *new_password_check, *original_password;
};

/* E_PASSWORD_RULE with its reason, unless both are the same. */
enum err messenger_typed_alike(struct req *r);

/* May it be this account's? E_PASSWORD_RULE with its reason. */
enum err messenger_check_new_password(
	struct req *r, const struct account *a, const char *password);

/* The new password of the body, if it was typed twice alike and may be this account's.
 * E_PASSWORD_RULE with its reason. */
enum err messenger_new_password(
	struct req *r, const struct account *a, const char **password);

#endif
