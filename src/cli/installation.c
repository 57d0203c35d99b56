#include <stdio.h>

#include "cli/commands.h"
#include "installation/installation.h"

enum err
installation_show_cmd(struct call *call)
{
	const char *lines;

	TRY(installation_show(&call->ctx, &lines));
	puts(lines);
	return OK;
}

static enum err
restored(struct call *call)
{
	struct ctx *c = &call->ctx;
	struct utc backup_at;

	if (!utc_parse(call_arg(call, "time"), &backup_at))
		return fail(c, E_INPUT, "not a moment like 2026-01-02T03:04:05Z: %s",
			call_arg(call, "time"));
	return installation_restored(c, backup_at, call_flag(call, "live"));
}

enum err
installation_restored_cmd(struct call *call)
{
	TRY(call_in_tx(call, restored));
	return installation_show_cmd(call);
}

enum err
installation_live_cmd(struct call *call)
{
	TRY(installation_live(&call->ctx, call_flag(call, "take-over")));
	return installation_show_cmd(call);
}
