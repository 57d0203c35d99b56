#ifndef MESSENGER_ADMIN_H
#define MESSENGER_ADMIN_H

#include "db/db.h"
#include "messenger/messenger.h"

/* What the pages for administrators have in common. */

#define ADMIN_ROWS 100 /* of a table on one page */

/* The word that a form of this session brings, so that a page of another site cannot
 * send it; and its check (E_ADMIN_MISSING). in_form NULL: it is in X-Csrf-Token. */
const char *messenger_admin_csrf(struct req *r);
enum err messenger_check_csrf(struct req *r, const char *in_form);

/* Ends a session by its number, or only its access tokens. E_REFRESH_INVALID. */
enum err messenger_revoke_session(struct req *r, int64_t number, bool for_good);

/* Where the table begins: behind ?after=. */
int64_t messenger_after(struct req *r);

/* A page with a table, a link to the next ADMIN_ROWS and more HTML. */
enum err messenger_admin_table(struct req *r, const char *title, const char *path,
	struct db_table *t, const char *more);

#endif
