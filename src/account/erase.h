#ifndef ERASE_H
#define ERASE_H

#include "account/account.h"

/*
 * Erases a person: what remains of the account says that somebody was here, not who;
 * files are marked deleted, sessions and everything that leads to the person end.
 * E_LAST_ADMIN. The caller's transaction, and its audit row.
 */
enum err account_erase(struct ctx *c, const struct account *a);

#endif
