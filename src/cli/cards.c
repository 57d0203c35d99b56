#include <stdio.h>

#include "base/file.h"
#include "base/str.h"
#include "cards/artefact.h"
#include "cards/import.h"
#include "cards/member_card.h"
#include "cards/publish.h"
#include "cards/remote.h"
#include "cards/round.h"
#include "cli/commands.h"
#include "job/job.h"
#include "net/airtable.h"
#include "net/dropbox.h"

#include "cli/cards.sql.h"

#define LISTED 100

enum err
cards_list_cmd(struct call *call)
{
	struct ctx *c = &call->ctx;
	int64_t limit = LISTED;

	TRY(call_number(call, "limit", 1, 1000000, &limit));
	return call_table(call, &CLI_CARDS,
		ARGS(c, call_arg(call, "role"), call_arg(call, "status"), limit),
		"no cards");
}

static enum err
go_round(struct ctx *c)
{
	const char *last = NULL;

	if (!airtable_is_on())
		return OK;
	TRY(cards_round_job(c, &(struct job){.kind = "card.round"}));
	TRY(round_show(c, &last));
	printf("airtable: %s\n", last);
	return OK;
}

static enum err
publish_now(struct ctx *c)
{
	struct published p;

	if (!dropbox_is_on())
		return OK;
	TRY(publish_all(c, NULL, &p));
	printf("dropbox: %lld brought up to date, %lld refused%s%s\n",
		(long long)p.done, (long long)p.refused, p.why == NULL ? "" : ": ",
		p.why == NULL ? "" : p.why);
	return OK;
}

enum err
cards_sync_cmd(struct call *call)
{
	struct ctx *c = &call->ctx;

	if (!call_flag(call, "dry-run")) {
		TRY(remote_fetch(c, true));
		TRY(artefact_sync(c));
		TRY(db_do(c, &CLI_CARDS_WAKE, ARGS(c)));
		TRY(go_round(c));
		TRY(publish_now(c));
	}
	return call_table(call, &CLI_CARDS_DUE, ARGS(c), "nothing to draw");
}

static enum err
redraw(struct call *call)
{
	const char *what = call_arg(call, "what");
	struct card_shown card = {0};

	if (!uuid_valid(what))
		return artefact_changed(&call->ctx, what);
	return member_card_redraw(&call->ctx, what, &card);
}

enum err
cards_redraw_cmd(struct call *call)
{
	return call_in_tx(call, redraw);
}

static enum err
withdraw(struct call *call)
{
	struct ctx *c = &call->ctx;
	const char *uuid = uuid_read(&c->arena, call_arg(call, "uuid"));
	struct card_shown card = {0};

	if (uuid == NULL)
		return fail(c, E_INPUT, "not the uuid of a card");
	return member_card_withdraw(c, uuid, call_arg(call, "why"), &card);
}

enum err
cards_withdraw_cmd(struct call *call)
{
	return call_in_tx(call, withdraw);
}

enum err
cards_import_cmd(struct call *call)
{
	struct ctx *c = &call->ctx;
	const char *path = call_arg(call, "file");
	bool dry_run = call_flag(call, "dry-run");
	struct import i;
	size_t n;
	const char *csv = file_get(c, path, &n);

	if (csv == NULL)
		return fail(c, E_INPUT, "%s cannot be read", path);
	TRY(cards_import(c, csv, n, dry_run, &i));
	if (dry_run || i.refused > 0)
		puts(i.lines);
	if (i.refused > 0)
		return fail(c, E_CARD_IMPORT, "%lld lines cannot be used",
			(long long)i.refused);
	printf("%s%lld added, %lld changed, %lld as they were\n",
		dry_run ? "would be: " : "", (long long)i.added, (long long)i.changed,
		(long long)i.same);
	return OK;
}
