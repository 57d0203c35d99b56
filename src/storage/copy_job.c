#include "storage/copy_job.h"

#include <sodium.h>
#include <string.h>

#include "base/conf.h"
#include "base/log.h"
#include "base/program.h"
#include "base/str.h"
#include "db/db.h"
#include "s3/client.h"
#include "storage/ask_job.h"
#include "storage/claim.h"
#include "storage/copy.h"
#include "storage/server_removal.h"
#include "storage/server.h"
#include "s3/digest.h"

#include "storage/copy_job.sql.h"

#define LEASE_SECONDS 120 /* of a copy that is under way, renewed as it goes on */
#define KEEP_SECONDS 20
#define PARTS_MOST 10000
#define PART_LEAST (INT64_C(5) * 1048576)
#define SOURCES_MOST 5

/* A copy to be made or removed. */
struct task {
	const char *version_id, *key, *etag, *sha256;
	int64_t size;
	bool wanted; /* of a live file's current version */
	bool doomed, held;
	bool being_removed;
	bool is_last;   /* no other server holds the file's bytes */
	bool is_shared; /* the target is deleted, but another is at its address */
	struct server target;
	const struct job *job;
	int64_t kept_at; /* microseconds: when the lease was last renewed */
	struct ctx *c;
};

static FIELDS(task_fields, FIELD(struct task, version_id), FIELD(struct task, key),
	FIELD(struct task, etag), FIELD(struct task, sha256), FIELD(struct task, size),
	FIELD(struct task, wanted), FIELD(struct task, doomed),
	FIELD(struct task, held), FIELD(struct task, being_removed),
	FIELD(struct task, is_last), FIELD(struct task, is_shared));

static struct s3_object
object_at(struct ctx *c, const struct server *s, const char *key)
{
	return (struct s3_object){server_site(c, s), key};
}

/* Takes "version/server" apart and looks it up. *found is false when either is no more.
 */
static enum err
read_task(struct ctx *c, const struct job *job, struct task *out, bool *found)
{
	const char *slash = strchr(job->subject, '/');

	if (slash == NULL || !uuid_valid(slash + 1))
		return fail(c, E_BUG, "the subject must be version/server");
	*out = (struct task){0};
	*found = false;
	enum err e = server_own(c, slash + 1, &out->target);
	if (e == E_SERVER_NOT_FOUND) {
		ctx_clear_error(c);
		return OK;
	}
	TRY(e);
	TRY(db_maybe(c, &TASK_OWN, task_fields, out, found,
		ARGS(c,
			arena_strn(&c->arena, job->subject,
				(size_t)(slash - job->subject)),
			slash + 1)));
	out->job = job;
	out->c = c;
	out->kept_at = utc_now().us;
	return OK;
}

/* While a copy goes on its lease is renewed; a program that is to stop breaks it off.
 */
static bool
alive(void *thing, int64_t bytes)
{
	struct task *t = thing;
	int64_t now = utc_now().us;

	program_wait(0); /* signals come in here */
	if (program_stopping())
		return false;
	if (now - t->kept_at < KEEP_SECONDS * US_PER_SECOND)
		return true;
	t->kept_at = now;
	if (job_keep(t->c, t->job, LEASE_SECONDS, bytes, t->size) != OK)
		ctx_clear_error(t->c);
	return true;
}

static bool
is_md5(const char *etag)
{
	return etag != NULL && strlen(etag) == 32 &&
	       strspn(etag, "0123456789abcdef") == 32;
}

/*
 * One piece from whichever source can give it, nearest to the target first; a source
 * that cannot is left out from then on.
 */
static enum err
fetch(struct ctx *c, struct task *t, const struct s3_transfer *piece,
	struct s3_transferred *out)
{
	const struct geo_point place = {
		true, t->target.latitude, t->target.longitude, false};
	const struct s3_object to = object_at(c, &t->target, t->key);
	struct s3_transfer flow = *piece;
	struct server from;
	const char *etag;

