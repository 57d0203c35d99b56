/* samovarctl messenger import. */
#include <inttypes.h>
#include <stdio.h>

#include "cli/commands.h"
#include "cli/progress.h"
#include "messenger/import.h"
#include "messenger/import_files.h"

#define STATEMENT_SECONDS 3600

struct import {
	struct call *call;
	struct import_source *source;
	bool dry;
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

static enum err
all_bytes(struct import *in, struct import_files *from)
{
	struct progress bar = {.what = "bytes of files"};
	struct ctx *whole = &in->call->ctx, c;
	int64_t after = 0, done = 0, missing = 0, count = 1;

	while (count > 0) {
		ctx_start(&c, whole->db, whole->cache);
		enum err e = import_files(&c, from, in->dry, &after, &count, &missing);
		if (e != OK)
			fail(whole, e, "%s", c.why == NULL ? err_sentence(e) : c.why);
		ctx_end(&c);
		TRY(e);
		done += count;
		progress_show(&bar, done);
	}
	progress_end(&bar);
	printf("%-14s %9" PRId64 " %s %8" PRId64 " not there\n", "bytes",
		done - missing, in->dry ? "to come" : "stored", missing);
	return OK;
}

static enum err
all(struct import *in, struct import_files *from)
{
	TRY(all_tables(in));
	return from == NULL ? OK : all_bytes(in, from);
}

enum err
messenger_import_cmd(struct call *call)
{
	struct import in = {.call = call, .dry = call_flag(call, "dry-run")};
	const char *uploads = call_arg(call, "uploads");
	struct import_files *from = NULL;
	struct ctx *c = &call->ctx;

	db_set_timeout(c->db, STATEMENT_SECONDS);
	if (uploads != NULL)
		TRY(import_files_open(c, uploads, call_arg(call, "endpoint"), &from));
	TRY(import_open(c, call_arg(call, "url"), &in.source));
	if (!in.dry)
		return all(&in, from);
	TRY(db_begin(c));
	enum err e = all(&in, from);
	db_rollback(c);
	return e;
}
