#include "messenger/relation.h"

#include "db/db.h"

#include "messenger/relation.sql.h"

static FIELDS(relation_fields, FIELD(struct relation, account_id),
	FIELD(struct relation, is_private), FIELD(struct relation, is_deleted),
	FIELD(struct relation, is_live), FIELD(struct relation, blocks),
	FIELD(struct relation, status));

enum err
relation_get(struct ctx *c, int64_t acting, int64_t other, struct relation *out)
{
	return db_one(c, &RELATION_GET, relation_fields, out, ARGS(c, acting, other));
}

static bool
is_accepted(int64_t status)
{
	return status == RELATION_FOLLOW || status == RELATION_HIDE;
}

/* What the wish comes to. */
static enum err
decide(struct ctx *c, const struct relation *r, int64_t *wish)
{
	if (r->is_deleted)
		return fail(c, E_MISSING, NULL);
	if (r->account_id == c->actor || !r->is_live)
		return fail(c, E_DENIED, NULL);
	if (r->status == *wish)
		return fail(c, E_SAME_RELATION, NULL);
	if (r->status == RELATION_NONE && *wish == RELATION_HIDE)
		return fail(c, E_NOT_RELATED, NULL);
	if (r->blocks && *wish != RELATION_BLOCK)
		return fail(c, E_DENIED, NULL);
	if (r->status == RELATION_ASKED && is_accepted(*wish))
		return fail(c, E_REQUEST_WAITS, NULL);
	/* Whoever was not accepted, above all who had blocked it, has to ask. */
	if (r->is_private && is_accepted(*wish) && !is_accepted(r->status))
		*wish = RELATION_ASKED;
	return OK;
}

enum err
relation_set(struct ctx *c, int64_t acting, int64_t other, int64_t *status)
{
	struct relation r = {0};

	TRY(relation_get(c, acting, other, &r));
	TRY(decide(c, &r, status));
	if (r.status == RELATION_NONE)
		return db_do(
			c, &RELATION_INSERT, ARGS(c, acting, other, *status, c->now));
	return db_do(c, &RELATION_UPDATE, ARGS(c, acting, other, r.status, *status));
}

enum err
relation_end(struct ctx *c, int64_t acting, int64_t other)
{
	struct relation r = {0};
	enum err there = relation_get(c, acting, other, &r);

	if (there != OK && there != E_MISSING)
		return there;
	if (there == OK && r.account_id == c->actor)
		return fail(c, E_DENIED, NULL);
	/* One's own row goes also when staff has locked the other profile. */
	ctx_clear_error(c);
	enum err e = db_do(c, &RELATION_DELETE, ARGS(c, acting, other));
	if (e != E_NOT_RELATED || there == OK)
		return e;
	ctx_clear_error(c);
	return fail(c, E_MISSING, NULL);
}

enum err
relation_requests(struct ctx *c, int64_t acting, const char **json)
{
	return db_json(c, &RELATION_REQUESTS, json, ARGS(c, acting));
}

enum err
relation_accept(struct ctx *c, int64_t acting, int64_t asker)
{
	return db_do(c, &RELATION_ACCEPT, ARGS(c, acting, asker));
}

enum err
relation_decline(struct ctx *c, int64_t acting, int64_t asker)
{
	return db_do(c, &RELATION_DECLINE, ARGS(c, acting, asker));
}
