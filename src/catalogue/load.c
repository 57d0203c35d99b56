#include "catalogue/load.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/str.h"
#include "catalogue/shelf.h"
#include "db/db.h"

#include "catalogue/load.sql.h"

#define CHUNK_BYTES ((size_t)8 << 20) /* a transaction; no row may be longer */
#define ARRAY_BYTES ((int64_t)200 << 20)
#define PUBLISH_TRIES 100
#define PUBLISH_PAUSE_MS 200
#define LINE_BYTES 4096

/* A file of a source: where its rows go, and which columns there are. */
struct raw {
	const char *part, *table, *columns;
	bool csv;
};

static const struct raw tables[] = {
	{"film_work.csv", "raw_film",
		"id title description creation_date rating type file_path certificate "
		"restricted created modified created_at updated_at",
		true},
	{"genre.csv", "raw_genre",
		"id name description created modified created_at updated_at", true},
	{"person.csv", "raw_person",
		"id full_name gender birth_date created modified created_at updated_at",
		true},
	{"genre_film_work.csv", "raw_film_genre",
		"id genre_id film_work_id created created_at", true},
	{"person_film_work.csv", "raw_film_person",
		"id person_id film_work_id role created created_at", true},
};

static const struct raw documents = {"", "raw_document", "document", false};

/* One file on its way into the database. */
struct feed {
	struct load *load;
	const struct raw *raw;
	const char *name; /* of the load, as it is marked */
	const char *copy;
	FILE *file;
	int64_t size, done;
};

static void
report(const struct load *l, const char *what, int64_t done, int64_t all)
{
	if (l->progress != NULL)
		l->progress(what, done, all);
}

static void
close_file(void *file)
{
	fclose(file);
}

