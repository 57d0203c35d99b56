/* samovarctl messenger import. */
#include <inttypes.h>
#include <stdio.h>

#include "cli/commands.h"
#include "cli/progress.h"
#include "messenger/import.h"
#include "messenger/import_files.h"

#define STATEMENT_SECONDS 3600
#define AT_ONCE 20 /* files */

struct import {
	struct call *call;
	struct import_source *source;
	bool dry;
	struct import_files *from; /* NULL: rows only */
	struct import_file *files; /* whose bytes are to come */
	size_t file_count;
	int64_t not_there;
};

static void
print_tally(const char *title, const struct import_tally *t)
{
	printf("%-14s %9" PRId64 " added %9" PRId64 " there already\n", title, t->added,
		t->present);
	for (const struct import_refusal *r = t->refused; r != NULL; r = r->next)
		printf("%-14s %9" PRId64 " refused: %s\n", "", r->count, r->why);
}

/* A page is a unit of work of its own, and a transaction unless all of it is one. */
static enum err
one_page(struct import *in, size_t table, int64_t *after, bool *more,
	struct import_tally *tally)
{
	struct ctx *whole = &in->call->ctx, c;

	ctx_start(&c, whole->db, whole->cache);
	enum err e = in->dry ? OK : db_begin(&c);
	if (e == OK) {
		e = import_page(
			&c, in->source, table, after, more, &whole->arena, tally);
		if (!in->dry)
			e = db_end(&c, e);
	}
	if (e != OK)
		fail(whole, e, "%s", c.why == NULL ? err_sentence(e) : c.why);
	ctx_end(&c);
	return e;
}

static enum err
one_table(struct import *in, size_t table)
{
	struct import_tally tally = {0};
	struct progress bar = {.what = import_title(table)};
	int64_t after = 0;
	bool more = true;

	TRY(import_total(&in->call->ctx, in->source, table, &bar.total));
	while (bar.total > 0 && more) {
		TRY(one_page(in, table, &after, &more, &tally));
		progress_show(&bar, tally.read);
	}
	progress_end(&bar);
	print_tally(bar.what, &tally);
	return OK;
}

static enum err
all_tables(struct import *in)
{
	struct ctx *c = &in->call->ctx;

	TRY(import_numbers(c, in->source));
	for (size_t i = 0; i < import_tables(); i++)
		TRY(one_table(in, i));
	return import_numbers(c, in->source);
}

/* A few at a time, in a unit of work that gives back what they took. */
static enum err
some_bytes(struct import *in, const struct import_file *list, size_t n)
{
	struct ctx *whole = &in->call->ctx, c;

	ctx_start(&c, whole->db, whole->cache);
	enum err e = import_files_bring(&c, in->from, in->dry, list, n, &in->not_there);
	if (e != OK)
		fail(whole, e, "%s", c.why == NULL ? err_sentence(e) : c.why);
	ctx_end(&c);
	return e;
}

static enum err
all_bytes(struct import *in)
{
	struct progress bar = {
		.what = "bytes of files", .total = (int64_t)in->file_count};

	for (size_t i = 0; i < in->file_count; i += AT_ONCE) {
		size_t left = in->file_count - i;

		TRY(some_bytes(in, in->files + i, left < AT_ONCE ? left : AT_ONCE));
		progress_show(&bar, (int64_t)i);
	}
	progress_end(&bar);
	printf("%-14s %9" PRId64 " %s %8" PRId64 " not there\n", "bytes",
		(int64_t)in->file_count - in->not_there, in->dry ? "to come" : "stored",
		in->not_there);
	return OK;
}

static enum err
all_rows(struct import *in)
{
	TRY(all_tables(in));
	return in->from == NULL ? OK
				: import_files_missing(
					  &in->call->ctx, &in->files, &in->file_count);
}

/* Everything in one transaction, which comes to nothing, and which may be idle while
 * the older database works. It is over before any server of files is asked. */
static enum err
try_rows(struct import *in)
{
	struct ctx *c = &in->call->ctx;

	TRY(db_begin(c));
	enum err e = db_command(c, "set local idle_in_transaction_session_timeout = 0");
	if (e == OK)
		e = all_rows(in);
	db_rollback(c);
	return e;
}

enum err
messenger_import_cmd(struct call *call)
{
	struct import in = {.call = call, .dry = call_flag(call, "dry-run")};
	const char *uploads = call_arg(call, "uploads");
	struct ctx *c = &call->ctx;

	db_set_timeout(c->db, STATEMENT_SECONDS);
	if (uploads != NULL)
		TRY(import_files_open(
			c, uploads, call_arg(call, "endpoint"), &in.from));
	TRY(import_open(c, call_arg(call, "url"), &in.source));
	TRY(in.dry ? try_rows(&in) : all_rows(&in));
	return in.from == NULL ? OK : all_bytes(&in);
}
