#include "storage/copy.h"

#include <stdlib.h>
#include <string.h>

#include "base/conf.h"
#include "base/log.h"
#include "base/str.h"
#include "db/db.h"
#include "job/job.h"
#include "storage/server_removal.h"
#include "storage/server.h"

#include "storage/copy.sql.h"

/* The version that an event is about, and how its file stands. */
struct version {
	const char *id, *file_id, *state, *etag;
	const char *server_id;       /* of the event */
	const char *origin_id;       /* where its upload link led */
	const char *current_version; /* of the file */
	bool deleted, outdated;      /* the file is; something newer is served */
	bool leaving;                /* the server is deleted, its objects go */
	bool known;                  /* that the server has an object of this etag */
	bool lost;                   /* nobody had its bytes any more */
	bool being_copied;           /* to this server, at this moment */
	bool is_picture;             /* an object of account.picture */
	bool closed;                 /* its upload link is long past */
	int64_t size;
};

static FIELDS(version_fields, FIELD(struct version, id), FIELD(struct version, file_id),
	FIELD(struct version, state), FIELD(struct version, etag),
	FIELD(struct version, server_id), FIELD(struct version, origin_id),
	FIELD(struct version, current_version), FIELD(struct version, deleted),
	FIELD(struct version, leaving), FIELD(struct version, outdated),
	FIELD(struct version, known), FIELD(struct version, lost),
	FIELD(struct version, being_copied), FIELD(struct version, closed),
	FIELD(struct version, is_picture), FIELD(struct version, size));

/* So many orders at once; the sweep comes back for the rest. */
#define ORDERS_MOST 20000
#define LOOK_SECONDS 10
#define SLOT_SECONDS 5
#define SLOT_US (SLOT_SECONDS * US_PER_SECOND)

struct copy {
	const char *version_id, *server_id;
};

static FIELDS(
	copy_fields, FIELD(struct copy, version_id), FIELD(struct copy, server_id));

static FIELDS(lost_fields, FIELD(struct version, id));

static FIELDS(news_fields, FIELD(struct object_event, server),
	FIELD(struct object_event, server_id), FIELD(struct object_event, key),
	FIELD(struct object_event, created), FIELD(struct object_event, size),
	FIELD(struct object_event, etag));

static int
by_key(const void *a, const void *b)
{
	const struct copy *x = a, *y = b;
	int versions = strcmp(x->version_id, y->version_id);

	return versions != 0 ? versions : strcmp(x->server_id, y->server_id);
}

/* One job a copy. In the order of their keys: two who order the same wait for each
 * other, but never in a circle. */
static enum err
order(struct ctx *c, const char *kind, struct copy *list, size_t count)
{
	qsort(list, count, sizeof(*list), by_key);
	for (size_t i = 0; i < count; i++) {
		const char *what = arena_fmt(
			&c->arena, "%s/%s", list[i].version_id, list[i].server_id);
		const struct job_order order = {
			.kind = kind, .subject = what, .key = what};

		TRY(job_add(c, &order));
	}
	return OK;
}

static enum err
doom_version(struct ctx *c, const char *version_id)
{
	struct copy *list;
	size_t count;

	TRY(db_do(c, &VERSION_SUPERSEDE, ARGS(c, version_id, c->now)));
	TRY(db_many(c, &COPY_DOOM, copy_fields, &list, &count,
		ARGS(c, version_id, c->now)));
	return order(c, "copy.remove", list, count);
}

enum err
copy_doom_file(struct ctx *c, const char *file_id)
{
	struct copy *list;
	size_t count;

	TRY(db_many(c, &COPY_DOOM_ALL, copy_fields, &list, &count,
		ARGS(c, file_id, c->now)));
	return order(c, "copy.remove", list, count);
}

/*
 * A server does not have it any more. Whoever is to have it gets it again from another
 * at once; the last copy of a live file is the operator's to find.
 */
enum err
copy_lost(struct ctx *c, const char *version_id, const char *server_id)
{
	struct version lost;
	bool found;

	TRY(db_do(c, &COPY_DELETE, ARGS(c, version_id, server_id)));
	TRY(db_maybe(
		c, &VERSION_LOSE, lost_fields, &lost, &found, ARGS(c, version_id)));
	if (found) {
		log_error("storage: the only copy of version %s is gone", version_id);
		return OK;
	}
	return copy_order_missing(c, version_id, server_id);
}

