#ifndef PROGRAMME_SHEET_H
#define PROGRAMME_SHEET_H

#include "base/ctx.h"

/*
 * Spreadsheets for staff: docs/programme.md. A row a task that has a report of
 * anybody but a test user, by number; the last row sums up. Texts stay texts: a title
 * that begins with "=" is no formula.
 */
struct sheet_file {
	const char *name; /* UTF-8, of the file */
	const char *bytes;
	size_t size;
};

/* What became of each task over all shifts. */
enum err sheet_of_tasks(struct ctx *c, struct sheet_file *out);

/* What became of each task in one shift, by attempts. E_SHIFT_NOT_FOUND. */
enum err sheet_of_shift(struct ctx *c, const char *id, struct sheet_file *out);

/* All of it: the sheet of tasks, then one for each shift that has reports. */
enum err sheet_of_everything(struct ctx *c, struct sheet_file *out);

#endif
