#include "programme/sheet.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include "base/buf.h"
#include "base/field.h"
#include "base/log.h"
#include "base/utc.h"
#include "db/db.h"

#include "programme/sheet.sql.h"

#define TEXT_COLUMN 1 /* the task's title, which is long */
#define FIRST_ROW 2   /* below the description and the header */

struct row {
	int64_t number;
	const char *title;
	int64_t first, second, third, skipped, approved, declined, total;
};

static FIELDS(row_fields, FIELD(struct row, number), FIELD(struct row, title),
	FIELD(struct row, first), FIELD(struct row, second), FIELD(struct row, third),
	FIELD(struct row, skipped), FIELD(struct row, approved),
	FIELD(struct row, declined), FIELD(struct row, total));

struct shift {
	const char *id, *title;
	int64_t number;
	struct date started_at, finished_at;
};

static FIELDS(shift_fields, FIELD(struct shift, id), FIELD(struct shift, title),
	FIELD(struct shift, number), FIELD(struct shift, started_at),
	FIELD(struct shift, finished_at));

struct column {
	const char *header;
	size_t offset; /* of its number in struct row */
};

static const struct column task_columns[] = {
	{"№ Задачи", offsetof(struct row, number)},
	{"Название", 0},
	{"Кол-во принятых отчётов", offsetof(struct row, approved)},
	{"Кол-во отклонённых отчётов", offsetof(struct row, declined)},
	{"Кол-во не предоставленных отчётов", offsetof(struct row, skipped)},
};

static const struct column shift_columns[] = {
	{"№ Задачи", offsetof(struct row, number)},
	{"Название", 0},
	{"Принята с 1-й попытки", offsetof(struct row, first)},
	{"Принята с 2-й попытки", offsetof(struct row, second)},
	{"Принята с 3-й попытки", offsetof(struct row, third)},
	{"Кол-во пропусков задания", offsetof(struct row, skipped)},
	{"Кол-во одобренных отчётов", offsetof(struct row, approved)},
	{"Кол-во отклонённых отчётов", offsetof(struct row, declined)},
	{"Всего отчётов", offsetof(struct row, total)},
};

/* All that one sheet shows. */
struct sheet {
	const char *name, *description;
	const struct column *columns;
	lxw_col_t column_count;
	struct row *rows;
	size_t row_count;
};

struct formats {
	lxw_format *description, *header, *cell, *total;
};

static lxw_format *
new_format(lxw_workbook *book)
{
	lxw_format *f = workbook_add_format(book);

	format_set_font_name(f, "Times New Roman");
	format_set_font_size(f, 11);
	format_set_align(f, LXW_ALIGN_VERTICAL_CENTER);
	format_set_border(f, LXW_BORDER_THIN);
	return f;
}

/* The library takes a cell as either wrapped or shrunk to fit, never both. */
static struct formats
formats_of(lxw_workbook *book)
{
	struct formats f = {
		new_format(book), new_format(book), new_format(book), new_format(book)};

	format_set_align(f.description, LXW_ALIGN_LEFT);
	format_set_shrink(f.description);
	format_set_align(f.header, LXW_ALIGN_CENTER);
	format_set_text_wrap(f.header);
	format_set_bold(f.header);
	format_set_align(f.cell, LXW_ALIGN_LEFT);
	format_set_text_wrap(f.cell);
	format_set_align(f.total, LXW_ALIGN_LEFT);
	format_set_text_wrap(f.total);
	format_set_bold(f.total);
	return f;
}

static int64_t
number_of(const struct row *row, const struct column *column)
{
	return *(const int64_t *)(const void *)((const char *)row + column->offset);
}

static void
write_row(lxw_worksheet *out, lxw_row_t at, const struct sheet *s,
	const struct row *row, lxw_format *format)
{
	for (lxw_col_t i = 0; i < s->column_count; i++)
		if (i == TEXT_COLUMN)
			worksheet_write_string(out, at, i, row->title, format);
		else
			worksheet_write_number(out, at, i,
				(double)number_of(row, &s->columns[i]), format);
}

