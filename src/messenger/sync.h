#ifndef SYNC_H
#define SYNC_H

#include "base/ctx.h"
#include "base/field.h"
#include "job/job.h"
#include "messenger/sync_db.h"

/*
 * The copy that a phone keeps of its contacts: a SQLite file in the object store, and
 * the row of messenger.sync_file that names it by its MD5. Object first, row then, so
 * the row never promises what is not there; what is there and is not what the row says
 * (a worker was killed in between, a disk has lost it) is built anew.
 *
 * Changes come by triggers: messenger.sync_change in the transaction that makes them,
 * from there by sync.spread to the copies that have to hear of them
 * (messenger.sync_due), and by sync.apply into each. What is due says only which
 * profiles are to be looked at again; their rows are read when it is applied, so the
 * order of changes does not matter and a repetition does no harm.
 */
struct sync_file {
	int64_t account_id;
	const char *server_id, *etag; /* NULL: none yet */
	int64_t size;
	bool stale;
	int64_t failures;
};

/*
 * The MD5 of the account's copy for HEAD; one that is not there or stale is built
 * first, and `anew` builds it in any case. Waits for the object store only when it
 * builds. Without a store that answers it is that of the copy that would be.
 */
enum err sync_etag(struct ctx *c, int64_t account, bool anew, const char **etag);

/* Can that be told without building it? */
enum err sync_is_kept(struct ctx *c, int64_t account, bool *kept);

/*
 * The copy itself, and the MD5 of exactly these bytes. Without a store that answers it
 * is built from the database and kept nowhere.
 */
enum err sync_read(struct ctx *c, int64_t account, bool anew, struct sync_bytes *out,
	const char **etag);

/* From the database alone, and kept nowhere: what a copy built now would be. E_BUG. */
enum err sync_unstored(
	struct ctx *c, int64_t account, struct sync_bytes *out, const char **etag);

/* A full build in memory: what the copy shall have. */
enum err sync_build(struct ctx *c, int64_t account, struct sync_bytes *out);

/*
 * What is due for the account into a copy, in memory. Takes what is due, in the
 * caller's transaction. *whole: it had to be built anew.
 */
enum err sync_bring_up(struct ctx *c, int64_t account, const struct sync_bytes *old,
	bool *changed, bool *whole, struct sync_bytes *out);

/* sync.spread; subject: the transaction, or "transaction:account" to go on behind one.
 */
enum err sync_spread_job(struct ctx *c, const struct job *job);

/* sync.apply; subject: the account. */
enum err sync_apply_job(struct ctx *c, const struct job *job);

/* How far copies are behind. */
struct sync_state {
	int64_t copies, stale, failing; /* of all; to be built; that could not be */
	int64_t due;                    /* copies that something is due for */
	int64_t behind_seconds;         /* the oldest of it */
	int64_t unspread;               /* changes that no copy has heard of yet */
	int64_t parked;                 /* jobs given up */
};
extern const struct field sync_state_fields[];
enum err sync_state(struct ctx *c, struct sync_state *out);

/* Has up to `most` copies behind *after built anew; *after is the last of them,
 * *count how many. */
enum err sync_rebuild(struct ctx *c, int64_t most, int64_t *after, int64_t *count);

/* The same of one account; *count is 0 if it has no copy. */
enum err sync_rebuild_one(struct ctx *c, int64_t account, int64_t *count);

#endif
