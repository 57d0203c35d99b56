#include "account/session.h"

#include <json-c/json.h>
#include <string.h>

#include "base/conf.h"
#include "base/json.h"
#include "base/rand.h"
#include "base/str.h"
#include "cache/cache.h"
#include "cache/near.h"
#include "db/db.h"

#include "account/session.sql.h"

#define COPY_SECONDS 30 /* how long Redis may answer for a live session */
#define MARK_SECONDS                                                                   \
	60 /* longer than a copy lives: it keeps a late reader from making one */
#define REVOKED "-"

static FIELDS(session_fields, FIELD(struct session, jti), FIELD(struct session, face),
	FIELD(struct session, family), FIELD(struct session, kind),
	FIELD(struct session, claims), FIELD(struct session, account_id),
	FIELD(struct session, uuid), FIELD(struct session, email),
	FIELD(struct session, role), FIELD(struct session, status),
	FIELD(struct session, created), FIELD(struct session, expires),
	FIELD(struct session, revoked_at), FIELD(struct session, spent_at));

static FIELDS(token_fields, FIELD(struct session, jti), FIELD(struct session, face),
	FIELD(struct session, family), FIELD(struct session, kind),
	FIELD(struct session, claims), FIELD(struct session, created),
	FIELD(struct session, expires), FIELD(struct session, number));

static FIELDS(copy_fields, FIELD(struct session, account_id),
	FIELD(struct session, uuid), FIELD(struct session, email),
	FIELD(struct session, role), FIELD(struct session, status),
	FIELD(struct session, family));

static FIELDS(key_fields, FIELD(struct session, face), FIELD(struct session, jti),
	FIELD(struct session, kind));

static const char *
cache_key(struct ctx *c, const char *face, const char *jti, const char *kind)
{
	return arena_fmt(&c->arena, "session:{%s}:%s:%s", jti, face, kind);
}

static bool
from_cache(struct ctx *c, const char *key, struct session *out)
{
	const char *text = cache_get(c, key);
	struct json_object *json;

	if (text == NULL || strcmp(text, REVOKED) == 0)
		return false;
	if (json_read(c, text, strlen(text), &json) == OK &&
		fields_from_json(c, json, copy_fields, false, out) == OK)
		return true;
	ctx_clear_error(c);
	return false;
}

/*
 * What a copy says as bytes, cheaper to read than JSON: the number, then the texts,
 * each with its NUL. A text that is NULL is 0xFF, which no UTF-8 has.
 */
static void
keep_near(struct ctx *c, const struct near_ticket *ticket, const struct session *s)
{
	struct buf packed = {.arena = &c->arena};

	buf_addn(&packed, (const char *)&s->account_id, sizeof(s->account_id));
	for (const struct field *f = copy_fields + 1; f->name != NULL; f++) {
		const char *text = *(const char *const *)((const char *)s + f->offset);

		buf_add(&packed, text == NULL ? "\xFF" : text);
		buf_addn(&packed, "", 1);
	}
	near_keep(ticket, packed.text, packed.used);
}

static bool
from_near(
	struct ctx *c, const char *key, struct session *out, struct near_ticket *ticket)
{
	unsigned char packed[NEAR_BYTES];
	size_t size, at = sizeof(out->account_id);

	if (!near_get(key, packed, &size, ticket) || size < at)
		return false;
	memcpy(&out->account_id, packed, at);
	for (const struct field *f = copy_fields + 1; f->name != NULL; f++) {
		const char *text = (const char *)packed + at;
		size_t n = strnlen(text, size - at);

		if (at + n >= size)
			return false;
		at += n + 1;
		*(const char **)((char *)out + f->offset) =
			text[0] == '\xFF' ? NULL : arena_strn(&c->arena, text, n);
	}
	return true;
}

enum err
session_check(struct ctx *c, const char *face, const char *jti, const char *kind,
	struct session *out)
{
	const char *key = cache_key(c, face, jti, kind);
	struct buf copy = {.arena = &c->arena};
	struct near_ticket ticket;
	bool found;