	flow.to = &to;
	flow.alive = alive;
	flow.thing = t;
	for (int i = 0;; i++) {
		TRY(server_holding(c, t->version_id, place, true, &from));
		TRY(db_json(c, &COPY_ETAG, &etag, ARGS(c, t->version_id, from.id)));
		const struct s3_object source = object_at(c, &from, t->key);
		flow.from = &source;
		flow.etag = etag;
		enum err e = s3_stream(c, &flow, out);
		if (e == OK || !out->source_failed) {
			if (e == E_SERVER_DOWN)
				server_note_failure(c, &t->target);
			return e;
		}
		if (out->source_lacks) {
			const char *why = arena_str(&c->arena, c->why);
			ctx_clear_error(c);
			TRY(copy_doubt(c, from.id, t->key));
			return fail(c, e, "%s", why);
		}
		server_note_failure(c, &from);
		if (i + 1 == SOURCES_MOST)
			return e;
		ctx_clear_error(c);
	}
}

/* A bucket that is not there yet is made, and all begins anew. */
static enum err
begin_anew(struct ctx *c, struct task *t)
{
	const struct s3_site site = server_site(c, &t->target);

	ctx_clear_error(c);
	TRY(db_do(c, &TRANSFER_DROP, ARGS(c, t->version_id, t->target.id)));
	TRY(s3_make_bucket(c, &site));
	return fail(c, E_PEER, "%s had no such bucket or upload; it has now",
		t->target.name);
}

static enum err
copy_whole(struct ctx *c, struct task *t, const char **etag)
{
	struct s3_transfer flow = {.md5 = is_md5(t->etag) ? t->etag : NULL,
		.sha256 = t->sha256,
		.size = t->size,
		.whole = true};
	struct s3_transferred flown = {0};
	enum err e = fetch(c, t, &flow, &flown);

	if (e != OK)
		return flown.target_lost ? begin_anew(c, t) : e;
	if (t->sha256 == NULL)
		TRY(db_do(c, &VERSION_NOTE_SHA256,
			ARGS(c, t->version_id, flown.sha256, t->etag)));
	*etag = flown.etag == NULL ? flown.md5 : flown.etag;
	return OK;
}

struct transfer {
	const char *upload_id;
	int64_t part_bytes;
};

static FIELDS(transfer_fields, FIELD(struct transfer, upload_id),
	FIELD(struct transfer, part_bytes));

struct part {
	int64_t number;
	const char *etag;
};

static FIELDS(part_fields, FIELD(struct part, number), FIELD(struct part, etag));

static int64_t
part_size(int64_t whole)
{
	int64_t size = conf.storage_part_bytes;

	if (size < PART_LEAST)
		size = PART_LEAST;
	if (whole / size >= PARTS_MOST)
		size = whole / (PARTS_MOST - 1) + 1;
	return size;
}

/* The upload that has begun, or a new one. */
static enum err
open_transfer(struct ctx *c, struct task *t, struct transfer *out)
{
	const struct s3_object to = object_at(c, &t->target, t->key);
	bool found;

	TRY(db_maybe(c, &TRANSFER_OWN, transfer_fields, out, &found,
		ARGS(c, t->version_id, t->target.id)));
	if (found)
		return OK;
	out->part_bytes = part_size(t->size);
	enum err e = s3_upload_open(c, &to, &out->upload_id);
	if (e == E_MISSING)
		return begin_anew(c, t);
	TRY(server_answered(c, &t->target, e));
	return db_do(c, &TRANSFER_ADD,
		ARGS(c, t->version_id, t->target.id, out->upload_id, out->part_bytes));
}

/*
 * S3's ETag of an object of parts: MD5 of their MD5s, a hyphen, their number. NULL if a
 * server's parts have other ETags.
 */
static const char *
joined_etag(struct ctx *c, const char *const *etags, size_t n)
{
	struct digest *d = digest_new(c, DIGEST_MD5);

	for (size_t i = 0; i < n; i++) {
		unsigned char md5[16];

		if (d == NULL || !is_md5(etags[i]) ||
			sodium_hex2bin(
				md5, sizeof(md5), etags[i], 32, NULL, NULL, NULL) != 0)
			return NULL;
		digest_add(d, md5, sizeof(md5));
	}
	return arena_fmt(&c->arena, "%s-%zu", digest_text(c, d), n);
}