/* The mark of UTF-8 that some editors put in front. */
static size_t
mark_bytes(const char *text)
{
	return strncmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

/* The columns of a heading, checked: what is pasted into COPY is a word of the table
 * above. */
static enum err
columns_of(struct ctx *c, const struct raw *raw, const char *line, const char **out)
{
	struct buf list = {.arena = &c->arena}, seen = list;
	const char *p = line + mark_bytes(line);

	for (;;) {
		size_t n = strcspn(p, ",\r\n");
		char *word = arena_strn(&c->arena, p, n);

		if (n >= 2 && word[0] == '"' && word[n - 1] == '"') {
			word[n - 1] = '\0';
			word++;
		}
		if (word[0] == '\0' || strchr(word, ' ') != NULL ||
			!str_in(word, raw->columns))
			return fail(c, E_INPUT,
				"%s: there is no column \"%s\"; there are: %s",
				raw->part, word, raw->columns);
		if (str_in(word, buf_text(&seen)))
			return fail(c, E_INPUT, "%s: the column \"%s\" is there twice",
				raw->part, word);
		buf_fmt(&seen, "%s ", word);
		buf_fmt(&list, "%s%s", list.used == 0 ? "" : ", ", word);
		p += n;
		if (*p != ',')
			break;
		p++;
	}
	*out = buf_text(&list);
	return OK;
}

/*
 * Where the last whole row of the chunk ends. A quotation mark inside of a quoted value
 * is doubled, so counting them tells whether a line's end is one of a row.
 */
static size_t
whole_rows(const char *bytes, size_t n, bool csv)
{
	bool quoted = false;
	size_t end = 0;

	for (size_t i = 0; i < n; i++) {
		if (csv && bytes[i] == '"')
			quoted = !quoted;
		else if (bytes[i] == '\n' && !quoted)
			end = i + 1;
	}
	return end;
}

/* To COPY a line of these two characters is the end of all data. */
static bool
has_end_mark(const char *bytes, size_t n)
{
	for (const char *p = bytes, *end = bytes + n; p < end;) {
		const char *line = p, *stop = memchr(p, '\n', (size_t)(end - p));

		p = stop == NULL ? end : stop + 1;
		size_t length = (size_t)((stop == NULL ? end : stop) - line);
		length -= length > 0 && line[length - 1] == '\r';
		if (length == 2 && line[0] == '\\' && line[1] == '.')
			return true;
	}
	return false;
}

/* Takes lines without anything out, in place; the rest's length. */
static size_t
without_blank_lines(char *bytes, size_t n)
{
	size_t kept = 0;

	for (char *p = bytes, *end = bytes + n; p < end;) {
		char *line = p, *stop = memchr(p, '\n', (size_t)(end - p));
		size_t length;

		p = stop == NULL ? end : stop + 1;
		length = (size_t)(p - line);
		if (strspn(line, " \t\r") + (stop != NULL) >= length)
			continue;
		memmove(bytes + kept, line, length);
		kept += length;
	}
	return kept;
}

static enum err
put_chunk(struct ctx *c, struct feed *f, char *bytes, size_t n)
{
	size_t rows = f->raw->csv ? n : without_blank_lines(bytes, n);

	TRY(db_begin(c));
	enum err e = db_copy_in(c, f->copy, bytes, rows);
	if (e == OK)
		e = db_do(c, &LOAD_MARK,
			ARGS(c, f->name, f->raw->part, f->done + (int64_t)n));
	if (e == OK)
		return db_commit(c);
	db_rollback(c);
	if (e != E_INPUT)
		return e;
	const char *why = c->why == NULL ? err_sentence(e) : c->why;
	ctx_forgive(c);
	return fail(c, e, "%s, in the rows after byte %lld: %s",
		f->raw->part[0] == '\0' ? f->load->source : f->raw->part,
		(long long)f->done, why);
}

static enum err
feed_rows(struct ctx *c, struct feed *f)
{
	char *bytes = arena_new(&c->arena, CHUNK_BYTES + 1);

	while (f->done < f->size) {
		if (fseeko(f->file, f->done, SEEK_SET) != 0)
			return fail(
				c, E_INPUT, "%s: %s", f->raw->part, strerror(errno));
		size_t n = fread(bytes, 1, CHUNK_BYTES, f->file);
		size_t rows = whole_rows(bytes, n, f->raw->csv);
		bytes[n] = '\0';
		/* The last row may lack its line's end. */
		if (f->done + (int64_t)n >= f->size && rows < n)
			rows = n;
		if (rows == 0)
			return fail(c, E_INPUT,
				"%s: a row after byte %lld is too long, or a quotation "
				"mark is missing",
				f->raw->part, (long long)f->done);
		if (has_end_mark(bytes, rows))
			return fail(c, E_INPUT,
				"%s: after byte %lld there is a line of \\. only, "
				"which "
				"would end the data: change it",
				f->raw->part[0] == '\0' ? f->load->source
							: f->raw->part,
				(long long)f->done);
		TRY(put_chunk(c, f, bytes, rows));
		f->done += (int64_t)rows;
		report(f->load, f->raw->part[0] == '\0' ? "films" : f->raw->part,
			f->done, f->size);
	}
	return OK;
}

static enum err
feed_open(struct ctx *c, struct feed *f, const char *path)
{
	struct stat st;

	f->file = fopen(path, "re");
	if (f->file == NULL || fstat(fileno(f->file), &st) != 0)
		return fail(c, E_INPUT, "%s: %s", path, strerror(errno));
	arena_defer(&c->arena, close_file, f->file);
	f->size = st.st_size;
	return db_int(c, &LOAD_MARKED, &f->done, ARGS(c, f->name, f->raw->part));
}

static enum err
feed_csv(struct ctx *c, struct feed *f, const char *path)
{
	char line[LINE_BYTES];
	const char *columns = NULL;

	TRY(feed_open(c, f, path));
	if (fgets(line, sizeof(line), f->file) == NULL || strchr(line, '\n') == NULL)
		return fail(c, E_INPUT, "%s has no heading", path);
	TRY(columns_of(c, f->raw, line, &columns));
	f->copy = arena_fmt(&c->arena,
		"copy catalogue_next.%s (%s) from stdin (format csv)", f->raw->table,
		columns);
	if (f->done == 0)
		f->done = (int64_t)strlen(line);
	return feed_rows(c, f);
}

/* Each line is one value: no character that JSON could have is taken for anything. */
static enum err
feed_lines(struct ctx *c, struct feed *f)
{
	char start[4] = "";

	TRY(feed_open(c, f, f->load->source));
	if (f->done == 0 && fread(start, 1, 3, f->file) == 3)
		f->done = (int64_t)mark_bytes(start);
	f->copy = "copy catalogue_next.raw_document from stdin (format csv, quote "
		  "e'\\x01', delimiter e'\\x02')";
	return feed_rows(c, f);
}

static enum err
feed_array(struct ctx *c, struct feed *f)
{
	TRY(feed_open(c, f, f->load->source));
	if (f->size > ARRAY_BYTES)
		return fail(c, E_INPUT,
			"%s is too large for one array: make it one film a line, and "
			"name it .jsonl",
			f->load->source);
	if (f->done > 0)
		return OK;
	char *text = arena_new(&c->arena, (size_t)f->size + 1);
	text[fread(text, 1, (size_t)f->size, f->file)] = '\0';
	TRY(db_begin(c));
	enum err e = db_do(c, &LOAD_ARRAY, ARGS(c, text + mark_bytes(text)));
	if (e == OK)
		e = db_do(c, &LOAD_MARK, ARGS(c, f->name, "", f->size));
	if (e == OK)
		return db_commit(c);
	db_rollback(c);
	if (e != E_INPUT)
		return e;
	ctx_forgive(c);
	return fail(c, e, "%s is no array of films", f->load->source);
}

static enum err
feed_folder(struct ctx *c, struct load *l, const char *name)
{
	size_t found = 0;

	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++) {
		struct feed f = {.load = l, .raw = &tables[i], .name = name};
		const char *path =
			arena_fmt(&c->arena, "%s/%s", l->source, tables[i].part);
		struct stat st;

		if (stat(path, &st) != 0)
			continue;
		TRY(feed_csv(c, &f, path));
		found++;
	}
	return found > 0
		       ? OK
		       : fail(c, E_INPUT, "%s has none of the files film_work.csv ...",
				 l->source);
}

