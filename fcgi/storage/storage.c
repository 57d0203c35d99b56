#include "storage/storage.h"

#include "base/str.h"
#include "db/db.h"
#include "token.h"

#include "storage/storage.sql.h"

const struct claims *
storage_claims(const struct req *r)
{
	return r->claims;
}

enum err
storage_gone_or_expired(struct req *r)
{
	struct ctx *c = &r->ctx;
	const struct claims *claims = storage_claims(r);
	int64_t count = 1;

	ctx_clear_error(c);
	if (claims->user_id != NULL && uuid_valid(claims->user_id))
		TRY(db_int(
			c, &STORAGE_ACCOUNT_EXISTS, &count, ARGS(c, claims->user_id)));
	return fail(c, count == 0 ? E_ACCOUNT_NOT_FOUND : E_TOKEN_EXPIRED, NULL);
}
