#include "store/scrub.h"

#include <string.h>

#include "base/conf.h"
#include "base/program.h"
#include "base/str.h"
#include "db/db.h"
#include "store/disk.h"

#include "store/scrub.sql.h"

/* A file that was touched when it was marked may have been mended by that very touch:
 * the clocks of files are coarse. */
#define TOUCH_SECONDS 1
#define READ_FIRST_BYTES (INT64_C(8) * 1048576) /* some 15 ms */

struct row {
	const char *bucket, *key, *path, *etag, *parts, *md5;
	const char *damage; /* NULL: none is known */
	bool doubted;       /* somebody has read other bytes than these should be */
	int64_t size;
	struct utc damaged_at;
};

static FIELDS(look_fields, FIELD(struct row, bucket), FIELD(struct row, key),
	FIELD(struct row, path), FIELD(struct row, size), FIELD(struct row, damage),
	FIELD(struct row, damaged_at));

static FIELDS(due_fields, FIELD(struct row, bucket), FIELD(struct row, key),
	FIELD(struct row, path), FIELD(struct row, size), FIELD(struct row, etag),
	FIELD(struct row, parts), FIELD(struct row, md5), FIELD(struct row, damage),
	FIELD(struct row, doubted));

static FIELDS(server_fields, FIELD(struct scrub_server, server));

static const char *
name_of(enum disk_found found)
{
	return found == DISK_GONE ? "gone" : "size";
}

enum err
scrub_city(struct ctx *c, const char *server)
{
	int64_t count = 0;

	if (!disk_is_open(c, server))
		return fail(c, E_BUSY, "the folder of %s is away", server);
	if (disk_is_bare(c, server))
		TRY(object_any(c, server, &count));
	return count == 0 ? OK
			  : fail(c, E_BUSY,
				    "the folder of %s is empty: is its disk mounted?",
				    server);
}

enum err
scrub_servers(struct ctx *c, struct scrub_server **out, size_t *count)
{
	return db_many(c, &SCRUB_CITIES, server_fields, out, count, ARGS(c));
}

/* What the disk says of one object without being read, and what follows. */
static enum err
see(struct ctx *c, const char *server, const struct row *row, struct scrub_found *out)
{
	const struct object_name name = {server, row->bucket, row->key};
	struct utc touched = {0};
	enum disk_found found = disk_find(c, row->path, row->size, &touched);

	out->objects++;
	if (found != DISK_RIGHT && row->damage == NULL) {
		out->damaged++;
		return object_damage(c, &name, row->path, name_of(found));
	}
	if (found != DISK_RIGHT || row->damage == NULL)
		return OK;
	if (!str_eq(row->damage, "bytes")) {
		out->mended++;
		return object_mend(c, &name, row->path, row->damage, false);
	}
	/* Only reading tells; that is worth it when somebody has touched it. */
	return touched.us < utc_after(row->damaged_at, -TOUCH_SECONDS).us
		       ? OK
		       : object_doubt(c, &name);
}

static enum err
see_all(struct ctx *c, const char *server, const struct row *rows, size_t n,
	struct scrub_found *out)
{
	TRY(scrub_city(c, server));
	TRY(db_begin(c));
	for (size_t i = 0; i < n; i++) {
		enum err e = see(c, server, &rows[i], out);
		if (e != OK) {
			db_rollback(c);
			return e;
		}
	}
	return db_commit(c);
}

enum err
scrub_look_again(struct ctx *c, const char *server, struct scrub_found *out)
{
	struct row *rows;
	size_t n;

	*out = (struct scrub_found){0};
	TRY(db_many(c, &SCRUB_DAMAGED, look_fields, &rows, &n, ARGS(c, server)));
	return n == 0 ? OK : see_all(c, server, rows, n, out);
}

/* Where the next page begins. */
struct geo_point {
	char bucket[64 + 1], key[KEY_BYTES + 1];
};

/* One page, in a ctx of its own: a million objects do not stay in memory. */
static enum err
look_page(struct ctx *c, const char *server, struct geo_point *at,
	struct scrub_found *out, size_t *n)
{
	struct row *rows;
	struct ctx page;

	ctx_start(&page, c->db, c->cache);
	enum err e = db_many(&page, &SCRUB_PAGE, look_fields, &rows, n,
		ARGS(&page, server, (const char *)at->bucket, (const char *)at->key));
	if (e == OK && *n > 0)
		e = see_all(&page, server, rows, *n, out);
	if (e == OK && *n > 0) {
		strncpy(at->bucket, rows[*n - 1].bucket, sizeof(at->bucket) - 1);
		strncpy(at->key, rows[*n - 1].key, sizeof(at->key) - 1);
	}
	if (e != OK)
		fail(c, e, "%s", page.why == NULL ? err_sentence(e) : page.why);
	ctx_end(&page);
	return e;
}

enum err
scrub_look(struct ctx *c, const char *server,
	bool (*go_on)(void *thing, int64_t objects), void *thing,
	struct scrub_found *out)
{
	struct geo_point *at = arena_new(&c->arena, sizeof(*at));
	size_t n = 1;

