#include "storage/reconcile.h"

#include <string.h>

#include "base/buf.h"
#include "base/conf.h"
#include "base/log.h"
#include "base/program.h"
#include "base/str.h"
#include "db/db.h"
#include "s3/client.h"
#include "storage/claim.h"
#include "storage/copy.h"
#include "storage/ask_job.h"

#include "storage/reconcile.sql.h"

#define ORPHAN_SECONDS                                                                 \
	INT64_C(3600) /* an upload of a moment ago may not be known yet */
#define UPLOAD_SECONDS INT64_C(86400)
#define REPORT_SECONDS (INT64_C(90) * 86400)
#define LEASE_SECONDS 120
#define KEY_CHARACTERS 73 /* two UUIDs and a slash */

FIELDS(reconciled_fields, FIELD(struct reconciled, objects),
	FIELD(struct reconciled, unheard), FIELD(struct reconciled, lost),
	FIELD(struct reconciled, altered), FIELD(struct reconciled, doomed),
	FIELD(struct reconciled, orphans), FIELD(struct reconciled, uploads),
	FIELD(struct reconciled, damaged));

/* What a city of the embedded store has said of its disk. */
struct told_of_disk {
	int64_t damaged, event_id;
};

static FIELDS(disk_fields, FIELD(struct told_of_disk, damaged),
	FIELD(struct told_of_disk, event_id));

/* An object that is not as it should be. */
struct odd {
	const char *key, *version_id, *etag;
	int64_t size;
	bool known, doomed, wanted, origin, stale;
};

static FIELDS(odd_fields, FIELD(struct odd, key), FIELD(struct odd, version_id),
	FIELD(struct odd, etag), FIELD(struct odd, size), FIELD(struct odd, known),
	FIELD(struct odd, doomed), FIELD(struct odd, wanted), FIELD(struct odd, origin),
	FIELD(struct odd, stale));

struct key {
	const char *key;
};

static FIELDS(key_fields, FIELD(struct key, key));

struct upload {
	const char *id;
};

static FIELDS(upload_fields, FIELD(struct upload, id));

/* Objects of this time came after the backup that was restored: nothing is known of
 * them. */
struct unknown {
	struct utc since, until;
};

static FIELDS(
	unknown_fields, FIELD(struct unknown, since), FIELD(struct unknown, until));

/* One look through one server. */
struct look {
	struct ctx *c;
	const struct server *server;
	struct s3_site site;
	struct utc began; /* by the database's clock */
	struct unknown unknown;
	struct reconciled *out;
	bool (*progress)(void *thing, int64_t objects);
	void *thing;
};

#define UUID_LENGTH 36

/* In the folder of the cards: a card's UUID, a background's hash, or a batch's UUID,
 * each followed by the name of what was made. */
static bool
is_of_cards(struct ctx *c, const char *key)
{
	if (str_starts(key, "background/")) {
		key += strlen("background/");
		return strspn(key, "0123456789abcdef") == 64 && key[64] == '/';
	}
	if (str_starts(key, "batch/"))
		key += strlen("batch/");
	return strlen(key) > UUID_LENGTH && key[UUID_LENGTH] == '/' &&
	       uuid_valid(arena_strn(&c->arena, key, UUID_LENGTH));
}

/* Two UUIDs and, of a picture, between "people/" and the name of a variant. */
static bool
is_ours(struct ctx *c, const char *key)
{
	const char *prefix = "people/", *name = NULL;

	if (str_starts(key, "cards/"))
		return is_of_cards(c, key + strlen("cards/"));
	if (str_starts(key, prefix)) {
		key += strlen(prefix);
		name = strlen(key) > KEY_CHARACTERS ? key + KEY_CHARACTERS : "";
		if (name[0] != '/' || strchr(name + 1, '/') != NULL)
			return false;
		key = arena_strn(&c->arena, key, KEY_CHARACTERS);
	}
	return strlen(key) == KEY_CHARACTERS && key[36] == '/' && uuid_valid(key + 37);
}

/* An array as PostgreSQL writes it. */
static void
array_add(struct buf *b, const char *text)
{
	buf_add(b, b->used == 0 ? "{\"" : ",\"");
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			buf_add(b, "\\");
		buf_addn(b, text, 1);
	}
	buf_add(b, "\"");
}

static const char *
array_text(struct buf *b)
{
	buf_add(b, b->used == 0 ? "{}" : "}");
	return buf_text(b);
}

static enum err
remove_object(struct look *k, const char *key)
{
	const struct s3_object o = {k->site, key};

	return s3_delete(k->c, &o);
}

/* Told as if the server had told it; what is of a deleted file is doomed thereby. */
static enum err
tell_found(struct look *k, const struct odd *o)
{
	const struct object_event news = {.server = k->server->name,
		.server_id = k->server->id,
		.key = o->key,
		.created = true,
		.size = o->size,
		.etag = o->etag};

	return copy_tell(k->c, &news);
}