static enum err
copy_part(struct ctx *c, struct task *t, const struct transfer *transfer,
	int64_t number, const char **etag)
{
	int64_t first = (number - 1) * transfer->part_bytes, left = t->size - first;
	struct s3_transfer flow = {.first = first,
		.size = left < transfer->part_bytes ? left : transfer->part_bytes,
		.upload_id = transfer->upload_id,
		.part = number};
	struct s3_transferred flown = {0};
	enum err e = fetch(c, t, &flow, &flown);

	if (e != OK)
		return flown.target_lost ? begin_anew(c, t) : e;
	*etag = flown.etag == NULL ? flown.md5 : flown.etag;
	return db_do(c, &TRANSFER_PART_ADD,
		ARGS(c, t->version_id, t->target.id, number, *etag));
}

static enum err
complete(struct ctx *c, struct task *t, const struct transfer *transfer,
	const char *const *etags, size_t n, const char **etag)
{
	const struct s3_object to = object_at(c, &t->target, t->key);
	const char *should = joined_etag(c, etags, n);
	struct s3_state state;

	enum err e = s3_upload_complete(c, &to, transfer->upload_id, etags, n, etag);
	if (e == E_MISSING) {
		/* Completed by somebody who died before he could say so? */
		ctx_clear_error(c);
		TRY(s3_head(c, &to, &state));
		if (!state.found || state.size != t->size)
			return begin_anew(c, t);
		*etag = state.etag;
	} else {
		TRY(server_answered(c, &t->target, e));
	}
	TRY(db_do(c, &TRANSFER_DROP, ARGS(c, t->version_id, t->target.id)));
	if (should == NULL || str_eq(*etag, should))
		return OK;
	TRY(s3_delete(c, &to));
	return fail(c, E_PEER, "%s has other bytes", t->target.name);
}

static enum err
copy_in_parts(struct ctx *c, struct task *t, const char **etag)
{
	struct transfer transfer = {0};
	struct part *have;
	size_t count;

	TRY(open_transfer(c, t, &transfer));
	size_t n = (size_t)((t->size + transfer.part_bytes - 1) / transfer.part_bytes);
	const char **etags = arena_new(&c->arena, n * sizeof(*etags));
	TRY(db_many(c, &TRANSFER_PARTS, part_fields, &have, &count,
		ARGS(c, t->version_id, t->target.id)));
	for (size_t i = 0; i < count; i++)
		if ((size_t)have[i].number <= n)
			etags[have[i].number - 1] = have[i].etag;
	for (size_t i = 0; i < n; i++)
		if (etags[i] == NULL)
			TRY(copy_part(c, t, &transfer, (int64_t)i + 1, &etags[i]));
	return complete(c, t, &transfer, etags, n, etag);
}

/* What was begun for a copy that nobody wants any more. */
static enum err
give_up(struct ctx *c, struct task *t)
{
	const struct s3_object to = object_at(c, &t->target, t->key);
	struct transfer transfer = {0};
	bool begun;

	TRY(db_maybe(c, &TRANSFER_OWN, transfer_fields, &transfer, &begun,
		ARGS(c, t->version_id, t->target.id)));
	if (!begun)
		return OK;
	TRY(server_answered(c, &t->target, s3_upload_drop(c, &to, transfer.upload_id)));
	TRY(db_do(c, &TRANSFER_DROP, ARGS(c, t->version_id, t->target.id)));
	return t->target.is_deleted ? server_clean_later(c, t->target.id) : OK;
}

struct waiting {
	const char *id;
};

static FIELDS(waiting_fields, FIELD(struct waiting, id));

