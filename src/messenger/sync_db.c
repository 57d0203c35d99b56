#include "messenger/sync_db.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/field.h"

FIELDS(sync_row_fields, FIELD(struct sync_row, kind), FIELD(struct sync_row, uuid),
	FIELD(struct sync_row, commit_id), FIELD(struct sync_row, created_at),
	FIELD(struct sync_row, modified_at), FIELD(struct sync_row, name),
	FIELD(struct sync_row, team_name), FIELD(struct sync_row, description),
	FIELD(struct sync_row, data), FIELD(struct sync_row, image_url),
	FIELD(struct sync_row, email), FIELD(struct sync_row, phone),
	FIELD(struct sync_row, sns), FIELD(struct sync_row, address),
	FIELD(struct sync_row, deleted_at), FIELD(struct sync_row, why_deleted),
	FIELD(struct sync_row, private), FIELD(struct sync_row, status),
	FIELD(struct sync_row, one), FIELD(struct sync_row, two),
	FIELD(struct sync_row, three));

/* The phone compares columns, affinities, keys; a named index would be one too many. */
static const char schema[] =
	"CREATE TABLE \"TB_PROFILE\" (uuid INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "
	"name TEXT NOT NULL, team_name TEXT, description TEXT, data TEXT NOT NULL, "
	"image_url TEXT, email TEXT, phone TEXT, sns TEXT, address TEXT, "
	"commit_id TEXT NOT NULL, created_at INTEGER NOT NULL, "
	"modified_at INTEGER NOT NULL, deleted_at INTEGER, why_deleted TEXT, "
	"private INTEGER NOT NULL);"
	"CREATE TABLE \"TB_PROFILE_RELATION\" (uuid INTEGER NOT NULL PRIMARY KEY "
	"AUTOINCREMENT, commit_id TEXT NOT NULL, created_at INTEGER NOT NULL, "
	"modified_at INTEGER NOT NULL, status INTEGER NOT NULL, "
	"from_profile_id INTEGER NOT NULL, to_profile_id INTEGER NOT NULL, "
	"FOREIGN KEY(from_profile_id) REFERENCES \"TB_PROFILE\" (uuid), "
	"FOREIGN KEY(to_profile_id) REFERENCES \"TB_PROFILE\" (uuid));"
	"CREATE TABLE \"TB_CARD\" (uuid INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "
	"name TEXT NOT NULL, data TEXT NOT NULL, preview_url TEXT NOT NULL, "
	"commit_id TEXT NOT NULL, created_at INTEGER NOT NULL, "
	"modified_at INTEGER NOT NULL, deleted_at INTEGER, why_deleted TEXT, "
	"private INTEGER NOT NULL, profile_id INTEGER NOT NULL, UNIQUE (preview_url), "
	"FOREIGN KEY(profile_id) REFERENCES \"TB_PROFILE\" (uuid));"
	"CREATE TABLE \"TB_CARD_SUBSCRIPTION\" (uuid INTEGER NOT NULL PRIMARY KEY "
	"AUTOINCREMENT, commit_id TEXT NOT NULL, created_at INTEGER NOT NULL, "
	"modified_at INTEGER NOT NULL, card_profile_id INTEGER NOT NULL, "
	"card_id INTEGER NOT NULL, subscribed_profile_id INTEGER NOT NULL, "
	"FOREIGN KEY(card_profile_id) REFERENCES \"TB_PROFILE\" (uuid), "
	"FOREIGN KEY(card_id) REFERENCES \"TB_CARD\" (uuid), "
	"FOREIGN KEY(subscribed_profile_id) REFERENCES \"TB_PROFILE\" (uuid));";

/* A table: its columns in the order of bind(), and which of them says what profile the
 * row is of. */
struct table {
	const char *name, *columns, *marks, *profile;
};

