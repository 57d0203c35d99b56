#include "cards/import.h"

#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "cards/card_said.h"
#include "catalogue/csv.h"
#include "db/db.h"

#include "cards/import.sql.h"

#define COLUMNS 16

/* A file on its way. */
struct reader {
	const char *at, *end;
	char separator;
	const char *names[COLUMNS];
	size_t columns;
	int64_t line, row; /* the last line; where the last row began */
	struct buf lines, wrong;
	struct import *import;
};

/* A value without its quotes. */
static const char *
unquoted(struct ctx *c, const char *p, size_t n)
{
	char *out = arena_strn(&c->arena, p, n), *to = out;

	if (n < 2 || out[0] != '"')
		return str_trim(&c->arena, out);
	for (const char *s = out + 1; *s != '\0'; s++) {
		if (*s == '"' && s[1] != '"')
			break;
		s += *s == '"';
		*to++ = *s;
	}
	*to = '\0';
	return str_trim(&c->arena, out);
}

/* A value as it stands in the file. */
struct span {
	const char *at;
	size_t n;
};

static bool
is_blank(const struct span *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (strchr(" \t\r\"", s->at[i]) == NULL)
			return false;
	return true;
}

/* The next row as it stands; how many values. *blank: there is nothing in it. */
static size_t
raw_row(struct reader *r, struct span spans[COLUMNS], bool *blank)
{
	size_t count = 0;

	*blank = true;
	r->row = ++r->line;
	for (;;) {
		struct span s = {r->at, csv_value(r->at, r->end, r->separator)};

		for (size_t i = 0; i < s.n; i++)
			r->line += s.at[i] == '\n';
		*blank = *blank && (count >= COLUMNS || is_blank(&s));
		if (count < COLUMNS)
			spans[count++] = s;
		r->at += s.n;
		if (r->at >= r->end || *r->at != r->separator)
			break;
		r->at++;
	}
	while (r->at < r->end && *r->at == '\r')
		r->at++;
	r->at += r->at < r->end;
	return count;
}

/* The next row's values; how many. 0 at the end; blank lines are left out and cost no
 * memory. */
static size_t
next_row(struct ctx *c, struct reader *r, const char *values[COLUMNS])
{
	struct span spans[COLUMNS];
	bool blank = true;

	while (r->at < r->end) {
		size_t count = raw_row(r, spans, &blank);

		for (size_t i = 0; !blank && i < count; i++)
			values[i] = unquoted(c, spans[i].at, spans[i].n);
		if (!blank)
			return count;
	}
	return 0;
}

static enum err
read_heading(struct ctx *c, struct reader *r)
{
	r->separator = csv_separator(r->at);
	if (r->end - r->at >= 3 && memcmp(r->at, "\xEF\xBB\xBF", 3) == 0)
		r->at += 3;
	r->columns = next_row(c, r, r->names);
	for (size_t i = 0; i < r->columns; i++) {
		const struct field *f = card_said_fields;

		while (f->name != NULL && !str_eq(f->name, r->names[i]))
			f++;
		if (f->name == NULL)
			return field_error_add(
				c, (struct field_error){.place = "body",
					   .field = r->names[i],
					   .kind = FIELD_ERROR_FORM,
					   .words = "is no column of a card"});
	}
	return r->columns > 0 ? OK
			      : field_error_add(c, (struct field_error){.place = "body",
							   .kind = FIELD_ERROR_FORM,
							   .words = "has no heading"});
}

static void
add_text(struct buf *b, const char *name, const char *text)
{
	buf_fmt(b, ",\"%s\":", name);
	buf_json(b, text);
}

static void
begin_line(struct buf *b, int64_t line)
{
	buf_fmt(b, "%s{\"line\":%lld", b->used == 0 ? "[" : ",", (long long)line);
}

/* All that is wrong with a line; the import goes on to find more. */
static void
refuse(struct ctx *c, struct reader *r, int64_t line)
{
	if (c->field_errors == NULL) {
		begin_line(&r->wrong, line);
		add_text(&r->wrong, "field", c->err == E_CARD_NUMBER ? "number" : NULL);
		add_text(&r->wrong, "detail",
			c->why == NULL ? err_sentence(c->err) : c->why);
		buf_add(&r->wrong, "}");
	}
	for (const struct field_error *f = c->field_errors; f != NULL; f = f->next) {
		begin_line(&r->wrong, line);
		add_text(&r->wrong, "field", f->field);
		add_text(&r->wrong, "detail", field_error_sentence(c, f));
		buf_add(&r->wrong, "}");
	}
	r->import->refused++;
	ctx_clear_error(c);
}

/* A card as it is. */
struct known {
	const char *uuid, *name, *surname, *latin_name;
	int64_t version, number, level;
	struct date issued, valid_until;
};

static FIELDS(known_fields, FIELD(struct known, uuid), FIELD(struct known, name),
	FIELD(struct known, surname), FIELD(struct known, latin_name),
	FIELD(struct known, version), FIELD(struct known, number),
	FIELD(struct known, level), FIELD(struct known, issued),
	FIELD(struct known, valid_until));