/* The sums are formulas over the rows, with their values beside for what does not
 * calculate. */
static void
write_totals(struct ctx *c, lxw_worksheet *out, const struct sheet *s, lxw_format *f)
{
	lxw_row_t at = FIRST_ROW + (lxw_row_t)s->row_count;

	worksheet_write_string(out, at, 0, "ИТОГО:", f);
	worksheet_write_blank(out, at, TEXT_COLUMN, f);
	for (lxw_col_t i = TEXT_COLUMN + 1; i < s->column_count; i++) {
		int64_t sum = 0;
		const char letter = (char)('A' + i);

		for (size_t k = 0; k < s->row_count; k++)
			sum += number_of(&s->rows[k], &s->columns[i]);
		if (s->row_count == 0)
			worksheet_write_number(out, at, i, 0, f);
		else
			worksheet_write_formula_num(out, at, i,
				arena_fmt(&c->arena, "=SUM(%c%d:%c%u)", letter,
					FIRST_ROW + 1, letter, (unsigned)at),
				f, (double)sum);
	}
}

/* From top to bottom: in constant memory a row that is left behind is closed. */
static bool
write_sheet(struct ctx *c, lxw_workbook *book, const struct formats *f,
	const struct sheet *s)
{
	lxw_worksheet *out = workbook_add_worksheet(book, s->name);

	if (out == NULL)
		return false;
	worksheet_set_column(out, TEXT_COLUMN, TEXT_COLUMN, 50, NULL);
	worksheet_set_row(out, 0, 55, NULL);
	worksheet_merge_range(out, 0, 0, 0, (lxw_col_t)(s->column_count - 1),
		s->description, f->description);
	for (lxw_col_t i = 0; i < s->column_count; i++)
		worksheet_write_string(out, 1, i, s->columns[i].header, f->header);
	for (size_t i = 0; i < s->row_count; i++)
		write_row(out, FIRST_ROW + (lxw_row_t)i, s, &s->rows[i], f->cell);
	write_totals(c, out, s, f->total);
	return true;
}

static void
close_fd(void *fd)
{
	close((int)(intptr_t)fd);
}

static enum err
read_whole(struct ctx *c, int fd, struct sheet_file *out)
{
	struct stat st;
	char *bytes;

	if (fstat(fd, &st) != 0)
		return fail(c, E_BUG, NULL);
	bytes = arena_new(&c->arena, (size_t)st.st_size + 1);
	if (pread(fd, bytes, (size_t)st.st_size, 0) != st.st_size)
		return fail(c, E_BUG, NULL);
	out->bytes = bytes;
	out->size = (size_t)st.st_size;
	return OK;
}

/* The library writes to a path only: that of a file without a name. */
static enum err
write_book(
	struct ctx *c, const struct sheet *sheets, size_t count, struct sheet_file *out)
{
	lxw_workbook_options options = {.constant_memory = LXW_TRUE};
	int fd = memfd_create("sheet", MFD_CLOEXEC);
	bool good = true;

	if (fd < 0)
		return fail(c, E_BUG, "no file for a spreadsheet: %s", strerror(errno));
	arena_defer(&c->arena, close_fd, (void *)(intptr_t)fd);
	lxw_workbook *book = workbook_new_opt(
		arena_fmt(&c->arena, "/proc/self/fd/%d", fd), &options);
	if (book == NULL)
		return fail(c, E_BUG, NULL);
	struct formats formats = formats_of(book);
	for (size_t i = 0; good && i < count; i++)
		good = write_sheet(c, book, &formats, &sheets[i]);
	if (!good) {
		lxw_workbook_free(book);
		return fail(c, E_BUG, "no room for a spreadsheet's temporary file");
	}
	lxw_error e = workbook_close(book);
	if (e != LXW_NO_ERROR) {
		log_error("sheet: %s", lxw_strerror(e));
		return fail(c, E_BUG, NULL);
	}
	return read_whole(c, fd, out);
}