static bool
is_of_unknown_time(const struct look *k, struct utc modified)
{
	return modified.us >= k->unknown.since.us && modified.us <= k->unknown.until.us;
}

static enum err
heal(struct look *k, const struct odd *o, struct utc modified)
{
	struct ctx *c = k->c;

	if (o->version_id == NULL) {
		if (modified.us == 0 || is_of_unknown_time(k, modified) ||
			modified.us > utc_after(k->began, -ORPHAN_SECONDS).us)
			return OK;
		k->out->orphans++;
		return remove_object(k, o->key);
	}
	if (o->doomed) {
		k->out->doomed++;
		return OK; /* copy_order_removals() below */
	}
	if (!o->known && o->stale) {
		if (modified.us == 0 ||
			modified.us > utc_after(k->began, -ORPHAN_SECONDS).us)
			return OK; /* a copy may just have been made */
		k->out->altered++;
		return remove_object(k, o->key); /* and made anew, below */
	}
	if (!o->known || o->origin) {
		/* What the upload's own server has is the truth. */
		k->out->unheard += !o->known;
		k->out->altered += o->known;
		return tell_found(k, o);
	}
	/* A replica with other bytes than were copied there. */
	k->out->altered++;
	TRY(remove_object(k, o->key));
	TRY(db_begin(c));
	return db_end(c, copy_lost(c, o->version_id, k->server->id));
}

static enum err
take_page(struct look *k, const struct s3_listed *list, size_t n)
{
	struct ctx *c = k->c;
	struct buf keys = {.arena = &c->arena}, sizes = keys, etags = keys;
	const char *all;
	struct odd *odd;
	size_t count, at = 0;

	for (size_t i = 0; i < n; i++) {
		if (!is_ours(c, list[i].key))
			continue;
		array_add(&keys, list[i].key);
		array_add(&sizes, db_arg_int(c, list[i].size));
		array_add(&etags, list[i].etag);
	}
	all = array_text(&keys);
	TRY(db_many(c, &RECONCILE_PAGE, odd_fields, &odd, &count,
		ARGS(c, k->server->id, all, array_text(&sizes), array_text(&etags))));
	for (size_t i = 0; i < count; i++) {
		for (at = 0; at < n && !str_eq(list[at].key, odd[i].key);)
			at++;
		TRY(heal(k, &odd[i], at < n ? list[at].modified : (struct utc){0}));
	}
	return db_do(c, &RECONCILE_SEEN, ARGS(c, k->server->id, all));
}

static enum err
go_on(struct look *k)
{
	if (k->progress != NULL && !k->progress(k->thing, k->out->objects))
		return fail(k->c, E_BUSY, "the look was broken off");
	return OK;
}

static enum err
all_pages(struct look *k)
{
	const char *after = "";
	struct s3_listed *list;
	bool more = true;
	size_t n;

	while (more) {
		TRY(s3_list(k->c, &k->site, after, &list, &n, &more));
		k->out->objects += (int64_t)n;
		TRY(take_page(k, list, n));
		TRY(go_on(k));
		if (n == 0)
			break;
		after = list[n - 1].key;
	}
	return OK;
}

/* What was not listed is asked for by name: it may have come while the list was made.
 */
static enum err
look_for_lost(struct look *k)
{
	struct ctx *c = k->c;
	struct key *keys;
	size_t count;
	bool held;

	TRY(db_many(c, &RECONCILE_UNSEEN, key_fields, &keys, &count,
		ARGS(c, k->server->id, k->began)));
	for (size_t i = 0; i < count; i++) {
		TRY(copy_ask(c, k->server, keys[i].key, &held));
		k->out->lost += !held;
		TRY(go_on(k));
	}
	return OK;
}

static enum err
drop_unwanted(struct look *k)
{
	struct ctx *c = k->c;
	struct key *keys;
	size_t count;

	TRY(db_many(c, &RECONCILE_UNWANTED, key_fields, &keys, &count,
		ARGS(c, k->server->id, conf.s3_bucket)));
	for (size_t i = 0; i < count; i++) {
		if (!is_ours(c, keys[i].key))
			continue;
		TRY(remove_object(k, keys[i].key));
		k->out->orphans++;
		TRY(go_on(k));
	}
	return OK;
}

