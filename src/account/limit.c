#include "account/limit.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <string.h>

#include "base/conf.h"
#include "base/secret.h"
#include "base/str.h"
#include "cache/cache.h"
#include "db/db.h"

#include "account/limit.sql.h"

#define MINUTE 60
#define FAMILIAR_SECONDS (INT64_C(30) * 86400)
#define STRANGERS 10 /* times what one network may fail: all strangers together */

/* Sixty-four digits that stand for a name: keyed, so that nobody can try names against
 * the table. A user name that looks like somebody's e-mail is another name. */
static const char *
name_hash(struct ctx *c, enum sign_in_by by, const char *face, const char *name)
{
	char *lower = arena_fmt(&c->arena, "%s%s%s:%s", face == NULL ? "" : face,
		face == NULL ? "" : ":", by == BY_EMAIL ? "email" : "username", name);
	unsigned char hash[32];

	for (char *s = lower; *s != '\0'; s++)
		*s = (char)tolower((unsigned char)*s);
	secret_mac(0, lower, hash);
	return hex_text(&c->arena, hash, sizeof(hash));
}

static enum err
refuse(struct ctx *c, int64_t seconds)
{
	error_detail(c, "retry_after", seconds);
	return fail(c, E_LIMIT, NULL);
}

const char *
limit_caller(struct ctx *c)
{
	char text[INET6_ADDRSTRLEN];
	struct in6_addr a;

	if (c->address == NULL)
		return "";
	if (inet_pton(AF_INET6, c->address, &a) != 1)
		return inet_pton(AF_INET, c->address, &a) == 1 ? c->address : "";
	if (IN6_IS_ADDR_V4MAPPED(&a))
		return inet_ntop(AF_INET, a.s6_addr + 12, text, sizeof(text)) == NULL
			       ? c->address
			       : arena_str(&c->arena, text);
	memset(a.s6_addr + 8, 0, 8);
	return inet_ntop(AF_INET6, &a, text, sizeof(text)) == NULL
		       ? c->address
		       : arena_fmt(&c->arena, "%s/64", text);
}

enum err
limit_address(struct ctx *c, const char *kind, int64_t per_minute)
{
	const char *key =
		arena_fmt(&c->arena, "limit:%s:address:%s", kind, limit_caller(c));

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
known_key(struct ctx *c, const char *what)
{
	return arena_fmt(&c->arena, "limit:known:%s", what);
}

bool
limit_knows(struct ctx *c, const char *what)
{
	return cache_get(c, known_key(c, what)) != NULL;
}

void
limit_know(struct ctx *c, const char *what)
{
	cache_set(c, known_key(c, what), "1", FAMILIAR_SECONDS);
}

static const char *
failures_key(struct ctx *c, const char *key)
{
	return arena_fmt(&c->arena, "limit:sign-in:name:%s", key);
}

/* Another keyed hash: of a name and something else. */
static const char *
hash_with(struct ctx *c, const char *hash, const char *what, const char *more)
{
	const char *text = arena_fmt(&c->arena, "%s:%s:%s", hash, what, more);
	unsigned char out[32];

	secret_mac(0, text, out);
	return hex_text(&c->arena, out, sizeof(out));
}

/* Whose failures count: those of a device or a network that the person has used, or
 * those of a network where nobody knows them. */
static enum err
find_key(struct ctx *c, struct sign_in *s)
{
	const char *caller = limit_caller(c);
	int64_t familiar = 0;

	s->name_hash = name_hash(c, s->by, s->face, s->name);
	s->is_stranger = false;
	if (s->device != NULL) {
		s->key = hash_with(c, s->name_hash, "device", s->device);
		return OK;
	}
	if (caller[0] != '\0')
		TRY(db_int(c, &LIMIT_IS_FAMILIAR, &familiar,
			ARGS(c, s->by == BY_EMAIL, s->name, caller, c->now)));
	s->is_stranger = familiar == 0;
	s->key = hash_with(
		c, s->name_hash, s->is_stranger ? "stranger" : "network", caller);
	return OK;
}

static bool
fails_fast(struct ctx *c, const char *key, int64_t most)
{
	return cache_counted(c, failures_key(c, key)) >= most;
}

enum err
limit_sign_in(struct ctx *c, struct sign_in *s)
{
	int64_t most = conf.account_sign_in_failures, left;

	TRY(limit_address(c, "sign-in", conf.account_sign_in_per_address));
	TRY(find_key(c, s));
	if (fails_fast(c, s->key, most) ||
		(s->is_stranger && fails_fast(c, s->name_hash, most * STRANGERS)))
		return refuse(c, MINUTE);
	TRY(db_int(c, &LOCKOUT_LEFT, &left,
		ARGS(c, s->key, s->is_stranger ? s->name_hash : NULL, c->now)));
	s->is_locked = left > 0;
	return left > 0 ? refuse(c, left) : OK;
}

static enum err
count_failure(struct ctx *c, const char *key, const char *name, int64_t most,
	int64_t *failures)
{
	cache_count(c, failures_key(c, key), MINUTE);
	return db_int(c, &LOCKOUT_COUNT, failures,
		ARGS(c, key, c->now, most, conf.account_lockout_time, name));
}

enum err
limit_failed(struct ctx *c, struct sign_in *s)
{
	int64_t most = s->most > 0 ? s->most : conf.account_lockout_failures, all;

	if (s->is_stranger)
		TRY(count_failure(c, s->name_hash, NULL, most * STRANGERS, &all));
	return count_failure(c, s->key, s->name_hash, most, &s->failures);
}

enum err
limit_passed(struct ctx *c, const struct sign_in *s, int64_t account_id)
{
	const char *caller = limit_caller(c);
	enum err e = OK;

	TRY(db_begin(c));
	if (caller[0] != '\0')
		e = db_do(c, &LIMIT_MAKE_FAMILIAR, ARGS(c, account_id, caller, c->now));
	if (e == OK)
		e = db_do(c, &LOCKOUT_CLEAR, ARGS(c, s->key));
	return db_end(c, e);
}

struct lock {
	const char *key;
};

static FIELDS(lock_fields, FIELD(struct lock, key));

enum err
limit_unlock(struct ctx *c, enum sign_in_by by, const char *name)
{
	static const char *const faces[] = {NULL, "messenger"};

	for (size_t f = 0; f < sizeof(faces) / sizeof(*faces); f++) {
		struct lock *locks;
		size_t count;

		TRY(db_many(c, &LOCKOUT_CLEAR_ALL, lock_fields, &locks, &count,
			ARGS(c, name_hash(c, by, faces[f], name))));
		for (size_t i = 0; i < count; i++)
			cache_drop(c, failures_key(c, locks[i].key));
	}
	return OK;
}
