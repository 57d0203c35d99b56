/* Lists of samovarctl: aligned for people, JSON for scripts. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <wchar.h>

#include "base/buf.h"
#include "cli/cli.h"

/* Columns that a text takes on a terminal: a Cyrillic letter one, a Hangul one two. */
static int
width(const char *text)
{
	mbstate_t state = {0};
	int sum = 0;

	while (*text != '\0') {
		wchar_t one;
		size_t n = mbrtowc(&one, text, MB_CUR_MAX, &state);

		if (n == (size_t)-1 || n == (size_t)-2) {
			state = (mbstate_t){0};
			n = 1;
			sum++;
		} else {
			int w = wcwidth(one);

			sum += w < 0 ? 1 : w;
		}
		text += n;
	}
	return sum;
}

static const char *
shown(const char *cell)
{
	return cell == NULL || cell[0] == '\0' ? "-" : cell;
}

/* The last column is not padded, and texts there are whole. */
static void
print_cell(const char *text, int room, bool right, bool last)
{
	int pad = room - width(text);

	if (right)
		printf("%*s", pad, "");
	for (const char *p = text; *p != '\0'; p++)
		putchar((unsigned char)*p < 32 || *p == 127 ? '?' : *p);
	if (last)
		putchar('\n');
	else
		printf("%*s  ", right ? 0 : pad, "");
}

static void
print_people(const struct db_table *t)
{
	int *rooms = calloc(t->columns + 1, sizeof(*rooms));
	bool bright = isatty(STDOUT_FILENO) != 0;

	if (rooms == NULL)
		abort();
	for (size_t k = 0; k < t->columns; k++) {
		rooms[k] = width(t->names[k]);
		for (size_t i = 0; i < t->rows; i++) {
			int w = width(shown(t->cells[i * t->columns + k]));

			rooms[k] = w > rooms[k] ? w : rooms[k];
		}
	}
	fputs(bright ? "\033[1m" : "", stdout);
	for (size_t k = 0; k < t->columns; k++)
		print_cell(t->names[k], rooms[k], t->is_number[k], k + 1 == t->columns);
	fputs(bright ? "\033[0m" : "", stdout);
	for (size_t i = 0; i < t->rows; i++)
		for (size_t k = 0; k < t->columns; k++)
			print_cell(shown(t->cells[i * t->columns + k]), rooms[k],
				t->is_number[k], k + 1 == t->columns);
	free(rooms);
}

static void
print_json(const struct call *call, const struct db_table *t)
{
	struct buf b = {.arena = (struct arena *)&call->ctx.arena};

	buf_add(&b, "[");
	for (size_t i = 0; i < t->rows; i++) {
		buf_add(&b, i == 0 ? "\n{" : ",\n{");
		for (size_t k = 0; k < t->columns; k++) {
			const char *cell = t->cells[i * t->columns + k];

			buf_add(&b, k == 0 ? "" : ", ");
			buf_json(&b, t->names[k]);
			buf_add(&b, ": ");
			if (cell == NULL || t->is_json[k])
				buf_add(&b, cell == NULL ? "null" : cell);
			else
				buf_json(&b, cell);
		}
		buf_add(&b, "}");
	}
	buf_add(&b, "\n]");
	puts(buf_text(&b));
}

void
call_table_print(const struct call *call, const struct db_table *t, const char *none)
{
	if (call_flag(call, "json"))
		print_json(call, t);
	else if (t->rows == 0)
		puts(none);
	else
		print_people(t);
}

enum err
call_table(
	struct call *call, const struct db_stmt *s, struct args args, const char *none)
{
	struct db_table t;

	TRY(db_table(&call->ctx, s, &t, args));
	call_table_print(call, &t, none);
	return OK;
}
