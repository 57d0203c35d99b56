/* What samovarctl says of its own commands. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/commands.h"

#define WORDS 128     /* longest words of a command */
#define SUGGESTIONS 3 /* at most */

/* The words of a pattern before its first argument: "jobs list". */
static void
words_of(const char *pattern, char out[WORDS])
{
	size_t n = strcspn(pattern, "<[");

	while (n > 0 && pattern[n - 1] == ' ')
		n--;
	snprintf(out, WORDS, "%.*s", (int)n, pattern);
}

/* The words of a call up to its first option. */
static void
words_given(const struct call *call, char out[WORDS])
{
	size_t used = 0;

	out[0] = '\0';
	for (int i = 0; i < call->argc && call->argv[i][0] != '-'; i++) {
		int n = snprintf(out + used, WORDS - used, "%s%s", i == 0 ? "" : " ",
			call->argv[i]);
		if (n < 0 || (size_t)n >= WORDS - used)
			return;
		used += (size_t)n;
	}
}

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Letters that are wrong, missing, too many, or two that changed places (the restricted
 * Damerau-Levenshtein distance). */
static size_t
distance(const char *a, const char *b)
{
	size_t rows[3][WORDS + 1], n = strlen(a), m = strlen(b);

	for (size_t j = 0; j <= m; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= n; i++) {
		size_t *now = rows[i % 3], *one = rows[(i + 2) % 3],
		       *two = rows[(i + 1) % 3];

		now[0] = i;
		for (size_t j = 1; j <= m; j++) {
			now[j] = least(least(one[j], now[j - 1]) + 1,
				one[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
				a[i - 2] == b[j - 1])
				now[j] = least(now[j], two[j - 2] + 1);
		}
	}
	return rows[n % 3][m];
}

/* How far what was typed is from a command; arguments behind its words do not count. */
static size_t
far_from(const char *typed, const char *words)
{
	char same[WORDS] = "";
	size_t n = 0, blanks = 0;

	for (const char *p = words; *p != '\0'; p++)
		blanks += *p == ' ';
	for (n = 0; typed[n] != '\0' && (typed[n] != ' ' || blanks-- > 0); n++)
		same[n] = typed[n];
	same[n] = '\0';
	return distance(same, words);
}

static void
suggest(const struct call *call, const char *typed)
{
	const struct cmd *cmds = call->cmds;
	size_t shown = 0;

	for (size_t limit = 1; limit <= 3 && shown == 0; limit++) {
		for (size_t i = 0; i < call->cmd_count && shown < SUGGESTIONS; i++) {
			char words[WORDS];

			words_of(cmds[i].pattern, words);
			if (far_from(typed, words) != limit ||
				limit * 2 > strlen(words))
				continue;
			fprintf(stderr, "%s %s\n",
				shown == 0 ? "Did you mean:" : "             ", words);
			shown++;
		}
	}
	fputs("\"samovarctl help\" lists all commands\n", stderr);
}

/* Do all words of the call stand at the beginning of the pattern? */
static bool
begins_with(const char *pattern, const struct call *call)
{
	for (int i = 0; i < call->argc; i++) {
		size_t n = strlen(call->argv[i]);

		if (call->argv[i][0] == '-')
			continue;
		if (*pattern == '<' || *pattern == '[')
			return true;
		if (strncmp(pattern, call->argv[i], n) != 0 ||
			(pattern[n] != ' ' && pattern[n] != '\0'))
			return false;
		pattern += n + (pattern[n] == ' ');
	}
	return true;
}

bool
usage_asked(const struct call *call)
{
	for (int i = 0; i < call->argc; i++)
		if (strcmp(call->argv[i], "--help") == 0 ||
			strcmp(call->argv[i], "-h") == 0)
			return true;
	return false;
}

static bool
print_commands(const struct call *call)
{
	bool any = false, bright = isatty(STDOUT_FILENO) != 0;
	const struct cmd *cmds = call->cmds;

	for (size_t i = 0; i < call->cmd_count; i++) {
		if (!begins_with(cmds[i].pattern, call))
			continue;
		if (!any)
			puts("usage: samovarctl [--conf FILE] [--env FILE] COMMAND");
		printf("  %s%s%s\n        %s\n", bright ? "\033[1m" : "",
			cmds[i].pattern, bright ? "\033[0m" : "", cmds[i].help);
		any = true;
	}
	return any;
}

int
usage_print(const struct call *call)
{
	char typed[WORDS] = "";

	if (print_commands(call))
		return 0;
	words_given(call, typed);
	fprintf(stderr, "samovarctl: no command \"%s\"\n", typed);
	suggest(call, typed);
	return 2;
}

enum err
help_cmd(struct call *call)
{
	struct call rest = {.argc = call->argc - 1,
		.argv = call->argv + 1,
		.cmds = call->cmds,
		.cmd_count = call->cmd_count};

	if (print_commands(&rest))
		return OK;
	suggest(call, call_arg(call, "group"));
	return fail(&call->ctx, E_INPUT, "no command begins with \"%s\"",
		call_arg(call, "group"));
}

/* The first option that the pattern does not have; NULL if all are known. */
static const char *
strange_option(const struct call *call)
{
	for (int i = 0; i < call->argc; i++)
		if (call_is_option(call->argv[i]) &&
			call_option_kind(call->cmd->pattern, call->argv[i] + 2) < 0)
			return call->argv[i];
	return NULL;
}

int
usage_complain(struct call *call)
{
	const struct cmd *cmds = call->cmds;
	char typed[WORDS] = "";
	bool any = false;

	for (size_t i = 0; i < call->cmd_count; i++) {
		call->cmd = &cmds[i];
		if (!call_fits(call, true))
			continue;
		if (!any && strange_option(call) != NULL)
			fprintf(stderr, "samovarctl: unknown option %s\n",
				strange_option(call));
		fprintf(stderr, "usage: samovarctl %s\n", cmds[i].pattern);
		any = true;
	}
	for (size_t i = 0; !any && call->argc > 0 && i < call->cmd_count; i++) {
		if (!begins_with(cmds[i].pattern,
			    &(struct call){.argc = 1, .argv = call->argv}))
			continue;
		fprintf(stderr, "usage: samovarctl %s\n", cmds[i].pattern);
	}
	if (any)
		return 2;
	words_given(call, typed);
	if (call->argc == 0)
		fputs("samovarctl: no command\n", stderr);
	else
		fprintf(stderr, "samovarctl: no command \"%s\"\n", typed);
	suggest(call, typed);
	return 2;
}