/* There is one more copy: who is deleted and had the only one may go on. */
static enum err
let_go(struct ctx *c, const char *version_id)
{
	struct waiting *list;
	size_t count;

	TRY(db_many(
		c, &TASK_WAITING, waiting_fields, &list, &count, ARGS(c, version_id)));
	for (size_t i = 0; i < count; i++)
		TRY(server_clean_later(c, list[i].id));
	return OK;
}

enum err
copy_make_job(struct ctx *c, const struct job *job)
{
	const char *etag = NULL;
	struct task t;
	bool found = false, held;

	TRY(read_task(c, job, &t, &found));
	if (!found || !t.target.is_on)
		return OK;
	if (t.target.is_deleted && t.target.is_down)
		return OK;    /* server.resync orders it anew */
	if (t.target.is_down) /* the prober has it ordered at once when it is up */
		return fail(c, E_SERVER_DOWN, "%s is down", t.target.name);
	/* Since it was ordered the file may have gone, or the server been closed. */
	if (!t.wanted || t.held || !t.target.is_active || t.target.is_leaving ||
		t.target.is_deleted) {
		TRY(give_up(c, &t));
		/* Who tried before may have died with the copy made and untold. */
		return job->tries > 1 ? copy_ask(c, &t.target, t.key, &held) : OK;
	}
	if (t.doomed && t.being_removed)
		return fail(c, E_BUSY, "the object before it is just being removed");
	if (t.size > part_size(0))
		TRY(copy_in_parts(c, &t, &etag));
	else
		TRY(copy_whole(c, &t, &etag));

	/* The server tells by an event too, sooner or later, if it tells at all. */
	const struct object_event news = {.server = t.target.name,
		.server_id = t.target.id,
		.copied = true,
		.key = t.key,
		.created = true,
		.size = t.size,
		.etag = etag};
	TRY(copy_tell(c, &news));
	return let_go(c, t.version_id);
}

/*
 * The last of a deleted server's objects ends its stay. One that is there again by now
 * is seen to as well: it lacks what has just been removed.
 */
static enum err
removed(struct ctx *c, struct task *t)
{
	int64_t left;

	if (!t->target.is_deleted)
		return OK;
	TRY(db_int(c, &TASK_DOOMED_LEFT, &left, ARGS(c, t->target.id)));
	return left > 0 ? OK : server_clean_later(c, t->target.id);
}

/* Rows may be wrong: before a live file's bytes are removed another server is asked. */
static enum err
other_has_it(struct ctx *c, const struct task *t, bool *held)
{
	struct waiting other;
	struct server server;

	*held = false;
	TRY(db_maybe(c, &TASK_OTHER_HOLDER, waiting_fields, &other, held,
		ARGS(c, t->version_id, t->target.id)));
	if (!*held)
		return OK;
	TRY(server_own(c, other.id, &server));
	return copy_ask(c, &server, t->key, held);
}

enum err
copy_remove_job(struct ctx *c, const struct job *job)
{
	struct task t;
	bool found = false, held = true;

	TRY(read_task(c, job, &t, &found));
	if (!found || !t.doomed ||
		!t.target.is_on) /* once it is on, server.resync orders it again */
		return OK;
	if (t.wanted && !t.target.is_leaving &&
		!t.target.is_deleted) /* copy.make overwrites it */
		return OK;
	if (t.target.is_down) /* the prober has it ordered again once it is up */
		return OK;
	if (t.is_shared)
		return server_clean_later(c, t.target.id);
	if (t.wanted && !t.is_last)
		TRY(other_has_it(c, &t, &held));
	if (t.is_last || !held) {
		/* The other copy has gone since this one was doomed. */
		TRY(db_do(c, &TASK_SPARE, ARGS(c, t.version_id, t.target.id)));
		return copy_fill_server(c, &t.target);
	}
	const struct s3_object o = object_at(c, &t.target, t.key);
	TRY(server_answered(c, &t.target, server_claim(c, &t.target)));
	TRY(server_answered(c, &t.target, s3_delete(c, &o)));
	TRY(db_do(c, &TASK_REMOVED, ARGS(c, t.version_id, t.target.id)));
	return removed(c, &t);
}
