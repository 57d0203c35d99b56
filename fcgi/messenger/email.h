#ifndef MESSENGER_EMAIL_H
#define MESSENGER_EMAIL_H

#include "messenger/messenger.h"

/* Queues the mail that asks whether the address is theirs. The caller's transaction. */
enum err messenger_ask_to_confirm(struct req *r, int64_t account_id);

#endif