/* Other bytes than those that are served, under the same key. */
static bool
is_replaced(const struct version *v, const struct object_event *news)
{
	return str_eq(v->state, "stored") && !str_eq(v->etag, news->etag);
}

/*
 * An object that may not be there, over one that was served: copied back from another
 * server. Where no other has it, the file has lost its bytes by its owner's own hand.
 */
static enum err
take_back(struct ctx *c, const struct version *v)
{
	int64_t elsewhere;

	TRY(db_do(c, &COPY_DOOM_ONE, ARGS(c, v->id, v->server_id, c->now)));
	TRY(db_int(c, &COPY_ELSEWHERE, &elsewhere, ARGS(c, v->id, v->server_id)));
	return elsewhere > 0 ? copy_order_missing(c, v->id, v->server_id)
			     : doom_version(c, v->id);
}

/* The bytes of a picture have come by its link: its files are made, it is not shown. */
static enum err
order_picture(struct ctx *c, const char *file_id, bool *found)
{
	struct version picture = {0};

	TRY(db_maybe(c, &COPY_PICTURE, lost_fields, &picture, found, ARGS(c, file_id)));
	return *found ? job_add(c, &(struct job_order){.kind = "picture.make",
					   .subject = picture.id,
					   .key = picture.id})
		      : OK;
}

/* The bytes have arrived: from now on they are what the file serves. */
static enum err
serve(struct ctx *c, const struct version *v, const struct object_event *news)
{
	bool replaced = is_replaced(v, news), is_original = false;

	if (replaced)
		TRY(db_do(c, &COPY_DOOM_OTHERS, ARGS(c, v->id, v->server_id, c->now)));
	if (replaced || !str_eq(v->state, "stored"))
		TRY(db_do(c, &VERSION_STORE,
			ARGS(c, v->id, news->size, news->etag, c->now)));
	if (replaced || !str_eq(v->current_version, v->id))
		TRY(db_do(c, &FILE_SERVE, ARGS(c, v->file_id, v->id, news->size)));
	if (v->current_version != NULL && !str_eq(v->current_version, v->id))
		TRY(doom_version(c, v->current_version));
	if (v->is_picture)
		TRY(order_picture(c, v->file_id, &is_original));
	return is_original ? OK : copy_order_missing(c, v->id, NULL);
}

/* Either its copier has put it there or, in the same moment, its owner: once the copier
 * has told, the server is asked. */
static enum err
look_again(struct ctx *c, const char *server_id, const char *key)
{
	const char *what = arena_fmt(&c->arena, "%s/%s", server_id, key);
	const struct job_order look = {.kind = "copy.check",
		.subject = what,
		.key = what,
		.delay = LOOK_SECONDS};

	return job_add(c, &look);
}

static enum err
found_again(struct ctx *c, const char *version_id)
{
	const struct job_order spread = {
		.kind = "copy.replicate", .subject = version_id, .key = version_id};

	TRY(db_do(c, &VERSION_FIND, ARGS(c, version_id)));
	return job_add(c, &spread);
}

enum err
copy_lock(struct ctx *c, int64_t event_id)
{
	int64_t files;

	return db_int(c, &COPY_LOCK, &files, ARGS(c, event_id));
}

enum err
copy_news(struct ctx *c, const struct object_event *news)
{
	struct version v = {0};
	int64_t too_much = 0;
	bool found;

	TRY(db_maybe(c, &COPY_VERSION, version_fields, &v, &found,
		ARGS(c, news->key, news->server, news->created ? news->etag : NULL,
			c->now, news->server_id, news->created)));
	if (!found)
		return OK;
	if (!news->created)
		return copy_lost(c, v.id, v.server_id);
	/* A replica that is not the original, by its etag: a copy in parts has one of
	 * its own, which the copier tells. Into all others reconciliation looks. */
	bool is_origin = str_eq(v.server_id, v.origin_id);
	bool copied = news->copied || v.known ||
		      (v.lost && news->size == v.size && (!is_origin || v.closed));
	bool other = is_replaced(&v, news) && (!is_origin || copied);
	if (other && !copied)
		return OK;
	if (is_origin && is_replaced(&v, news) && !copied && v.being_copied)
		return look_again(c, v.server_id, news->key);
	TRY(db_do(c, &COPY_INSERT,
		ARGS(c, v.id, v.server_id, news->etag, c->now,
			news->compared || news->copied)));
	if (v.lost)
		TRY(found_again(c, v.id));
	if (v.leaving)
		TRY(server_clean_later(c, v.server_id));
	if (v.deleted || v.outdated || str_eq(v.state, "superseded"))
		return doom_version(c, v.id);
	/* Said again, it changes nothing; what copies lack, the sweep sees. */
	if (other || (v.known && str_eq(v.state, "stored") &&
			     str_eq(v.current_version, v.id) && !is_replaced(&v, news)))
		return OK;
	TRY(db_int(c, &VERSION_TOO_MUCH, &too_much,
		ARGS(c, v.id, news->size, conf.storage_quota)));
	if (too_much == 1 && (!str_eq(v.state, "stored") || is_replaced(&v, news))) {
		log_warn("storage: version %s is more than its owner may have", v.id);
		return take_back(c, &v);
	}
	return serve(c, &v, news);
}

