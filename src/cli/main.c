/* samovarctl: the operator's hand. */
#include <stdio.h>

#include "base/conf.h"
#include "base/program.h"
#include "cache/cache.h"
#include "cli/cli.h"
#include "cli/collection.h"
#include "cli/commands.h"
#include "db/db.h"

#define RUN_SECONDS 3600 /* longest statement of a command */

static const struct cmd cmds[] = {
#define CMD(pattern, function, offline, help) {pattern, function, offline, help},
#include "cli/cmds.def"
#undef CMD
};

enum err
conf_cmd(struct call *call)
{
	if (call_flag(call, "env-sample"))
		conf_print_env(stdout);
	else if (call_flag(call, "file-sample"))
		conf_print_file(stdout);
	else if (call_arg(call, "from-collection") != NULL)
		return collection_print(&call->ctx, call_arg(call, "from-collection"));
	else
		conf_print(stdout);
	return OK;
}

static int
run(struct call *call)
{
	struct db *db = db_new("samovarctl");

	db_set_timeout(db, RUN_SECONDS);
	ctx_start(&call->ctx, db, cache_new());
	enum err e = OK;
	if (!call->cmd->offline && (e = db_open(db)) != OK)
		fail(&call->ctx, e,
			e == E_BUG ? "the database's schema does not fit: "
				     "samovarctl migrate up"
				   : "no connection to the database: is it up? "
				     "\"samovarctl doctor\" tells more");
	if (e == OK)
		e = call->cmd->run(call);
	if (e != OK)
		fprintf(stderr, "samovarctl: %s\n",
			call->ctx.why == NULL ? err_sentence(e) : call->ctx.why);
	ctx_end(&call->ctx);
	db_close(db);
	return e == OK ? 0 : 1;
}

int
main(int argc, char **argv)
{
	int first = program_start("samovarctl", argc, argv);
	struct call call = {.argc = argc - first,
		.argv = argv + first,
		.cmds = cmds,
		.cmd_count = sizeof(cmds) / sizeof(*cmds)};

	if (usage_asked(&call))
		return usage_print(&call);
	for (size_t i = 0; call.argc > 0 && i < call.cmd_count; i++) {
		call.cmd = &cmds[i];
		if (call_fits(&call, false))
			return run(&call);
	}
	return usage_complain(&call);
}
