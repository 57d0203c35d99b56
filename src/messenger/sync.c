#include "messenger/sync.h"

#include <stdlib.h>
#include <string.h>

#include "base/conf.h"
#include "base/log.h"
#include "base/str.h"
#include "db/db.h"
#include "messenger/object.h"
#include "s3/digest.h"

#include "messenger/sync.sql.h"

#define MOST_BYTES ((size_t)64 * 1024 * 1024) /* of a copy */
#define SETTLE_SECONDS 2 /* changes of one account within these are one run */
#define FAILURES_MOST 3  /* after these a copy is built anew */

static FIELDS(file_fields, FIELD(struct sync_file, account_id),
	FIELD(struct sync_file, server_id), FIELD(struct sync_file, etag),
	FIELD(struct sync_file, size), FIELD(struct sync_file, stale),
	FIELD(struct sync_file, failures));

FIELDS(sync_state_fields, FIELD(struct sync_state, copies),
	FIELD(struct sync_state, stale), FIELD(struct sync_state, failing),
	FIELD(struct sync_state, due), FIELD(struct sync_state, behind_seconds),
	FIELD(struct sync_state, unspread), FIELD(struct sync_state, parked));

/* -- the object */

static enum err
place(struct ctx *c, const struct sync_file *f, struct object_place *out)
{
	return object_place(c, f->server_id,
		arena_fmt(&c->arena, "user_content/bca_sync/%lld/sync_db.sqlite",
			(long long)f->account_id),
		out);
}

/* The object that the row names; out->bytes is NULL if it is lost or damaged. */
static enum err
fetch(struct ctx *c, const struct sync_file *f, struct sync_bytes *out)
{
	struct s3_bytes got;
	struct object_place at;

	*out = (struct sync_bytes){0};
	if (f->etag == NULL || f->server_id == NULL)
		return OK;
	TRY(place(c, f, &at));
	if (!str_eq(at.server.id, f->server_id))
		return OK;
	TRY(s3_get_bytes(c, &at.object, MOST_BYTES, &got));
	if (got.bytes == NULL || !str_eq(got.md5, f->etag)) {
		log_warn("sync: the copy of account=%lld is %s",
			(long long)f->account_id,
			got.bytes == NULL ? "not in the store" : "not what was stored");
		return OK;
	}
	*out = (struct sync_bytes){got.bytes, got.n};
	return OK;
}

/* Object first, then the row that names it. */
static enum err
store(struct ctx *c, const struct sync_file *f, const struct sync_bytes *bytes,
	const char **etag)
{
	struct object_place at;

	TRY(place(c, f, &at));
	TRY(s3_put_bytes(c, &at.object, bytes->bytes, bytes->n,
		"application/vnd.sqlite3", etag));
	return db_do(c, &SYNC_STORE,
		ARGS(c, f->account_id, at.server.id, *etag, (int64_t)bytes->n));
}

/* -- building */

static enum err
rows_of(struct ctx *c, int64_t account, const char *ids, struct sync_row **rows,
	size_t *count)
{
	return db_many(
		c, &SYNC_ROWS, sync_row_fields, rows, count, ARGS(c, account, ids));
}

enum err
sync_build(struct ctx *c, int64_t account, struct sync_bytes *out)
{
	struct sync_row *rows;
	size_t count;

	TRY(rows_of(c, account, NULL, &rows, &count));
	return sync_db_build(c, rows, count, out);
}

struct due {
	int64_t profile_id;
};

static FIELDS(due_fields, FIELD(struct due, profile_id));

enum err
sync_bring_up(struct ctx *c, int64_t account, const struct sync_bytes *old,
	bool *changed, bool *whole, struct sync_bytes *out)
{
	struct buf ids = {.arena = &c->arena};
	struct sync_row *rows;
	struct due *due;
	size_t count, row_count;

	*changed = *whole = false;
	*out = *old;
	TRY(db_many(c, &SYNC_TAKE_DUE, due_fields, &due, &count, ARGS(c, account)));
	if (count == 0 && old->bytes != NULL)
		return OK;
	int64_t *profiles = arena_new(&c->arena, (count + 1) * sizeof(*profiles));
	for (size_t i = 0; i < count; i++) {
		profiles[i] = due[i].profile_id;
		*whole = *whole || profiles[i] == 0;
		buf_fmt(&ids, "%s%lld", i == 0 ? "{" : ",", (long long)profiles[i]);
	}
	buf_add(&ids, "}");
	if (!*whole && old->bytes != NULL) {
		TRY(rows_of(c, account, buf_text(&ids), &rows, &row_count));
		const struct sync_part part = {profiles, count, rows, row_count};
		enum err e = sync_db_change(c, old, &part, changed, out);
		if (e != E_INPUT)
			return e;
		log_warn("sync: the copy of account=%lld is built anew: %s",
			(long long)account, c->why);
		ctx_clear_error(c);
	}
	*changed = *whole = true;
	return sync_build(c, account, out);
}

