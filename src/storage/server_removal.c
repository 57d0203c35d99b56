#include "storage/server_removal.h"

#include "base/log.h"
#include "db/db.h"
#include "job/job.h"
#include "storage/copy.h"

#include "storage/server_removal.sql.h"

#define BATCH 1000 /* objects of a step: the queue of jobs stays short, and quick */
#define GIVE_UP_DAYS INT64_C(7) /* without an answer, a deleted server is forgotten */
#define DAY_SECONDS INT64_C(86400)

/* What is left on a deleted server. */
struct left {
	int64_t copies, transfers;
	bool links;   /* uploads may still arrive there */
	bool is_late; /* it has not answered for too long */
};

static FIELDS(left_fields, FIELD(struct left, copies), FIELD(struct left, transfers),
	FIELD(struct left, links), FIELD(struct left, is_late));

struct row {
	const char *id;
};

static FIELDS(row_fields, FIELD(struct row, id));

static enum err
forget(struct ctx *c, const char *id)
{
	TRY(db_do(c, &SERVER_REMOVAL_FORGET_COPIES, ARGS(c, id)));
	return db_do(c, &SERVER_REMOVAL_ROW, ARGS(c, id));
}

enum err
server_sole_copies(struct ctx *c, const char *id, int64_t *count)
{
	return db_int(c, &SERVER_REMOVAL_SOLE, count, ARGS(c, id));
}

enum err
server_drop(struct ctx *c, const char *id, bool leave_objects, struct server *out)
{
	int64_t sole, others;

	TRY(db_int(c, &SERVER_REMOVAL_LOCK, &others, ARGS(c)));
	TRY(server_own(c, id, out));
	if (out->is_deleted && !leave_objects)
		return fail(c, E_SERVER_NOT_FOUND, NULL);
	TRY(server_sole_copies(c, id, &sole));
	if (sole > 0)
		return fail(c, E_SERVER_NEEDED, "%lld files are on this server only",
			(long long)sole);
	TRY(db_int(c, &SERVER_REMOVAL_SHARED, &others, ARGS(c, id)));
	if (!out->is_on || others > 0 || leave_objects)
		return forget(c, id);
	TRY(db_do(c, &SERVER_REMOVAL_HIDE, ARGS(c, id)));
	return server_clean_later(c, id);
}

enum err
server_leave(struct ctx *c, const char *id)
{
	TRY(db_do(c, &SERVER_REMOVAL_LEAVE, ARGS(c, id, c->now)));
	return copy_order_moves(c, id);
}

enum err
server_stay(struct ctx *c, const char *id)
{
	return db_do(c, &SERVER_REMOVAL_STAY, ARGS(c, id, c->now));
}

static enum err
read_left(struct ctx *c, const struct server *s, struct left *out)
{
	*out = (struct left){0};
	return db_one(c, &SERVER_REMOVAL_LEFT, left_fields, out,
		ARGS(c, s->id, GIVE_UP_DAYS * DAY_SECONDS));
}

/* Nothing is left, it seems: an upload may just be announced, or be heard of. */
static enum err
close_row(struct ctx *c, const struct server *s)
{
	struct left left;
	struct row row;
	bool found;

	TRY(db_maybe(
		c, &SERVER_REMOVAL_CLOSE, row_fields, &row, &found, ARGS(c, s->id)));
	if (!found)
		return OK;
	TRY(read_left(c, s, &left));
	if (left.copies > 0 || left.transfers > 0 || left.links)
		return OK;
	TRY(db_do(c, &SERVER_REMOVAL_ROW, ARGS(c, s->id)));
	log_info("server %s (%s:%lld), deleted, is empty and forgotten", s->name,
		s->host, (long long)s->port);
	return OK;
}

static enum err
give_up(struct ctx *c, const struct server *s, const struct left *left)
{
	int64_t sole;

	TRY(server_sole_copies(c, s->id, &sole));
	log_warn("server %s, deleted, has not answered for %lld days and is given up: "
		 "%lld objects remain on %s:%lld, of %lld files the only copy",
		s->name, (long long)GIVE_UP_DAYS, (long long)left->copies, s->host,
		(long long)s->port, (long long)sole);
	return forget(c, s->id);
}

enum err
server_clean(struct ctx *c, const struct server *s)
{
	struct left left;
	int64_t others;

	TRY(db_int(c, &SERVER_REMOVAL_SHARED, &others, ARGS(c, s->id)));
	if (others > 0) {
		log_warn("server %s, deleted, is forgotten with its objects: "
			 "another server is at %s:%lld",
			s->name, s->host, (long long)s->port);
		return forget(c, s->id);
	}
	TRY(db_do(c, &SERVER_REMOVAL_DOOM, ARGS(c, s->id, (int64_t)BATCH)));
	bool more = c->rows == BATCH;
	TRY(read_left(c, s, &left));
	if (left.is_late)
		return give_up(c, s, &left);
	if (s->is_down)
		return OK; /* the prober orders this anew once it is up */
	if (left.copies == 0 && left.transfers == 0)
		return left.links ? OK : close_row(c, s);
	if (!more) /* it looks at all that remains: once is enough */
		TRY(copy_order_moves(c, s->id));
	return copy_order_removals(c, s->id);
}