enum err
copy_look(struct ctx *c, const char *file_id, bool *arrived)
{
	struct object_event news = {0};

	TRY(db_maybe(c, &COPY_FOUND, news_fields, &news, arrived,
		ARGS(c, file_id, conf.s3_bucket)));
	return *arrived ? copy_news(c, &news) : OK;
}

enum err
copy_order_missing(struct ctx *c, const char *version_id, const char *server_id)
{
	struct copy *list;
	size_t count;

	TRY(db_many(c, &COPY_MISSING, copy_fields, &list, &count,
		ARGS(c, version_id, server_id, ORDERS_MOST)));
	return order(c, "copy.make", list, count);
}

enum err
copy_order_removals(struct ctx *c, const char *server_id)
{
	struct copy *list;
	size_t count;

	TRY(db_many(c, &COPY_TO_REMOVE, copy_fields, &list, &count,
		ARGS(c, server_id, ORDERS_MOST)));
	TRY(order(c, "copy.remove", list, count));
	TRY(db_many(c, &COPY_TO_GIVE_UP, copy_fields, &list, &count,
		ARGS(c, server_id, ORDERS_MOST)));
	return order(c, "copy.make", list, count);
}

enum err
copy_order_moves(struct ctx *c, const char *server_id)
{
	struct copy *list;
	size_t count;

	TRY(db_many(c, &COPY_MOVES, copy_fields, &list, &count,
		ARGS(c, server_id, ORDERS_MOST)));
	return order(c, "copy.make", list, count);
}

enum err
copy_fill_server(struct ctx *c, const struct server *s)
{
	const struct job_order fill = {
		.kind = "server.resync", .subject = s->id, .key = s->id};
	const struct job_order prepare = {
		.kind = "server.prepare", .subject = s->id, .key = s->id};
	const struct job_order look = {
		.kind = "server.reconcile", .subject = s->id, .key = s->id};

	if (!s->is_on)
		return OK;
	if (s->is_deleted)
		return server_clean_later(c, s->id);
	TRY(job_add(c, &prepare));
	TRY(s->is_unseen ? job_add(c, &look) : OK);
	return job_add(c, &fill);
}

enum err
upload_look_later(struct ctx *c, const char *version_id, int64_t seconds)
{
	const struct job_order look = {.kind = "upload.poll",
		.subject = version_id,
		.delay = seconds < LOOK_SECONDS ? LOOK_SECONDS : seconds};

	return job_add(c, &look);
}

enum err
upload_look_soon(struct ctx *c, const char *version_id)
{
	const struct job_order look = {.kind = "upload.poll",
		.subject = version_id,
		.key = version_id,
		.delay = LOOK_SECONDS};

	return job_add(c, &look);
}

struct upload_slot
upload_slot_of(struct ctx *c, int64_t seconds)
{
	int64_t expires = utc_after(c->now, seconds).us, slot = expires / SLOT_US;
	int64_t left = ((slot + 1) * SLOT_US - expires) / US_PER_SECOND + 1;

	return (struct upload_slot){
		arena_fmt(&c->arena, "%lld", (long long)slot), LOOK_SECONDS + left};
}

bool
upload_slot_read(const char *name, struct utc *first, struct utc *end)
{
	int64_t slot;

	if (!int_read(name, &slot) || slot < 0 || slot > INT64_MAX / SLOT_US - 1)
		return false;
	first->us = slot * SLOT_US;
	end->us = first->us + SLOT_US;
	return true;
}
