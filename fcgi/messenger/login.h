#ifndef MESSENGER_LOGIN_H
#define MESSENGER_LOGIN_H

#include "messenger/messenger.h"

/*
 * A new session of the account, and the answer with its tokens and cookies ("login
 * data"). Its oldest sessions end above messenger.sessions. The caller's transaction.
 */
enum err messenger_login(
	struct req *r, int64_t account_id, int status, const char *sub_code);

/* The answer to POST /account/refresh; its transactions are its own. */
enum err messenger_relogin(struct req *r);

/* For POST /account/signout and others that may have the refresh cookie and need not:
 * is it there, good, and not sent by a page of somebody else's? */
bool messenger_has_refresh(struct req *r);

/* E_NOT_OFFERED for a request by a page of another site. */
enum err messenger_own_origin(struct req *r);

#endif