/* The day as DD.MM.YYYY, or with something else between. */
static const char *
day(struct ctx *c, struct date d, char between)
{
	return arena_fmt(&c->arena, "%02d%c%02d%c%04d", d.day, between, d.month,
		between, d.year);
}

static enum err
fill_tasks(struct ctx *c, struct sheet *s)
{
	*s = (struct sheet){.name = "Задачи",
		.description =
			arena_fmt(&c->arena, "Отчёт по задачам\nДата формирования: %s",
				day(c, utc_date(c->now), '.')),
		.columns = task_columns,
		.column_count = sizeof(task_columns) / sizeof(*task_columns)};
	return db_many(c, &SHEET_ROWS, row_fields, &s->rows, &s->row_count,
		ARGS(c, (const char *)NULL));
}

static enum err
fill_shift(struct ctx *c, const struct shift *shift, const char *name, struct sheet *s)
{
	*s = (struct sheet){.name = name,
		.description = arena_fmt(&c->arena,
			"Отчёт по смене №%lld (%s)\nДата начала: %s\n"
			"Дата окончания: %s\nДата формирования: %s",
			(long long)shift->number, shift->title,
			day(c, shift->started_at, '.'), day(c, shift->finished_at, '.'),
			day(c, utc_date(c->now), '.')),
		.columns = shift_columns,
		.column_count = sizeof(shift_columns) / sizeof(*shift_columns)};
	return db_many(c, &SHEET_ROWS, row_fields, &s->rows, &s->row_count,
		ARGS(c, shift->id));
}

/* "2026-11-21_12-30-05" in the programme's zone. */
static const char *
stamp(struct ctx *c)
{
	struct date today = utc_date(c->now);
	int64_t seconds =
		(c->now.us - date_at(today, 0, 0).us) / US_PER_SECOND % (24 * 60 * 60);

	return arena_fmt(&c->arena, "%s_%02d-%02d-%02d", date_iso(&c->arena, today),
		(int)(seconds / 3600), (int)(seconds / 60 % 60), (int)(seconds % 60));
}

enum err
sheet_of_tasks(struct ctx *c, struct sheet_file *out)
{
	struct sheet s;

	out->name = arena_fmt(&c->arena, "tasks_report_%s.xlsx", stamp(c));
	TRY(fill_tasks(c, &s));
	return write_book(c, &s, 1, out);
}

/* Blanks become underscores and dots go, as in the older file names. */
static const char *
plain_title(struct ctx *c, const char *title)
{
	struct buf b = {.arena = &c->arena};

	for (; *title != '\0'; title++)
		if (*title != '.')
			buf_addn(&b, *title == ' ' ? "_" : title, 1);
	return buf_text(&b);
}

enum err
sheet_of_shift(struct ctx *c, const char *id, struct sheet_file *out)
{
	struct shift shift = {0};
	struct sheet s;

	TRY(db_one(c, &SHEET_SHIFT, shift_fields, &shift, ARGS(c, id)));
	out->name = arena_fmt(&c->arena, "Отчёт_по_смене_№%lld_%s_%s.xlsx",
		(long long)shift.number, plain_title(c, shift.title),
		day(c, utc_date(c->now), '-'));
	TRY(fill_shift(c, &shift, "Отчёт по смене", &s));
	return write_book(c, &s, 1, out);
}

enum err
sheet_of_everything(struct ctx *c, struct sheet_file *out)
{
	struct shift *shifts;
	struct sheet *sheets;
	size_t count;

	out->name = arena_fmt(&c->arena, "full_report_%s.xlsx", stamp(c));
	TRY(db_many(c, &SHEET_SHIFTS, shift_fields, &shifts, &count, ARGS(c)));
	sheets = arena_new(&c->arena, (count + 1) * sizeof(*sheets));
	TRY(fill_tasks(c, &sheets[0]));
	for (size_t i = 0; i < count; i++)
		TRY(fill_shift(c, &shifts[i],
			arena_fmt(
				&c->arena, "Смена №%lld", (long long)shifts[i].number),
			&sheets[i + 1]));
	return write_book(c, sheets, count + 1, out);
}