/* In a transaction that has the row locked: all of the copy, from one snapshot. */
static enum err
build_locked(struct ctx *c, const struct sync_file *f, struct sync_bytes *bytes,
	const char **etag)
{
	struct due *due;
	size_t count;

	TRY(db_many(
		c, &SYNC_TAKE_DUE, due_fields, &due, &count, ARGS(c, f->account_id)));
	TRY(sync_build(c, f->account_id, bytes));
	return store(c, f, bytes, etag);
}

static enum err
ensure_in_tx(struct ctx *c, int64_t account, bool anew, struct sync_bytes *bytes,
	const char **etag)
{
	struct sync_file f = {0};

	TRY(db_one(c, &SYNC_LOCK, file_fields, &f, ARGS(c, account)));
	if (!anew && !f.stale) {
		*etag = f.etag;
		return OK;
	}
	return build_locked(c, &f, bytes, etag);
}

/*
 * The row is committed before the snapshot that is built from: whatever is committed
 * after that snapshot finds the row, and is noted for it. bytes stay empty if nothing
 * was built.
 */
static enum err
ensure(struct ctx *c, int64_t account, bool anew, struct sync_file *f,
	struct sync_bytes *bytes)
{
	bool fresh = false;

	if (!anew)
		TRY(db_maybe(c, &SYNC_FRESH, file_fields, f, &fresh, ARGS(c, account)));
	if (fresh)
		return OK;
	TRY(db_do(c, &SYNC_ASK, ARGS(c, account)));
	TRY(db_one(c, &SYNC_SHOW, file_fields, f, ARGS(c, account)));
	if (!anew && !f->stale)
		return OK;
	TRY(db_begin(c));
	return db_end(c, ensure_in_tx(c, account, anew, bytes, &f->etag));
}

/* Without a store: what the copy would be. */
enum err
sync_unstored(struct ctx *c, int64_t account, struct sync_bytes *out, const char **etag)
{
	ctx_clear_error(c);
	TRY(sync_build(c, account, out));
	*etag = digest_of(c, DIGEST_MD5, out->bytes, out->n);
	return *etag == NULL ? fail(c, E_BUG, NULL) : OK;
}

static bool
is_storeless(enum err e)
{
	return e == E_SERVER_DOWN || e == E_SERVER_NOT_FOUND || e == E_PEER ||
	       e == E_FENCED;
}

enum err
sync_etag(struct ctx *c, int64_t account, bool anew, const char **etag)
{
	struct sync_bytes bytes = {0};
	struct sync_file f = {0};
	enum err e = ensure(c, account, anew, &f, &bytes);

	if (is_storeless(e))
		return sync_unstored(c, account, &bytes, etag);
	*etag = f.etag;
	return e;
}

enum err
sync_is_kept(struct ctx *c, int64_t account, bool *kept)
{
	struct sync_file f = {0};

	TRY(db_maybe(c, &SYNC_SHOW, file_fields, &f, kept, ARGS(c, account)));
	*kept = *kept && !f.stale;
	return OK;
}

enum err
sync_read(struct ctx *c, int64_t account, bool anew, struct sync_bytes *out,
	const char **etag)
{
	struct sync_file f = {0};

	*out = (struct sync_bytes){0};
	enum err e = ensure(c, account, anew, &f, out);
	if (e == OK && out->bytes == NULL)
		e = fetch(c, &f, out);
	if (e == OK && out->bytes == NULL) {
		/* Another one may have just been put there: the row says so by now. */
		TRY(db_do(c, &SYNC_SPOIL, ARGS(c, account, f.etag)));
		e = ensure(c, account, false, &f, out);
		if (e == OK && out->bytes == NULL)
			e = fetch(c, &f, out);
	}
	if (is_storeless(e) || (e == OK && out->bytes == NULL))
		return sync_unstored(c, account, out, etag);
	*etag = f.etag;
	return e;
}

