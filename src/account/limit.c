#include "account/limit.h"

#include <ctype.h>
#include <string.h>

#include "base/conf.h"
#include "base/hash.h"
#include "base/str.h"
#include "cache/cache.h"
#include "db/db.h"

#include "account/limit.sql.h"

#define MINUTE 60

/* Sixty-four digits that stand for a name: keyed, so that nobody can try names against
 * the table. A user name that looks like somebody's e-mail is another name. */
static const char *
name_hash(struct ctx *c, enum sign_in_by by, const char *name)
{
	char *lower = arena_fmt(
		&c->arena, "%s:%s", by == BY_EMAIL ? "email" : "username", name);
	unsigned char hash[32];

	for (char *s = lower; *s != '\0'; s++)
		*s = (char)tolower((unsigned char)*s);
	hmac_sha256(conf.token_secret, strlen(conf.token_secret), lower, strlen(lower),
		hash);
	return hex_text(&c->arena, hash, sizeof(hash));
}

static enum err
refuse(struct ctx *c, int64_t seconds)
{
	tell(c, "retry_after", seconds);
	return fail(c, E_LIMIT, NULL);
}

enum err
limit_address(struct ctx *c, const char *kind, int64_t per_minute)
{
	const char *key = arena_fmt(&c->arena, "limit:%s:address:%s", kind,
		c->address == NULL ? "" : c->address);

	return cache_count(c, key, MINUTE) > per_minute ? refuse(c, MINUTE) : OK;
}

static const char *
tries_key(struct ctx *c, const char *what)
{
	return arena_fmt(&c->arena, "limit:tries:%s", what);
}

enum err
limit_tries(struct ctx *c, const char *what, int64_t most)
{
	return cache_counted(c, tries_key(c, what)) >= most ? refuse(c, MINUTE) : OK;
}

void
limit_tried(struct ctx *c, const char *what)
{
	cache_count(c, tries_key(c, what), MINUTE);
}

static const char *
failures_key(struct ctx *c, const char *hash)
{
	return arena_fmt(&c->arena, "limit:sign-in:name:%s", hash);
}

enum err
limit_sign_in(struct ctx *c, enum sign_in_by by, const char *name)
{
	const char *hash = name_hash(c, by, name);
	int64_t left;

	TRY(limit_address(c, "sign-in", conf.account_sign_in_per_address));
	if (cache_counted(c, failures_key(c, hash)) >= conf.account_sign_in_failures)
		return refuse(c, MINUTE);
	TRY(db_int(c, &LOCKOUT_LEFT, &left, ARGS(c, hash, c->now)));
	return left > 0 ? refuse(c, left) : OK;
}

enum err
limit_failed(struct ctx *c, enum sign_in_by by, const char *name)
{
	const char *hash = name_hash(c, by, name);

	cache_count(c, failures_key(c, hash), MINUTE);
	return db_do(c, &LOCKOUT_COUNT,
		ARGS(c, hash, c->now, conf.account_lockout_failures,
			conf.account_lockout_time));
}

enum err
limit_passed(struct ctx *c, enum sign_in_by by, const char *name)
{
	return db_do(c, &LOCKOUT_CLEAR, ARGS(c, name_hash(c, by, name)));
}

enum err
limit_unlock(struct ctx *c, enum sign_in_by by, const char *name)
{
	cache_drop(c, failures_key(c, name_hash(c, by, name)));
	return limit_passed(c, by, name);
}