static bool
text_same(const char *said, const char *is)
{
	return said == NULL || str_eq(said, is);
}

static bool
day_same(struct date said, struct date is)
{
	return said.year == 0 || date_cmp(said, is) == 0;
}

static bool
is_same(const struct card_data *d, const struct known *k)
{
	return text_same(d->name, k->name) && text_same(d->surname, k->surname) &&
	       text_same(d->latin_name, k->latin_name) &&
	       (d->level < 0 || d->level == k->level) &&
	       day_same(d->issued, k->issued) &&
	       day_same(d->valid_until, k->valid_until);
}

/* What a line does: adds, changes, or nothing. */
static enum err
apply(struct ctx *c, struct reader *r, const struct card_said *said, int64_t line)
{
	struct card_data d = card_said_data(said);
	struct card_shown card = {0};
	struct known k = {0};
	const char *does = "add";
	bool found = false;

	if (said->user_id == NULL && said->name == NULL && said->surname == NULL)
		return field_error_add(c, (struct field_error){.place = "body",
						  .field = "name",
						  .kind = FIELD_ERROR_MISSING});
	if (d.number >= 0 && d.role != NULL)
		TRY(db_maybe(c, &CARDS_IMPORT_FIND, known_fields, &k, &found,
			ARGS(c, d.number, d.role)));
	if (!found) {
		TRY(member_card_add(c, &d, said->replaces, &card));
		r->import->added++;
	} else if (is_same(&d, &k)) {
		card.uuid = k.uuid;
		does = "nothing";
		r->import->same++;
	} else {
		TRY(member_card_change(c, k.uuid, &d, 0, &card));
		does = "change";
		r->import->changed++;
	}
	begin_line(&r->lines, line);
	add_text(&r->lines, "does", does);
	add_text(&r->lines, "card", found ? card.uuid : NULL);
	buf_add(&r->lines, "}");
	return OK;
}

/* U+FFFD stands where a program could not read a letter. A card with it would be drawn
 * so. */
static enum err
check_letters(struct ctx *c, const struct pair *pairs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strstr(pairs[i].value, "\xEF\xBF\xBD") != NULL)
			return field_error_add(
				c, (struct field_error){.place = "body",
					   .field = pairs[i].name,
					   .kind = FIELD_ERROR_FORM,
					   .words = "has letters that were lost when "
						    "the table was saved or read"});
	return OK;
}

static enum err
take_line(struct ctx *c, struct reader *r, const char *const *values, size_t count,
	int64_t line)
{
	struct pair pairs[COLUMNS];
	struct card_said said = {0};
	size_t n = 0;

	for (size_t i = 0; i < count && i < r->columns; i++)
		if (values[i][0] != '\0')
			pairs[n++] = (struct pair){r->names[i], values[i]};
	/* What PostgreSQL refuses would end the whole transaction. */
	TRY(db_command(c, "savepoint line"));
	enum err e = check_letters(c, pairs, n);
	if (e == OK)
		e = fields_from_pairs(c, pairs, n, "body", card_said_fields, &said);
	if (e == OK)
		e = apply(c, r, &said, line);
	if (e == OK)
		return db_command(c, "release savepoint line");
	if (e != E_INPUT && e != E_CARD_NUMBER && e != E_CARD_WITHDRAWN &&
		e != E_CARD_GONE && e != E_EXISTS)
		return e;
	refuse(c, r, line);
	return db_command(c, "rollback to savepoint line; release savepoint line");
}

static enum err
import(struct ctx *c, struct reader *r)
{
	const char *values[COLUMNS];
	int64_t lines = 0;

	TRY(read_heading(c, r));
	for (;;) {
		size_t count = next_row(c, r, values);

		if (count == 0)
			return OK;
		if (++lines > IMPORT_LINES)
			return field_error_add(c, (struct field_error){.place = "body",
							  .kind = FIELD_ERROR_MANY,
							  .limit = IMPORT_LINES});
		TRY(take_line(c, r, values, count, r->row));
	}
}

enum err
cards_import(struct ctx *c, const char *csv, size_t n, bool dry_run, struct import *out)
{
	struct reader r = {.at = csv,
		.end = csv + n,
		.lines = {.arena = &c->arena},
		.wrong = {.arena = &c->arena},
		.import = out};

	*out = (struct import){0};
	if (!utf8_valid(csv, n) || memchr(csv, '\0', n) != NULL)
		return field_error_add(c, (struct field_error){.place = "body",
						  .kind = FIELD_ERROR_FORM,
						  .expected = "utf-8"});
	TRY(db_begin(c));
	enum err e = import(c, &r);
	if (e == OK && !dry_run && out->refused == 0)
		e = db_end(c, OK);
	else
		db_rollback(c);
	struct buf *told = out->refused > 0 ? &r.wrong : &r.lines;
	buf_add(told, told->used == 0 ? "[]" : "]");
	out->lines = buf_text(told);
	return e;
}
