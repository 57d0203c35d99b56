#ifndef CSV_H
#define CSV_H

#include <stdbool.h>
#include <stddef.h>

#include "base/ctx.h"

/*
 * Rows of a CSV file (RFC 4180, also with semicolons or tabs) on their way to COPY:
 * only the columns that somebody wants, and no blank lines. Values are passed on as
 * they stand, quoted or not.
 */

#define CSV_COLUMNS 256

/* What a heading says. */
struct csv {
	char separator;           /* between values */
	size_t count;             /* columns of the file */
	bool wanted[CSV_COLUMNS]; /* which of them are passed on */
};

/* What stands between the values of a heading: of comma, semicolon and tab the one that
 * is there most often. */
char csv_separator(const char *heading);

/* The next value: its length, up to a separator or a line's end that is not quoted. */
size_t csv_value(const char *p, const char *end, char separator);

/*
 * Picks the wanted values of the rows in place; *n becomes what is left of the bytes.
 * A row that has fewer values than the heading, or more that are not empty, is E_INPUT;
 * *at is then where it begins, and the sentence how many values it has.
 */
enum err csv_pick(
	struct ctx *c, const struct csv *head, char *bytes, size_t *n, size_t *at);

#endif