	*out = (struct session){0};
	if (from_near(c, key, out, &ticket))
		return OK;
	*out = (struct session){0};
	if (from_cache(c, key, out)) {
		keep_near(c, &ticket, out);
		return OK;
	}
	TRY(db_maybe(c, &SESSION_GET, session_fields, out, &found,
		ARGS(c, jti, face, kind)));
	if (!found || out->revoked_at.us != 0 || out->expires.us <= c->now.us)
		return fail(c, E_TOKEN_EXPIRED, NULL);
	fields_to_json(&copy, copy_fields, out, STYLE_OMIT_NULL);
	/* Only where there is nothing: a mark that a revocation has just set must stay.
	 */
	cache_add(c, key, buf_text(&copy), COPY_SECONDS);
	keep_near(c, &ticket, out);
	return OK;
}

static void
mark_revoked(struct ctx *c, void *key)
{
	cache_set(c, key, REVOKED, MARK_SECONDS);
	near_forget(key);
}

/* Revokes rows by a statement that gives their keys back: Redis and the host hear of it
 * once that is certain. */
static enum err
revoke(struct ctx *c, const struct db_stmt *s, struct args args)
{
	struct session *gone;
	size_t count;

	TRY(db_many(c, s, key_fields, &gone, &count, args));
	for (size_t i = 0; i < count; i++)
		ctx_after_commit(c, mark_revoked,
			(void *)cache_key(c, gone[i].face, gone[i].jti, gone[i].kind));
	return OK;
}

enum err
session_end_all(struct ctx *c, int64_t account_id, const char *why)
{
	return revoke(c, &SESSION_REVOKE_ALL, ARGS(c, account_id, c->now, why));
}

enum err
session_end_face(struct ctx *c, int64_t account_id, const char *face, const char *why)
{
	return revoke(c, &SESSION_REVOKE_FACE, ARGS(c, account_id, c->now, why, face));
}

enum err
session_end_access(struct ctx *c, int64_t account_id, const char *face, const char *why)
{
	TRY(db_do(c, &SESSION_LOCK_ACCOUNT, ARGS(c, account_id)));
	return revoke(
		c, &SESSION_REVOKE_FACE_ACCESS, ARGS(c, account_id, c->now, why, face));
}

enum err
session_end_others(struct ctx *c, int64_t account_id, const char *jti, const char *why)
{
	return revoke(c, &SESSION_REVOKE_OTHERS, ARGS(c, account_id, c->now, why, jti));
}

enum err
session_end_family_access(struct ctx *c, const char *family, const char *why)
{
	return revoke(c, &SESSION_REVOKE_ACCESS, ARGS(c, family, c->now, why));
}

enum err
session_end_single(struct ctx *c, const char *jti, const char *why)
{
	return revoke(c, &SESSION_REVOKE_SINGLE, ARGS(c, jti, c->now, why));
}

enum err
session_end_family(struct ctx *c, const char *family, const char *why)
{
	return revoke(c, &SESSION_REVOKE_FAMILY, ARGS(c, family, c->now, why));
}

static enum err
insert_named(struct ctx *c, int64_t account_id, const char *jti,
	const struct session_order *order, const char *family, const char *kind,
	int64_t seconds, struct session *out)
{
	/* Tokens carry whole seconds; "issued a second ago" forgives a clock that is a
	 * little late. */
	int64_t now = (c->now.us + US_PER_SECOND / 2) / US_PER_SECOND;
	struct utc issued = {(now - 1) * US_PER_SECOND},
		   expires = {(now + seconds) * US_PER_SECOND};

	return db_one(c, &SESSION_INSERT, token_fields, out,
		ARGS(c, jti, account_id, order->face, family, kind, order->claims,
			order->user_agent, c->address, issued, expires, order->number,
			order->otp, order->push_token));
}

static enum err
insert(struct ctx *c, int64_t account_id, const struct session_order *order,
	const char *family, const char *kind, int64_t seconds, struct session *out)
{
	return insert_named(
		c, account_id, rand_uuid(&c->arena), order, family, kind, seconds, out);
}

static enum err
insert_pair(struct ctx *c, int64_t account_id, const struct session_order *order,
	const char *family, struct session_pair *out)
{
	TRY(insert(c, account_id, order, family, "access", order->access_seconds,
		&out->access));
	return insert(c, account_id, order, family, "refresh", order->refresh_seconds,
		&out->refresh);
}

enum err
session_open(struct ctx *c, int64_t account_id, const struct session_order *order,
	struct session_pair *out)
{
	/* The lock makes parallel sign-ins of one account come one after the other. */
	TRY(db_do(c, &SESSION_LOCK_ACCOUNT, ARGS(c, account_id)));
	if (order->only_one)
		TRY(session_end_face(c, account_id, order->face, "sign-in"));
	return insert_pair(c, account_id, order, rand_uuid(&c->arena), out);
}