	*out = (struct scrub_found){0};
	while (n > 0) {
		TRY(look_page(c, server, at, out, &n));
		if (!go_on(thing, out->objects))
			return fail(c, E_BUSY, "the look was broken off");
	}
	return OK;
}

static bool
is_whole(const char *etag)
{
	return strchr(etag, '-') == NULL;
}

/*
 * What is wrong with the bytes; NULL: nothing, and *md5 is what to compare them with
 * from now on if there was nothing before.
 */
static enum err
compare(struct ctx *c, const struct row *row, const struct disk_reading *reading,
	const char **damage, const char **md5)
{
	struct disk_digests d;
	bool same;

	TRY(disk_read(c, reading, &d));
	if (d.unreadable || d.size != row->size)
		same = false;
	else if (is_whole(row->etag))
		same = str_eq(d.md5, row->etag);
	else if (d.joined != NULL)
		same = str_eq(d.joined, row->etag);
	else
		same = row->md5 == NULL || str_eq(d.md5, row->md5);
	*damage = same ? NULL : "bytes";
	*md5 = is_whole(row->etag) || d.joined != NULL ? NULL : d.md5;
	return OK;
}

static enum err
note(struct ctx *c, const struct object_name *name, const struct row *row,
	const char *damage, const char *md5)
{
	if (damage != NULL)
		return object_damage(c, name, row->path, damage);
	if (row->damage != NULL)
		TRY(object_mend(c, name, row->path, row->damage, true));
	else if (row->doubted)
		TRY(object_confirm(c, name, row->path));
	return db_do(c, &SCRUB_DONE,
		ARGS(c, name->server, name->bucket, name->key, row->path, md5));
}

/* The same in a transaction. */
static enum err
note_now(struct ctx *c, const struct object_name *name, const struct row *row,
	const char *damage, const char *md5)
{
	TRY(db_begin(c));
	return db_end(c, note(c, name, row, damage, md5));
}

enum err
scrub_next(struct ctx *c, const char *server, int64_t seconds,
	bool (*go_on)(void *thing, int64_t bytes), void *thing, bool *found)
{
	struct row row = {0};
	const char *damage, *md5 = NULL;
	struct utc touched;

	TRY(db_maybe(c, &SCRUB_DUE, due_fields, &row, found, ARGS(c, server, seconds)));
	if (!*found)
		return OK;
	const struct object_name name = {server, row.bucket, row.key};
	const struct disk_reading reading = {
		.path = row.path, .parts = row.parts, .go_on = go_on, .thing = thing};
	enum disk_found there = disk_find(c, row.path, row.size, &touched);

	damage = name_of(there);
	if (there == DISK_RIGHT)
		TRY(compare(c, &row, &reading, &damage, &md5));
	if (damage != NULL)
		TRY(scrub_city(c, server));
	return note_now(c, &name, &row, damage, md5);
}

/* Has nobody compared the bytes since the program began, or for long? */
static bool
is_due(struct ctx *c, const struct store_object *o)
{
	struct utc before = utc_after(c->now, -conf.store_check_interval);

	return conf.store_check_interval > 0 &&
	       (o->scrubbed_at.us < program_started().us ||
		       o->scrubbed_at.us < before.us);
}

static bool
never_stop(void *thing, int64_t bytes)
{
	(void)thing;
	(void)bytes;
	return true;
}

/* Compares the bytes that are about to be sent, if that is quick; else the scrubber
 * does it soon. */
static enum err
read_first(struct ctx *c, const struct object_name *name, const struct store_object *o)
{
	const struct row row = {.path = o->path,
		.etag = o->etag,
		.parts = o->parts,
		.md5 = o->md5,
		.doubted = o->scrubbed_at.us <= 0,
		.size = o->size};
	const struct disk_reading reading = {.path = o->path,
		.parts = o->parts,
		.go_on = never_stop,
		.from_cache = true};
	const char *damage, *md5 = NULL;

	if (o->size > READ_FIRST_BYTES)
		return object_read_soon(c, name);
	TRY(compare(c, &row, &reading, &damage, &md5));
	TRY(note_now(c, name, &row, damage, md5));
	return damage == NULL ? OK : fail(c, E_S3_NO_OBJECT, NULL);
}

enum err
scrub_check(struct ctx *c, const struct object_name *name, const struct store_object *o,
	bool sent)
{
	const struct row row = {.path = o->path, .damage = o->damage};
	struct utc touched;

	if (str_eq(o->damage, "bytes"))
		return fail(c, E_S3_NO_OBJECT, NULL);
	enum disk_found found = disk_find(c, o->path, o->size, &touched);
	if (found == DISK_RIGHT && o->damage == NULL)
		return sent && is_due(c, o) ? read_first(c, name, o) : OK;
	TRY(scrub_city(c, name->server));
	if (found == DISK_RIGHT) {
		TRY(db_begin(c));
		return db_end(c, object_mend(c, name, o->path, o->damage, false));
	}
	if (o->damage == NULL)
		TRY(note_now(c, name, &row, name_of(found), NULL));
	return fail(c, E_S3_NO_OBJECT, NULL);
}
