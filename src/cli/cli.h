#ifndef CLI_H
#define CLI_H

#include <stdbool.h>

#include "base/ctx.h"
#include "base/field.h"
#include "db/db.h"

/*
 * samovarctl: each command is a row of cmds.def. Its pattern is usage text and parser
 * in one: words stand for themselves, <name> for one argument, [name] for one that
 * may be left out, [--name VALUE] and [--name] for options, in any order behind the
 * words.
 */
struct cmd;
struct account;

/* One command as it was called. */
struct call {
	struct ctx ctx;
	const struct cmd *cmd;
	int argc;
	char **argv;
	const struct cmd *cmds; /* all there are */
	size_t cmd_count;
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

/*
 * Prints what a statement finds: a table with its column names as headings, or, with
 * --json, an array of objects. `none`: the words for no row.
 */
enum err call_table(
	struct call *call, const struct db_stmt *s, struct args args, const char *none);

/* The same of a table that was made otherwise. */
void call_table_print(
	const struct call *call, const struct db_table *t, const char *none);

/* Prints text lines of a statement that returns one text column "line" in one row, or
 * nothing. */
void call_print(const char *text);

/* Runs what is done in one transaction. */
enum err call_in_tx(struct call *call, enum err (*run)(struct call *call));

/* OK with --yes, or when "yes" is typed to the question `what`; else E_CONFLICT. */
enum err call_confirm(struct call *call, const char *what);

/* Inside of samovarctl: main.c and usage.c. */

/* Do the words fit call->cmd? words_only: without a look at arguments and options. */
bool call_fits(const struct call *call, bool words_only);

bool call_is_option(const char *arg);

/* "--date DATE" of a pattern by its name: 1 takes a value, 0 takes none, -1 there is no
 * such option. */
int call_option_kind(const char *pattern, const char *name);

/* Is --help or -h among the words? */
bool usage_asked(const struct call *call);

/* Prints the commands that begin with the words of the call; the exit status. */
int usage_print(const struct call *call);

/* Says on standard error what is wrong with a call that no command fits, and which was
 * probably meant; the exit status. */
int usage_complain(struct call *call);

#endif