static const struct table tables[] = {
	[SYNC_PROFILE] = {"TB_PROFILE",
		"uuid, name, team_name, description, data, image_url, email, phone, "
		"sns, address, commit_id, created_at, modified_at, deleted_at, "
		"why_deleted, private",
		"?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?", "uuid"},
	[SYNC_CARD] = {"TB_CARD",
		"uuid, name, data, preview_url, commit_id, created_at, modified_at, "
		"deleted_at, why_deleted, private, profile_id",
		"?,?,?,?,?,?,?,?,?,?,?", "profile_id"},
	[SYNC_RELATION] = {"TB_PROFILE_RELATION",
		"uuid, commit_id, created_at, modified_at, status, from_profile_id, "
		"to_profile_id",
		"?,?,?,?,?,?,?", "to_profile_id"},
	[SYNC_SUBSCRIPTION] = {"TB_CARD_SUBSCRIPTION",
		"uuid, commit_id, created_at, modified_at, card_profile_id, card_id, "
		"subscribed_profile_id",
		"?,?,?,?,?,?,?", "card_profile_id"}};

/* An open file and the statements that write into it. */
struct file {
	struct ctx *c;
	sqlite3 *db;
	sqlite3_stmt *put[SYNC_SUBSCRIPTION + 1];
	int64_t changes;
};

static void
file_end(void *file)
{
	struct file *f = file;

	for (int i = SYNC_PROFILE; i <= SYNC_SUBSCRIPTION; i++)
		sqlite3_finalize(f->put[i]);
	sqlite3_close(f->db);
	free(f);
}

static enum err
broken(struct file *f)
{
	return fail(f->c, E_INPUT, "SQLite: %s", sqlite3_errmsg(f->db));
}

static enum err
run(struct file *f, const char *sql)
{
	return sqlite3_exec(f->db, sql, NULL, NULL, NULL) == SQLITE_OK ? OK : broken(f);
}

static enum err
file_new(struct ctx *c, struct file **out)
{
	struct file *f = calloc(1, sizeof(*f));

	if (f == NULL)
		abort();
	arena_defer(&c->arena, file_end, f);
	f->c = c;
	*out = f;
	if (sqlite3_open(":memory:", &f->db) != SQLITE_OK)
		return broken(f);
	return run(f, "pragma temp_store = memory");
}

/* A copy of the bytes, as a database that may grow. */
static enum err
file_open(struct ctx *c, const struct sync_bytes *old, struct file **out)
{
	sqlite3_int64 n = (sqlite3_int64)old->n;

	TRY(file_new(c, out));
	unsigned char *bytes = sqlite3_malloc64(old->n == 0 ? 1 : old->n);
	if (bytes == NULL)
		abort();
	memcpy(bytes, old->bytes, old->n);
	if (sqlite3_deserialize((*out)->db, "main", bytes, n, n,
		    SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_RESIZEABLE) !=
		SQLITE_OK)
		return broken(*out);
	return OK;
}

/* "(a, b) is not (excluded.a, excluded.b)" and "a = excluded.a, ..." of the columns. */
static const char *
put_sql(struct ctx *c, const struct table *t)
{
	struct buf set = {.arena = &c->arena}, new = set;
	char *columns = arena_str(&c->arena, t->columns), *rest = NULL;

	for (char *name = strtok_r(columns, ", ", &rest); name != NULL;
		name = strtok_r(NULL, ", ", &rest)) {
		buf_fmt(&set, "%s%s = excluded.%s", set.used == 0 ? "" : ", ", name,
			name);
		buf_fmt(&new, "%sexcluded.%s", new.used == 0 ? "" : ", ", name);
	}
	return arena_fmt(&c->arena,
		"insert into %s (%s) values (%s) on conflict (uuid) do update set %s "
		"where (%s) is not (%s)",
		t->name, t->columns, t->marks, buf_text(&set), t->columns,
		buf_text(&new));
}

static void
bind_int(sqlite3_stmt *s, int *at, int64_t v)
{
	sqlite3_bind_int64(s, (*at)++, v);
}

static void
bind_text(sqlite3_stmt *s, int *at, const char *v)
{
	sqlite3_bind_text(s, (*at)++, v, -1, SQLITE_STATIC); /* NULL binds null */
}

