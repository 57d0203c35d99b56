#include "messenger/rights.h"

#include "base/field.h"
#include "db/db.h"

#include "messenger/rights.sql.h"

static FIELDS(fields, FIELD(struct rights, exists), FIELD(struct rights, deleted),
	FIELD(struct rights, private), FIELD(struct rights, own),
	FIELD(struct rights, sees), FIELD(struct rights, commit_id));

enum err
rights_card(struct ctx *c, const struct viewer *who, int64_t card, struct rights *out)
{
	bool found;

	*out = (struct rights){0};
	return db_maybe(c, &RIGHTS_CARD, fields, out, &found,
		ARGS(c, card, who->account_id, who->is_admin));
}

enum err
rights_act(struct ctx *c, int64_t account, int64_t profile)
{
	int64_t count;

	TRY(db_int(c, &RIGHTS_ACT, &count, ARGS(c, profile, account)));
	return count == 1 ? OK : fail(c, E_DENIED, NULL);
}
