#ifndef MESSENGER_IMPORT_H
#define MESSENGER_IMPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ctx.h"

/*
 * From an older server's PostgreSQL database (tables TB_USER ...). Numbers are kept,
 * because phones have them in their files; only an account may get another one. What is
 * there already stays as it is, so it may be broken off and begun again.
 */
struct import_source;

/* Connects; "+psycopg2" in the address is taken out. E_PEER, E_INPUT */
enum err import_open(struct ctx *c, const char *url, struct import_source **out);

/* The tables in their order. */
size_t import_tables(void);
const char *import_title(size_t table);

/* What became of rows, by reason. */
struct import_refusal {
	struct import_refusal *next;
	const char *why;
	int64_t count;
};

struct import_tally {
	int64_t read, added, present;
	struct import_refusal *refused;
};

/* Rows of a table there; 0 if it is not there. E_PEER. */
enum err import_total(
	struct ctx *c, struct import_source *s, size_t table, int64_t *total);

/*
 * The next page of a table behind *after, which moves on; *more is false at its end.
 * Runs in the caller's transaction. The tally is added to, in `keep`. E_PEER.
 */
enum err import_page(struct ctx *c, struct import_source *s, size_t table,
	int64_t *after, bool *more, struct arena *keep, struct import_tally *tally);

/* Before the first page and after the last: what is numbered here comes behind it.
 * E_PEER. */
enum err import_numbers(struct ctx *c, struct import_source *s);

#endif