/* What all tables have, in the same order. */
static void
bind_stamps(sqlite3_stmt *s, int *at, const struct sync_row *r)
{
	bind_text(s, at, r->commit_id);
	bind_int(s, at, r->created_at);
	bind_int(s, at, r->modified_at);
}

/* What profiles and cards have behind that. */
static void
bind_state(sqlite3_stmt *s, int *at, const struct sync_row *r)
{
	if (r->deleted_at == 0)
		sqlite3_bind_null(s, (*at)++);
	else
		bind_int(s, at, r->deleted_at);
	bind_text(s, at, r->why_deleted);
	bind_int(s, at, r->private);
}

static void
bind(sqlite3_stmt *s, const struct sync_row *r)
{
	int at = 1;

	bind_int(s, &at, r->uuid);
	if (r->kind == SYNC_PROFILE || r->kind == SYNC_CARD)
		bind_text(s, &at, r->name);
	if (r->kind == SYNC_PROFILE) {
		bind_text(s, &at, r->team_name);
		bind_text(s, &at, r->description);
	}
	if (r->kind == SYNC_PROFILE || r->kind == SYNC_CARD) {
		bind_text(s, &at, r->data);
		bind_text(s, &at, r->image_url); /* a card's preview_url */
	}
	if (r->kind == SYNC_PROFILE) {
		bind_text(s, &at, r->email);
		bind_text(s, &at, r->phone);
		bind_text(s, &at, r->sns);
		bind_text(s, &at, r->address);
	}
	bind_stamps(s, &at, r);
	if (r->kind == SYNC_PROFILE || r->kind == SYNC_CARD)
		bind_state(s, &at, r);
	if (r->kind == SYNC_RELATION)
		bind_int(s, &at, r->status);
	if (r->kind != SYNC_PROFILE)
		bind_int(s, &at, r->one);
	if (r->kind == SYNC_RELATION || r->kind == SYNC_SUBSCRIPTION)
		bind_int(s, &at, r->two);
	if (r->kind == SYNC_SUBSCRIPTION)
		bind_int(s, &at, r->three);
}

static enum err
put(struct file *f, const struct sync_row *r)
{
	sqlite3_stmt **s = &f->put[r->kind];

	if (*s == NULL && sqlite3_prepare_v2(f->db, put_sql(f->c, &tables[r->kind]), -1,
				  s, NULL) != SQLITE_OK)
		return broken(f);
	bind(*s, r);
	int code = sqlite3_step(*s);
	f->changes += sqlite3_changes(f->db);
	sqlite3_reset(*s);
	return code == SQLITE_DONE ? OK : broken(f);
}

static enum err
put_all(struct file *f, const struct sync_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		TRY(put(f, &rows[i]));
	return OK;
}

/* One number after the other into a table of the connection's own, which is in no
 * file. */
static enum err
note(struct file *f, const char *sql, const int64_t *kinds, const int64_t *ids,
	size_t stride, size_t count)
{
	sqlite3_stmt *s;
	int code = SQLITE_DONE;

	if (sqlite3_prepare_v2(f->db, sql, -1, &s, NULL) != SQLITE_OK)
		return broken(f);
	for (size_t i = 0; ids != NULL && i < count && code == SQLITE_DONE; i++) {
		const size_t at = i * stride / sizeof(int64_t);
		int n = 1;

		if (kinds != NULL)
			bind_int(s, &n, kinds[at]);
		bind_int(s, &n, ids[at]);
		code = sqlite3_step(s);
		sqlite3_reset(s);
	}
	sqlite3_finalize(s);
	return code == SQLITE_DONE ? OK : broken(f);
}

