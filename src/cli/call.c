/* What a command was called with, and what all of them do. */
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/conf.h"
#include "base/str.h"
#include "cli/cli.h"
#include "db/db.h"

/* The next word of a pattern; an option with its value is one. Returns its length. */
static size_t
word_length(const char *p)
{
	return p[0] == '[' ? strcspn(p, "]") + 1 : strcspn(p, " ");
}

static const char *
next_word(const char *p)
{
	p += word_length(p);
	return *p == ' ' ? p + 1 : p;
}

int
call_option_kind(const char *pattern, const char *name)
{
	for (const char *p = pattern; *p != '\0'; p = next_word(p)) {
		size_t n = strlen(name);

		if (strncmp(p, "[--", 3) == 0 && strncmp(p + 3, name, n) == 0 &&
			(p[3 + n] == ' ' || p[3 + n] == ']'))
			return p[3 + n] == ' ';
	}
	return -1;
}

bool
call_is_option(const char *arg)
{
	return strncmp(arg, "--", 2) == 0 && arg[2] != '\0';
}

/* The n-th argument that is no option, from 0; NULL when there are fewer. */
static const char *
positional(const struct call *call, int n)
{
	for (int i = 0; i < call->argc; i++) {
		if (call_is_option(call->argv[i])) {
			i += call_option_kind(call->cmd->pattern, call->argv[i] + 2) ==
			     1;
			continue;
		}
		if (n-- == 0)
			return call->argv[i];
	}
	return NULL;
}

static bool
options_fit(const struct call *call)
{
	for (int i = 0; i < call->argc; i++) {
		if (!call_is_option(call->argv[i]))
			continue;
		int kind = call_option_kind(call->cmd->pattern, call->argv[i] + 2);
		if (kind < 0 || (kind == 1 && ++i >= call->argc))
			return false;
	}
	return true;
}

bool
call_fits(const struct call *call, bool words_only)
{
	int n = 0;

	for (const char *p = call->cmd->pattern; *p != '\0'; p = next_word(p)) {
		const char *arg =
			strncmp(p, "[--", 3) == 0 ? NULL : positional(call, n++);

		if (*p == '<' && arg == NULL && !words_only)
			return false;
		if (*p != '<' && *p != '[' &&
			(arg == NULL || strlen(arg) != word_length(p) ||
				strncmp(p, arg, word_length(p)) != 0))
			return false;
	}
	return words_only || (positional(call, n) == NULL && options_fit(call));
}

const char *
call_arg(const struct call *call, const char *name)
{
	size_t length = strlen(name);
	int n = 0;

	for (int i = 0; i + 1 < call->argc; i++)
		if (call_is_option(call->argv[i]) &&
			strcmp(call->argv[i] + 2, name) == 0)
			return call->argv[i + 1];
	for (const char *p = call->cmd->pattern; *p != '\0'; p = next_word(p)) {
		if (strncmp(p, "[--", 3) == 0)
			continue;
		if ((*p == '<' || *p == '[') && strncmp(p + 1, name, length) == 0 &&
			word_length(p) == length + 2)
			return positional(call, n);
		n++;
	}
	return NULL;
}

bool
call_flag(const struct call *call, const char *name)
{
	for (int i = 0; i < call->argc; i++)
		if (call_is_option(call->argv[i]) &&
			strcmp(call->argv[i] + 2, name) == 0)
			return true;
	return false;
}

enum err
call_number(
	struct call *call, const char *name, int64_t least, int64_t most, int64_t *out)
{
	const char *text = call_arg(call, name);

	if (text == NULL)
		return OK;
	if (!int_read(text, out))
		return fail(
			&call->ctx, E_INPUT, "%s: not a whole number: %s", name, text);
	if (*out < least || *out > most)
		return fail(&call->ctx, E_INPUT, "%s: %lld to %lld", name,
			(long long)least, (long long)most);
	return OK;
}

enum err
call_date(struct call *call, const char *name, struct date *out)
{
	const char *text = call_arg(call, name);

	return text == NULL || date_parse(text, out)
		       ? OK
		       : fail(&call->ctx, E_INPUT, "%s: not a day YYYY-MM-DD: %s", name,
				 text);
}

const char *
call_secret(struct call *call, const char *question)
{
	struct termios before, quiet;
	bool terminal = tcgetattr(STDIN_FILENO, &before) == 0;
	char line[1024];

	if (terminal) {
		fprintf(stderr, "%s: ", question);
		quiet = before;
		quiet.c_lflag &= ~(tcflag_t)ECHO;
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
	}
	char *got = fgets(line, sizeof(line), stdin);
	if (terminal) {
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
		fputc('\n', stderr);
	}
	if (got == NULL)
		return NULL;
	line[strcspn(line, "\r\n")] = '\0';
	return arena_str(&call->ctx.arena, line);
}

void
call_print(const char *text)
{
	if (text != NULL)
		puts(text);
}

enum err
call_in_tx(struct call *call, enum err (*run)(struct call *call))
{
	TRY(db_begin(&call->ctx));
	return db_end(&call->ctx, run(call));
}

enum err
call_confirm(struct call *call, const char *what)
{
	char line[16] = "";

	if (call_flag(call, "yes"))
		return OK;
	fprintf(stderr, "%s (y/n) ", what);
	if (fgets(line, sizeof(line), stdin) != NULL)
		line[strcspn(line, "\r\n")] = '\0';
	if (!str_eq(line, "y") && !str_eq(line, "yes"))
		return fail(&call->ctx, E_CONFLICT, "nothing was changed");
	return OK;
}
