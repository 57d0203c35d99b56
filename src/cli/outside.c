/* Other people's tools on the database of the settings. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/conf.h"
#include "base/share.h"
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
	const char *folder = arena_fmt(&call->ctx.arena, "%s/sql", share_folder());

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

enum err
migrate_down_cmd(struct call *call)
{
	TRY(call_confirm(call,
		"Take the last change of the database back? What only it can hold "
		"is lost. \"samovarctl migrate status\" names it."));
	return sqitch(call, "revert", "-y", "--to=@HEAD^");
}

enum err
migrate_status_cmd(struct call *call)
{
	return sqitch(call, "status", NULL, NULL);
}