/* Rows of the part's profiles that are not in the part any more. */
static enum err
drop_others(struct file *f, const struct sync_part *p)
{
	TRY(run(f, "create temp table part (profile integer primary key);"
		   "create temp table wanted (kind integer, uuid integer, "
		   "primary key (kind, uuid)) without rowid"));
	TRY(note(f, "insert or ignore into part values (?)", NULL, p->profiles,
		sizeof(*p->profiles), p->profile_count));
	if (p->count > 0)
		TRY(note(f, "insert or ignore into wanted values (?, ?)",
			&p->rows->kind, &p->rows->uuid, sizeof(*p->rows), p->count));
	for (int kind = SYNC_PROFILE; kind <= SYNC_SUBSCRIPTION; kind++) {
		const struct table *t = &tables[kind];

		TRY(run(f,
			arena_fmt(&f->c->arena,
				"delete from %s where %s in (select profile from part) "
				"and not exists (select 1 from wanted w where w.kind = "
				"%d and w.uuid = %s.uuid)",
				t->name, t->profile, kind, t->name)));
		f->changes += sqlite3_changes(f->db);
	}
	return OK;
}

/* So that a file that was changed and one that was built anew say the same. */
static enum err
set_sequences(struct file *f)
{
	TRY(run(f, "delete from sqlite_sequence"));
	for (int kind = SYNC_PROFILE; kind <= SYNC_SUBSCRIPTION; kind++)
		TRY(run(f,
			arena_fmt(&f->c->arena,
				"insert into sqlite_sequence (name, seq) select '%s', "
				"max(uuid) from %s having max(uuid) is not null",
				tables[kind].name, tables[kind].name)));
	return OK;
}

static enum err
bytes_of(struct file *f, struct sync_bytes *out)
{
	sqlite3_int64 n = 0;
	unsigned char *bytes = sqlite3_serialize(f->db, "main", &n, 0);

	if (bytes == NULL)
		return fail(f->c, E_BUG, "SQLite: no memory for the file");
	arena_defer(&f->c->arena, sqlite3_free, bytes);
	*out = (struct sync_bytes){bytes, (size_t)n};
	return OK;
}

enum err
sync_db_build(struct ctx *c, const struct sync_row *rows, size_t count,
	struct sync_bytes *out)
{
	struct file *f;

	TRY(file_new(c, &f));
	TRY(run(f, schema));
	TRY(run(f, "begin"));
	TRY(put_all(f, rows, count));
	TRY(set_sequences(f));
	TRY(run(f, "commit"));
	return bytes_of(f, out);
}

enum err
sync_db_change(struct ctx *c, const struct sync_bytes *old,
	const struct sync_part *part, bool *changed, struct sync_bytes *out)
{
	struct file *f;

	TRY(file_open(c, old, &f));
	TRY(run(f, "begin"));
	TRY(drop_others(f, part));
	TRY(put_all(f, part->rows, part->count));
	*changed = f->changes > 0;
	if (!*changed) {
		*out = *old;
		return OK;
	}
	TRY(set_sequences(f));
	TRY(run(f, "commit"));
	return bytes_of(f, out);
}

/* -- what a file has */

static int
add_line(void *dump, int count, char **values, char **names)
{
	struct buf *b = dump;

	(void)names;
	for (int i = 0; i < count; i++) {
		buf_add(b, i == 0 ? "" : "|");
		buf_add(b, values[i] == NULL ? "\\N" : values[i]);
	}
	buf_add(b, "\n");
	return 0;
}

enum err
sync_db_dump(struct ctx *c, const struct sync_bytes *file, const char **out)
{
	struct buf text = {.arena = &c->arena}, strays = text;
	struct file *f;

	TRY(file_open(c, file, &f));
	for (int kind = SYNC_PROFILE; kind <= SYNC_SUBSCRIPTION; kind++)
		if (sqlite3_exec(f->db,
			    arena_fmt(&c->arena, "select '%s', * from %s order by uuid",
				    tables[kind].name, tables[kind].name),
			    add_line, &text, NULL) != SQLITE_OK)
			return broken(f);
	if (sqlite3_exec(f->db, "pragma foreign_key_check", add_line, &strays, NULL) !=
		SQLITE_OK)
		return broken(f);
	if (strays.used > 0)
		return fail(c, E_INPUT, "foreign keys that lead nowhere: %s",
			buf_text(&strays));
	*out = buf_text(&text);
	return OK;
}
