#ifndef CARDS_IMPORT_H
#define CARDS_IMPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ctx.h"

#define IMPORT_LINES 2000 /* at most, beside the heading */

/* What an import does, or would do. */
struct import {
	int64_t added, changed, same, refused;
	const char *
		lines; /* JSON: what each line does; if any is refused, what is wrong */
};

/*
 * Cards from CSV (RFC 4180; commas, semicolons or tabs). The heading has the names of
 * struct card_said; others are E_INPUT. A line is the card of its number and role that
 * is not withdrawn, else a new one; with the uuid of a card it is that one. All or
 * nothing; dry_run: nothing, but told as if. refused > 0: nothing was done. Its own
 * transaction.
 */
enum err cards_import(
	struct ctx *c, const char *csv, size_t n, bool dry_run, struct import *out);

#endif
