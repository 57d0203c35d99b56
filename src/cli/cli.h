#ifndef CLI_H
#define CLI_H

#include <stdbool.h>

#include "base/ctx.h"
#include "base/field.h"

/*
 * samovarctl: each command is a row of cmds.def. Its pattern is usage text and parser
 * in one: words stand for themselves, <name> for one argument, [name] for one that may
 * be left out,
 * [--name VALUE] and [--name] for options, in any order behind the words.
 */
struct cmd;
struct account;

/* One command as it was called. */
struct call {
	struct ctx ctx;
	const struct cmd *cmd;
	int argc;
	char **argv;
};

struct cmd {
	const char *pattern;
	enum err (*run)(struct call *call);
	bool offline; /* needs no database */
	const char *help;
};

/* The argument <name>, [name] or [--name VALUE]; NULL if it was left out. */
const char *call_arg(const struct call *call, const char *name);

/* Was [--name] given? */
bool call_flag(const struct call *call, const char *name);

/* An argument that is a whole number from least to most; otherwise E_INPUT with a
 * sentence. Absent: *out stays. */
enum err call_number(
	struct call *call, const char *name, int64_t least, int64_t most, int64_t *out);

/* The account whose user name or e-mail the argument is, which must be given. */
enum err call_account(struct call *call, const char *name, struct account *out);

/* An argument that is a date YYYY-MM-DD; otherwise E_INPUT. Absent: *out stays. */
enum err call_date(struct call *call, const char *name, struct date *out);

/* Asks on the terminal (or takes one line of standard input), without echo. NULL at its
 * end. */
const char *call_secret(struct call *call, const char *question);

/* Prints text lines of a statement that returns one text column "line" in one row, or
 * nothing. */
void call_print(const char *text);

/* Runs what is done in one transaction. */
enum err call_in_tx(struct call *call, enum err (*run)(struct call *call));

/* All commands, for help and for tests. */
const struct cmd *cmds_all(size_t *count);

#endif
