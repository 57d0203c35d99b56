#include "account/erase.h"

#include "account/session.h"
#include "base/str.h"
#include "db/db.h"
#include "messenger/erase.h"
#include "people/picture.h"

#include "account/erase.sql.h"

enum err
account_erase(struct ctx *c, const struct account *a)
{
	int64_t pictures;

	if (str_eq(a->role, "administrator"))
		TRY(account_keep_an_administrator(c, a));
	TRY(messenger_erase(c, a->id));
	TRY(session_end_all(c, a->id, "erased"));
	if (a->email != NULL)
		TRY(db_do(c, &ERASE_INVITATIONS, ARGS(c, a->email)));
	TRY(picture_remove(c, a->id, &pictures));
	TRY(db_do(c, &ERASE_CARDS, ARGS(c, a->id, c->now)));
	return db_do(c, &ERASE_PERSON, ARGS(c, a->id, c->now));
}