/* -- jobs */

enum err
sync_spread_job(struct ctx *c, const struct job *job)
{
	const char *colon = strchr(job->subject, ':');
	const char *tx = colon == NULL ? job->subject
				       : arena_strn(&c->arena, job->subject,
						 (size_t)(colon - job->subject));
	const struct job_kind *kind = job_kind("sync.apply");
	int64_t after = 0, last;

	if (colon != NULL && !int_read(colon + 1, &after))
		return fail(
			c, E_BUG, "not a transaction and an account: %s", job->subject);
	TRY(db_int(c, &SYNC_SPREAD, &last,
		ARGS(c, tx, after, conf.messenger_sync_active, kind->priority,
			kind->tries, SETTLE_SECONDS)));
	if (last == 0)
		return db_do(c, &SYNC_SPREAD_END, ARGS(c, tx));
	const char *next = arena_fmt(&c->arena, "%s:%lld", tx, (long long)last);
	const struct job_order order = {
		.kind = "sync.spread", .subject = next, .key = next};
	return job_add(c, &order);
}

static enum err
apply(struct ctx *c, const struct sync_file *f)
{
	struct sync_bytes old = {0}, new;
	bool changed, whole;
	const char *etag;

	if (f->failures < FAILURES_MOST)
		TRY(fetch(c, f, &old));
	TRY(sync_bring_up(c, f->account_id, &old, &changed, &whole, &new));
	if (!changed)
		return OK;
	TRY(store(c, f, &new, &etag));
	if (str_eq(etag, f->etag))
		return OK;
	return db_do(c, &SYNC_TELL, ARGS(c, f->account_id, etag));
}

static enum err
apply_in_tx(struct ctx *c, int64_t account)
{
	struct sync_file f = {0}, any = {0};
	struct due *due;
	size_t count;
	bool found, exists;

	TRY(db_maybe(c, &SYNC_LOCK_FREE, file_fields, &f, &found, ARGS(c, account)));
	if (!found) {
		TRY(db_maybe(
			c, &SYNC_SHOW, file_fields, &any, &exists, ARGS(c, account)));
		return exists ? fail(c, E_BUSY, "somebody else builds this copy") : OK;
	}
	/* It is built when it is asked for. */
	if (f.stale)
		return db_many(
			c, &SYNC_TAKE_DUE, due_fields, &due, &count, ARGS(c, account));
	return apply(c, &f);
}

enum err
sync_apply_job(struct ctx *c, const struct job *job)
{
	int64_t account;

	if (!int_read(job->subject, &account))
		return fail(c, E_BUG, "not an account: %s", job->subject);
	TRY(db_begin(c));
	enum err e = db_end(c, apply_in_tx(c, account));
	if (e == OK || e == E_BUSY)
		return e;
	const char *why = c->why == NULL ? err_sentence(e) : c->why;
	struct ctx note;
	ctx_start(&note, c->db, c->cache);
	if (db_do(&note, &SYNC_FAIL, ARGS(&note, account, why)) != OK)
		log_warn("sync: account=%lld: failed to record the failure",
			(long long)account);
	ctx_end(&note);
	return e;
}

/* -- for the operator */

enum err
sync_state(struct ctx *c, struct sync_state *out)
{
	return db_one(c, &SYNC_BEHIND, sync_state_fields, out, ARGS(c));
}

struct piece {
	int64_t last, count;
};

static FIELDS(piece_fields, FIELD(struct piece, last), FIELD(struct piece, count));

static enum err
rebuild(struct ctx *c, int64_t account, int64_t most, int64_t after, struct piece *out)
{
	const struct job_kind *kind = job_kind("sync.apply");

	return db_one(c, &SYNC_REBUILD_PIECE, piece_fields, out,
		ARGS(c, after, most, kind->priority, kind->tries, account));
}

enum err
sync_rebuild(struct ctx *c, int64_t most, int64_t *after, int64_t *count)
{
	struct piece piece;

	TRY(rebuild(c, 0, most, *after, &piece));
	if (piece.count > 0)
		*after = piece.last;
	*count = piece.count;
	return OK;
}

enum err
sync_rebuild_one(struct ctx *c, int64_t account, int64_t *count)
{
	struct piece piece;

	TRY(rebuild(c, account, 1, 0, &piece));
	*count = piece.count;
	return OK;
}