enum err
session_open_single(struct ctx *c, int64_t account_id, const char *jti,
	const struct session_order *order, struct session *out)
{
	TRY(db_do(c, &SESSION_LOCK_ACCOUNT, ARGS(c, account_id)));
	return insert_named(c, account_id, jti, order, rand_uuid(&c->arena), "access",
		order->access_seconds, out);
}

enum err
session_prolong(struct ctx *c, const char *jti, int64_t seconds)
{
	return db_do(
		c, &SESSION_PROLONG, ARGS(c, jti, c->now, utc_after(c->now, seconds)));
}

static enum err
repeat(struct ctx *c, const struct session *spent, struct session_pair *out)
{
	bool access = false, refresh = false;

	TRY(db_maybe(c, &SESSION_NEXT, token_fields, &out->access, &access,
		ARGS(c, spent->jti, "access")));
	TRY(db_maybe(c, &SESSION_NEXT, token_fields, &out->refresh, &refresh,
		ARGS(c, spent->jti, "refresh")));
	return access && refresh ? OK : fail(c, E_TOKEN_EXPIRED, NULL);
}

static enum err
exchange(struct ctx *c, const struct session *old, struct session_order *order,
	enum err (*claims)(struct ctx *, int64_t, struct session_order *),
	struct session_pair *out)
{
	TRY(claims(c, old->account_id, order));
	if (order->end_access)
		TRY(revoke(c, &SESSION_REVOKE_ACCESS,
			ARGS(c, old->family, c->now, "refresh")));
	TRY(insert_pair(c, old->account_id, order, old->family, out));
	return db_do(c, &SESSION_SPEND,
		ARGS(c, old->jti, c->now, out->access.jti, out->refresh.jti));
}

/* A refresh token's row, with its account locked: a parallel refresh may have won, and
 * whoever ends sessions finds what is added, or is seen here. */
static enum err
locked(struct ctx *c, const char *jti, const char *face, struct session *out,
	bool *found)
{
	TRY(db_maybe(c, &SESSION_GET, session_fields, out, found,
		ARGS(c, jti, face, "refresh")));
	if (!*found)
		return OK;
	TRY(db_do(c, &SESSION_LOCK_ACCOUNT, ARGS(c, out->account_id)));
	return db_maybe(c, &SESSION_GET, session_fields, out, found,
		ARGS(c, jti, face, "refresh"));
}

/* *theft: the transaction must be committed although the caller gets nothing. */
static enum err
rotate(struct ctx *c, const char *jti, struct session_order *order,
	enum err (*claims)(struct ctx *, int64_t, struct session_order *),
	struct session_pair *out, bool *theft)
{
	struct utc grace = utc_after(c->now, -conf.token_refresh_grace);
	struct session old = {0};
	bool found;

	TRY(locked(c, jti, order->face, &old, &found));
	if (!found || old.revoked_at.us != 0 || old.expires.us <= c->now.us)
		return fail(c, E_TOKEN_EXPIRED, NULL);
	if (old.spent_at.us == 0)
		return exchange(c, &old, order, claims, out);
	if (old.spent_at.us > grace.us)
		return repeat(c, &old, out);
	*theft = true;
	return session_end_family(c, old.family, "replay");
}

enum err
session_add_access(struct ctx *c, const char *jti, struct session_order *order,
	enum err (*claims)(
		struct ctx *c, int64_t account_id, struct session_order *order),
	struct session *out)
{
	struct session old = {0};
	bool found;

	TRY(locked(c, jti, order->face, &old, &found));
	if (!found || old.revoked_at.us != 0 || old.spent_at.us != 0 ||
		old.expires.us <= c->now.us)
		return fail(c, E_TOKEN_EXPIRED, NULL);
	TRY(claims(c, old.account_id, order));
	return insert(c, old.account_id, order, old.family, "access",
		order->access_seconds, out);
}

enum err
session_rotate(struct ctx *c, const char *jti, struct session_order *order,
	enum err (*claims)(
		struct ctx *c, int64_t account_id, struct session_order *order),
	struct session_pair *out)
{
	bool theft = false;

	TRY(db_begin(c));
	TRY(db_end(c, rotate(c, jti, order, claims, out, &theft)));
	return theft ? fail(c, E_TOKEN_EXPIRED, NULL) : OK;
}
