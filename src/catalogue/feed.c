#include "catalogue/feed.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/str.h"
#include "catalogue/csv.h"
#include "db/db.h"

#include "catalogue/feed.sql.h"

#define CHUNK_BYTES ((size_t)8 << 20) /* a transaction; no row may be longer */
#define ARRAY_BYTES ((int64_t)200 << 20)
#define LINE_BYTES 4096

/* A file of a source: where its rows go, and which columns there are. */
struct raw {
	const char *part, *table, *columns;
	bool csv;
};

static const struct raw tables[] = {
	{"film_work.csv", "raw_film",
		"id title description creation_date rating type file_path certificate "
		"restricted genres actors writers directors created modified "
		"created_at updated_at",
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
	const char *path;
	const char *copy;
	struct csv head;
	FILE *file;
	int64_t size, done;
};

/* What others call columns of ours. */
static const struct {
	const char *table, *theirs, *ours;
} usual_names[] = {
	{"raw_film", "uuid", "id"},
	{"raw_film", "imdb_rating", "rating"},
	{"raw_film", "genre", "genres"},
	{"raw_film", "actor", "actors"},
	{"raw_film", "writer", "writers"},
	{"raw_film", "director", "directors"},
};

void
load_report(const struct load *l, const char *what, int64_t done, int64_t all)
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

static void
note(const struct load *l, const char *what)
{
	if (l->note != NULL)
		l->note(what);
}

/* Our name of a column: what --map says, or what it is usually called. */
static const char *
our_name(struct ctx *c, const struct load *l, const struct raw *raw, const char *word)
{
	for (size_t i = 0; i < l->map_count; i++) {
		const char *theirs = strchr(l->maps[i], '=') + 1;

		if (str_eq(theirs, word))
			return arena_strn(&c->arena, l->maps[i],
				(size_t)(theirs - 1 - l->maps[i]));
	}
	for (size_t i = 0; i < sizeof(usual_names) / sizeof(*usual_names); i++)
		if (str_eq(usual_names[i].table, raw->table) &&
			str_eq(usual_names[i].theirs, word))
			return usual_names[i].ours;
	return word;
}

/* A value of the heading without its quotation marks. */
static const char *
heading_word(struct ctx *c, const char *p, size_t n)
{
	if (n >= 2 && p[0] == '"' && p[n - 1] == '"')
		return arena_strn(&c->arena, p + 1, n - 2);
	return arena_strn(&c->arena, p, n);
}

/* One column of the heading: is it one of ours, and new? What is pasted into COPY is a
 * word of the table above. */
static enum err
take_column(struct ctx *c, struct feed *f, const char *word, struct buf *list)
{
	const char *ours = our_name(c, f->load, f->raw, word);
	bool known = ours[0] != '\0' && strchr(ours, ' ') == NULL &&
		     str_in(ours, f->raw->columns);

	if (f->head.count == CSV_COLUMNS)
		return fail(c, E_INPUT, "%s has more than %d columns", f->path,
			CSV_COLUMNS);
	f->head.wanted[f->head.count++] = known;
	if (!known) {
		note(f->load, arena_fmt(&c->arena, "%s: the column \"%s\" is not used",
				      f->path, word));
		return OK;
	}
	if (str_in(ours, buf_text(list)))
		return fail(c, E_INPUT, "%s: the column \"%s\" is there twice", f->path,
			ours);
	buf_fmt(list, "%s%s", list->used == 0 ? "" : " ", ours);
	return OK;
}

/* What a film cannot be without; the other tables are no use without theirs either. */
static enum err
check_columns(struct ctx *c, const struct feed *f, const char *list, const char *line)
{
	static const char needs[][2][16] = {{"raw_film", "title"},
		{"raw_genre", "name"}, {"raw_person", "full_name"},
		{"raw_film_genre", "genre_id"}, {"raw_film_genre", "film_work_id"},
		{"raw_film_person", "person_id"}, {"raw_film_person", "film_work_id"},
		{"raw_film_person", "role"}};

	for (size_t i = 0; i < sizeof(needs) / sizeof(*needs); i++)
		if (str_eq(needs[i][0], f->raw->table) && !str_in(needs[i][1], list))
			return fail(c, E_INPUT,
				"%s: there is no column \"%s\" among %.*s; say which "
				"it is: --map %s=COLUMN",
				f->path, needs[i][1], (int)strcspn(line, "\r\n"), line,
				needs[i][1]);
	return OK;
}

static enum err
columns_of(struct ctx *c, struct feed *f, const char *line)
{
	struct buf list = {.arena = &c->arena};
	const char *p = line + mark_bytes(line), *end = p + strlen(p);

	f->head.separator = csv_separator(p);
	for (;; p++) {
		size_t n = csv_value(p, end, f->head.separator);

		TRY(take_column(c, f, heading_word(c, p, n), &list));
		p += n;
		if (*p != f->head.separator)
			break;
	}
	TRY(check_columns(c, f, buf_text(&list), line + mark_bytes(line)));
	char *columns = arena_str(&c->arena, buf_text(&list));
	for (char *space = columns; (space = strchr(space, ' ')) != NULL;)
		*space = ',';
	f->copy = arena_fmt(&c->arena,
		"copy catalogue_next.%s (%s) from stdin (format csv, delimiter "
		"e'\\x%02x')",
		f->raw->table, columns, (unsigned)f->head.separator);
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

/* The number of the line that begins at this byte of the file. */
static long long
line_at(struct feed *f, int64_t at)
{
	long long lines = 1;

	rewind(f->file);
	for (int64_t i = 0; i < at; i++)
		lines += getc(f->file) == '\n';
	return lines;
}

static enum err
pick_rows(struct ctx *c, struct feed *f, char *bytes, size_t *rows)
{
	size_t at = 0;

	if (csv_pick(c, &f->head, bytes, rows, &at) == OK)
		return OK;
	const char *why = c->why;
	ctx_clear_error(c);
	return fail(c, E_INPUT, "%s, line %lld: %s", f->path,
		line_at(f, f->done + (int64_t)at), why);
}

static enum err
put_chunk(struct ctx *c, struct feed *f, char *bytes, size_t n)
{
	size_t rows = n;

	if (f->raw->csv)
		TRY(pick_rows(c, f, bytes, &rows));
	else
		rows = without_blank_lines(bytes, n);
	TRY(db_begin(c));
	enum err e = db_copy_in(c, f->copy, bytes, rows);
	if (e == OK)
		e = db_do(c, &FEED_MARK,
			ARGS(c, f->name, f->raw->part, f->done + (int64_t)n));
	if (e == OK)
		return db_commit(c);
	db_rollback(c);
	if (e != E_INPUT)
		return e;
	const char *why = c->why == NULL ? err_sentence(e) : c->why;
	ctx_clear_error(c);
	return fail(c, e, "%s, in the rows after byte %lld: %s",
		f->raw->part[0] == '\0' ? f->load->source : f->raw->part,
		(long long)f->done, why);
}

static enum err
feed_rows(struct ctx *c, struct feed *f)
{
	/* One more: the last row may get a line's end. */
	char *bytes = arena_new(&c->arena, CHUNK_BYTES + 2);

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
		load_report(f->load, f->raw->part[0] == '\0' ? "films" : f->raw->part,
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
	return db_int(c, &FEED_MARKED, &f->done, ARGS(c, f->name, f->raw->part));
}

static enum err
feed_csv(struct ctx *c, struct feed *f, const char *path)
{
	char line[LINE_BYTES];

	f->path = path;
	TRY(feed_open(c, f, path));
	if (fgets(line, sizeof(line), f->file) == NULL || strchr(line, '\n') == NULL)
		return fail(c, E_INPUT, "%s has no heading", path);
	TRY(columns_of(c, f, line));
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
	f->copy = "copy catalogue_next.raw_document (document) from stdin (format csv, "
		  "quote "
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
	enum err e = db_do(c, &FEED_ARRAY, ARGS(c, text + mark_bytes(text)));
	if (e == OK)
		e = db_do(c, &FEED_MARK, ARGS(c, f->name, "", f->size));
	if (e == OK)
		return db_commit(c);
	db_rollback(c);
	if (e != E_INPUT)
		return e;
	ctx_clear_error(c);
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

	TRY(db_int(c, &FEED_SCHEMA_THERE, &there, ARGS(c, schema)));
	if (there < 5)
		return fail(c, E_INPUT,
			"schema %s has not all of film_work, genre, person, "
			"genre_film_work, person_film_work",
			schema);
	return db_do(c, &FEED_SCHEMA, ARGS(c, name, schema));
}

static bool
ends_in(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);

	return n >= m && strcmp(text + n - m, end) == 0;
}

enum err
feed_source(struct ctx *c, struct load *l, const char *name)
{
	struct feed f = {.load = l, .raw = &documents, .name = name};
	struct stat st;

	if (strncmp(l->source, "schema:", 7) == 0)
		return feed_schema(c, name, l->source + 7);
	if (stat(l->source, &st) != 0)
		return fail(c, E_INPUT, "%s: %s", l->source, strerror(errno));
	if (S_ISDIR(st.st_mode))
		return feed_folder(c, l, name);
	if (ends_in(l->source, ".csv")) {
		f.raw = &tables[0];
		return feed_csv(c, &f, l->source);
	}
	if (ends_in(l->source, ".jsonl") || ends_in(l->source, ".ndjson"))
		return feed_lines(c, &f);
	if (ends_in(l->source, ".json"))
		return feed_array(c, &f);
	return fail(c, E_INPUT,
		"%s: a folder of .csv files, or a file .csv, .jsonl, .ndjson or .json",
		l->source);
}

/* The same path with other contents is another source. */
const char *
feed_name(struct ctx *c, const struct load *l)
{
	const char *source = l->source;
	struct buf name = {.arena = &c->arena};
	struct stat st;

	buf_add(&name, source);
	if (stat(source, &st) == 0 && S_ISREG(st.st_mode))
		buf_fmt(&name, " %lld %lld", (long long)st.st_size,
			(long long)st.st_mtime);
	for (size_t i = 0; i < l->map_count; i++)
		buf_fmt(&name, " %s", l->maps[i]);
	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++)
		if (stat(arena_fmt(&c->arena, "%s/%s", source, tables[i].part), &st) ==
			0)
			buf_fmt(&name, " %lld %lld", (long long)st.st_size,
				(long long)st.st_mtime);
	return buf_text(&name);
}