static enum err
feed_schema(struct ctx *c, const char *name, const char *schema)
{
	int64_t there;

	TRY(db_int(c, &LOAD_SCHEMA_THERE, &there, ARGS(c, schema)));
	if (there < 5)
		return fail(c, E_INPUT,
			"schema %s has not all of film_work, genre, person, "
			"genre_film_work, person_film_work",
			schema);
	return db_do(c, &LOAD_SCHEMA, ARGS(c, name, schema));
}

static bool
ends_in(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);

	return n >= m && strcmp(text + n - m, end) == 0;
}

static enum err
take_source(struct ctx *c, struct load *l, const char *name)
{
	struct feed f = {.load = l, .raw = &documents, .name = name};
	struct stat st;

	if (strncmp(l->source, "schema:", 7) == 0)
		return feed_schema(c, name, l->source + 7);
	if (stat(l->source, &st) != 0)
		return fail(c, E_INPUT, "%s: %s", l->source, strerror(errno));
	if (S_ISDIR(st.st_mode))
		return feed_folder(c, l, name);
	if (ends_in(l->source, ".jsonl") || ends_in(l->source, ".ndjson"))
		return feed_lines(c, &f);
	if (ends_in(l->source, ".json"))
		return feed_array(c, &f);
	return fail(c, E_INPUT,
		"%s: a folder of .csv files, or a file .jsonl, .ndjson or .json",
		l->source);
}

/* Films that came as JSON are of the right form, or the source says which is not. */
static enum err
check_documents(struct ctx *c, const struct load *l)
{
	const char *fault;

	TRY(db_json(c, &LOAD_DOCUMENT_FAULT, &fault, ARGS(c)));
	return fault == NULL ? OK : fail(c, E_INPUT, "%s: %s", l->source, fault);
}

/* The same path with other contents is another source. */
static const char *
name_of(struct ctx *c, const char *source)
{
	struct buf name = {.arena = &c->arena};
	struct stat st;

	buf_add(&name, source);
	if (stat(source, &st) == 0 && S_ISREG(st.st_mode))
		buf_fmt(&name, " %lld %lld", (long long)st.st_size,
			(long long)st.st_mtime);
	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++)
		if (stat(arena_fmt(&c->arena, "%s/%s", source, tables[i].part), &st) ==
			0)
			buf_fmt(&name, " %lld %lld", (long long)st.st_size,
				(long long)st.st_mtime);
	return buf_text(&name);
}

/* A moment without a reader comes soon: each holds its locks for milliseconds. */
static enum err
publish(struct ctx *c, struct load *l)
{
	const struct timespec pause = {.tv_nsec = PUBLISH_PAUSE_MS * 1000000L};
	enum err e = E_BUSY;

	for (int i = 0; e == E_BUSY && i < PUBLISH_TRIES; i++) {
		if (i > 0) {
			ctx_forgive(c);
			nanosleep(&pause, NULL);
		}
		e = db_int(c, &LOAD_PUBLISH, &l->edition, ARGS(c, l->source));
	}
	TRY(e);
	shelf_edition(c, l->edition);
	return OK;
}

enum err
catalogue_load(struct ctx *c, struct load *l)
{
	static const struct {
		const char *what;
		const struct db_stmt *stmt;
	} steps[] = {{"documents", &LOAD_DOCUMENTS}, {"films in order", &LOAD_FILMS},
		{"genres, people, roles", &LOAD_PEOPLE}, {"spelling", &LOAD_SPELLING},
		{"indexes", &LOAD_INDEXES}, {"settled", &LOAD_SETTLE}};
	const int64_t count = sizeof(steps) / sizeof(*steps);
	int64_t mine, resumed;

	TRY(db_int(c, &LOAD_LOCK, &mine, ARGS(c)));
	if (mine == 0)
		return fail(c, E_BUSY, "another load is running");
	const char *name = name_of(c, l->source);
	TRY(db_int(c, &LOAD_OPEN, &resumed, ARGS(c, name)));
	l->resumed = resumed != 0;
	TRY(take_source(c, l, name));
	TRY(check_documents(c, l));
	for (int64_t i = 0; i < count; i++) {
		report(l, steps[i].what, i, count);
		TRY(db_do(c, steps[i].stmt, ARGS(c)));
	}
	TRY(db_int(c, &LOAD_FILMS_THERE, &mine, ARGS(c)));
	if (mine == 0)
		return fail(c, E_INPUT, "%s has no film: the catalogue stays as it is",
			l->source);
	report(l, "in force", count, count);
	return publish(c, l);
}

enum err
catalogue_status(struct ctx *c, const char **lines)
{
	TRY(db_json(c, &LOAD_STATUS, lines, ARGS(c)));
	return OK;
}