/* Uploads of ours that no transfer goes on with. */
static enum err
drop_uploads(struct look *k)
{
	struct ctx *c = k->c;
	struct s3_upload *open;
	struct upload *known;
	size_t count, n;

	TRY(s3_uploads(c, &k->site, &open, &count));
	TRY(db_many(c, &RECONCILE_UPLOADS, upload_fields, &known, &n,
		ARGS(c, k->server->id)));
	for (size_t i = 0; i < count; i++) {
		const struct s3_object o = {k->site, open[i].key};
		bool wanted =
			!is_ours(c, open[i].key) || open[i].begun.us == 0 ||
			open[i].begun.us > utc_after(k->began, -UPLOAD_SECONDS).us;

		for (size_t j = 0; j < n && !wanted; j++)
			wanted = str_eq(known[j].id, open[i].id);
		if (wanted)
			continue;
		TRY(s3_upload_drop(c, &o, open[i].id));
		k->out->uploads++;
	}
	return OK;
}

static enum err
look_through(struct look *k)
{
	struct ctx *c = k->c;
	const struct s3_object bucket = {.site = k->site};
	struct s3_state state;

	TRY(s3_head(c, &bucket, &state));
	if (!state.found && k->server->is_deleted)
		return OK;
	if (!state.found)
		TRY(s3_make_bucket(c, &k->site));
	TRY(server_claim(c, k->server));
	TRY(db_one(c, &RECONCILE_UNKNOWN, unknown_fields, &k->unknown, ARGS(c)));
	TRY(all_pages(k));
	TRY(look_for_lost(k));
	TRY(drop_unwanted(k));
	TRY(drop_uploads(k));
	TRY(copy_order_missing(c, NULL, k->server->id));
	return copy_order_removals(c, k->server->id);
}

static enum err
report(struct look *k, const char *why)
{
	struct ctx *c = k->c;
	const struct reconciled *r = k->out;
	struct told_of_disk disk = {0};
	bool found;

	TRY(db_maybe(c, &RECONCILE_DAMAGED, disk_fields, &disk, &found,
		ARGS(c, k->server->id, conf.s3_bucket)));
	k->out->damaged = disk.damaged;
	int64_t healed = r->unheard + r->lost + r->altered + r->orphans + r->uploads +
			 r->damaged;
	if (why != NULL || healed > 0)
		log_info("reconcile: server=%s objects=%lld unheard=%lld lost=%lld "
			 "altered=%lld doomed=%lld orphans=%lld damaged=%lld "
			 "uploads=%lld%s%s",
			k->server->name, (long long)r->objects, (long long)r->unheard,
			(long long)r->lost, (long long)r->altered, (long long)r->doomed,
			(long long)r->orphans, (long long)r->damaged,
			(long long)r->uploads, why == NULL ? "" : ": ",
			why == NULL ? "" : why);
	return db_do(c, &RECONCILE_REPORT,
		ARGS(c, k->began, k->server->id, k->server->name, r->objects,
			r->unheard, r->lost, r->altered, r->doomed, r->orphans,
			r->uploads, why, r->damaged, disk.event_id));
}

enum err
reconcile_server(struct ctx *c, const struct server *s,
	bool (*progress)(void *thing, int64_t objects), void *thing,
	struct reconciled *out)
{
	struct look k = {.c = c,
		.server = s,
		.site = server_site(c, s),
		.out = out,
		.progress = progress,
		.thing = thing};
	const char *why;

	*out = (struct reconciled){0};
	TRY(db_int(c, &RECONCILE_NOW, &k.began.us, ARGS(c)));
	enum err e = look_through(&k);
	if (e == OK)
		return report(&k, NULL);
	why = c->why == NULL ? err_sentence(e) : arena_str(&c->arena, c->why);
	ctx_clear_error(c);
	if (report(&k, why) != OK)
		ctx_clear_error(c);
	return fail(c, e, "%s", why);
}

enum err
storage_reconcile_job(struct ctx *c, const struct job *job)
{
	struct server *servers;
	size_t count;

	(void)job;
	TRY(server_all_on(c, &servers, &count));
	for (size_t i = 0; i < count; i++) {
		const struct job_order order = {.kind = "server.reconcile",
			.subject = servers[i].id,
			.key = servers[i].id};

		if (!servers[i].is_deleted || !servers[i].is_down)
			TRY(job_add(c, &order));
	}
	return db_do(c, &RECONCILE_SWEEP, ARGS(c, utc_after(c->now, -REPORT_SECONDS)));
}

struct shift {
	struct ctx *c;
	const struct job *job;
};

static bool
keep_on(void *thing, int64_t objects)
{
	struct shift *s = thing;

	if (job_keep(s->c, s->job, LEASE_SECONDS, objects, 0) != OK)
		ctx_clear_error(s->c);
	return !program_stopping();
}

enum err
server_reconcile_job(struct ctx *c, const struct job *job)
{
	struct shift shift = {c, job};
	struct reconciled done;
	struct server server;

	enum err e = server_own(c, job->subject, &server);
	if (e == E_SERVER_NOT_FOUND) {
		ctx_clear_error(c);
		return OK;
	}
	TRY(e);
	return server.is_on ? reconcile_server(c, &server, keep_on, &shift, &done) : OK;
}
