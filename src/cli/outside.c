/* Other people's tools on the database of the settings. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/conf.h"
#include "base/install_paths.h"
#include "cli/commands.h"

static void
set_or_clear(const char *name, const char *value)
{
	if (value[0] == '\0')
		unsetenv(name);
	else
		setenv(name, value, 1);
}

/* libpq, and so psql, pg_dump and sqitch, read these. */
static void
name_the_database(void)
{
	set_or_clear("PGHOST", conf.db_host);
	set_or_clear("PGPORT", conf.db_port);
	set_or_clear("PGDATABASE", conf.db_name);
	set_or_clear("PGUSER", conf.db_user);
	set_or_clear("PGPASSWORD", conf.db_password);
	set_or_clear("PGSSLMODE", conf.db_sslmode);
	/* The language of our own texts is not theirs. */
	unsetenv("LANGUAGE");
	unsetenv("PGLOCALEDIR");
}

/* Becomes the program; returns only if there is none. */
static enum err
become(struct call *call, const char *const *argv)
{
	name_the_database();
	execvp(argv[0], (char *const *)argv);
	return fail(&call->ctx, E_INPUT, "%s: %s", argv[0], strerror(errno));
}

enum err
db_cmd(struct call *call)
{
	const char *command = call_arg(call, "command");

	return become(call, (const char *[]){"sh", "-c",
				    command == NULL ? "exec psql" : command, NULL});
}

static enum err
sqitch(struct call *call, const char *verb, const char *option, const char *value)
{
	const char *folder = arena_fmt(&call->ctx.arena, "%s/sql", install_folder());

	/* A change and its entry in the registry are two transactions: between them
	 * nobody shall stop it. psql takes SIGINT all the same, and rolls back. */
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);

	/* Who deployed: sqitch wants a name, and a service user has none. */
	setenv("SQITCH_FULLNAME", "Samovar", 0);
	setenv("SQITCH_EMAIL", "samovar@localhost", 0);
	setenv("TZ", "UTC", 0);
	return become(call, (const char *[]){"sqitch", "--chdir", folder, verb,
				    "db:pg:", option, value, NULL});
}

enum err
migrate_up_cmd(struct call *call)
{
	return sqitch(call, "deploy", "--verify", NULL);
}

/* The newest change: "name" (what it is for). By psql, because this program may not be
 * able to use a schema that is to be taken back. */
static enum err
last_change(struct call *call, char *out, int size)
{
	struct ctx *c = &call->ctx;

	name_the_database();
	FILE *psql =
		popen("psql -XAtqc \"select format('\\\"%s\\\" (%s)', change, note) "
		      "from sqitch.changes order by committed_at desc limit 1\"",
			"re");
	if (psql == NULL)
		return fail(c, E_BUG, "psql: %s", strerror(errno));
	char *got = fgets(out, size, psql);
	if (pclose(psql) != 0)
		return fail(c, E_BUSY, "the changes of the database cannot be read");
	if (got == NULL)
		return fail(c, E_CONFLICT, "there is no change to take back");
	out[strcspn(out, "\n")] = '\0';
	return OK;
}

enum err
migrate_down_cmd(struct call *call)
{
	char change[512];

	TRY(last_change(call, change, sizeof(change)));
	const char *question = arena_fmt(&call->ctx.arena,
		"Take the last change of the database back, %s? What only it can hold "
		"is lost.",
		change);
	TRY(call_confirm(call, question));
	return sqitch(call, "revert", "-y", "--to=@HEAD^");
}

enum err
migrate_status_cmd(struct call *call)
{
	return sqitch(call, "status", NULL, NULL);
}
