#include <inttypes.h>
#include <stdio.h>

#include "account/account.h"
#include "base/str.h"
#include "cli/commands.h"
#include "cli/progress.h"
#include "db/db.h"
#include "messenger/moderation.h"
#include "messenger/sync.h"

#define PIECE 1000

enum err
messenger_sync_status_cmd(struct call *call)
{
	struct sync_state s;

	TRY(sync_state(&call->ctx, &s));
	printf("copies            %" PRId64 "\n"
	       "to be built       %" PRId64 " (when they are asked for)\n"
	       "behind            %" PRId64 ", by %" PRId64 " s at most\n"
	       "changes unspread  %" PRId64 "\n"
	       "failing           %" PRId64 "\n"
	       "jobs given up     %" PRId64 "%s\n",
		s.copies, s.stale, s.due, s.behind_seconds, s.unspread, s.failing,
		s.parked, s.parked > 0 ? " (jobs list --state parked)" : "");
	return OK;
}

static enum err
rebuild_one(struct call *call)
{
	struct ctx *c = &call->ctx;
	struct account account;
	int64_t count;

	TRY(call_account(call, "name", &account));
	TRY(sync_rebuild_one(c, account.id, &count));
	puts(count == 0 ? "no phone has asked for this copy" : "ordered");
	return OK;
}

enum err
messenger_sync_rebuild_cmd(struct call *call)
{
	struct ctx *c = &call->ctx;
	int64_t limit = INT64_MAX, after = 0, done = 0, count;
	struct sync_state s;

	if (call_arg(call, "name") != NULL)
		return rebuild_one(call);
	TRY(call_number(call, "limit", 1, INT64_MAX, &limit));
	TRY(sync_state(c, &s));
	struct progress bar = {
		.what = "copies", .total = s.copies < limit ? s.copies : limit};
	do {
		int64_t most = limit - done < PIECE ? limit - done : PIECE;

		TRY(sync_rebuild(c, most, &after, &count));
		done += count;
		progress_show(&bar, done);
	} while (count > 0 && done < limit);
	progress_end(&bar);
	printf("ordered %" PRId64 "\n", done);
	return OK;
}

enum err
messenger_unlock_cmd(struct call *call)
{
	struct ctx *c = &call->ctx;
	int64_t id = 0;

	TRY(call_number(call, "id", 1, INT64_MAX, &id));
	TRY(db_begin(c));
	return db_end(c, moderation_unlock(c, call_arg(call, "what"), id));
}
