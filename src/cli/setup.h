#ifndef SETUP_H
#define SETUP_H

#include "account/account.h"
#include "cli/cli.h"

/* Asks for a password and makes the account a (username, email, name, surname, role,
 * is_superuser), with all permissions if `all`. E_INPUT; E_NAME_TAKEN, E_EMAIL_TAKEN */
enum err account_make_asked(struct call *call, struct account *a, bool all);

#endif
