/* Pictures that people have uploaded of themselves. */
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "account/account.h"
#include "base/program.h"
#include "base/str.h"
#include "cli/commands.h"
#include "cli/progress.h"
#include "db/db.h"
#include "image/person.h"
#include "job/job.h"

#include "cli/pictures.sql.h"

#define POLL_MS 200

enum err
pictures_stats_cmd(struct call *call)
{
	return call_table(call, &PICTURES_TABLE, ARGS(&call->ctx), "no pictures");
}

struct found {
	const char *id;
};

static FIELDS(found_fields, FIELD(struct found, id));

static enum err
check_variant(struct call *call, const char *variant)
{
	for (int i = 0; i < PERSON_VARIANTS; i++)
		if (variant == NULL || str_eq(variant, person_variants[i].name))
			return OK;
	return fail(&call->ctx, E_INPUT, "no variant %s", variant);
}

static enum err
select_pictures(struct call *call, struct found **out, size_t *count)
{
	const char *account = call_arg(call, "account"),
		   *variant = call_arg(call, "variant"), *id = NULL;
	struct ctx *c = &call->ctx;
	struct account a = {0};

	TRY(check_variant(call, variant));
	if (account != NULL) {
		TRY(call_account(call, "account", &a));
		id = arena_fmt(&c->arena, "%" PRId64, a.id);
	}
	return db_many(c, &PICTURES_TO_REBUILD, found_fields, out, count,
		ARGS(c, id, variant));
}

/* On a terminal somebody wants to see how far it is; the jobs go on without them. */
static enum err
show_progress(struct call *call, int64_t total)
{
	struct progress bar = {.what = "pictures", .total = total};
	struct ctx *c = &call->ctx;
	int64_t left = total;

	while (left > 0 && !program_stopping()) {
		TRY(db_int(c, &PICTURES_REBUILDING, &left, ARGS(c)));
		progress_show(&bar, left < total ? total - left : 0);
		if (left > 0)
			program_wait(POLL_MS);
	}
	progress_end(&bar);
	return OK;
}

enum err
pictures_rebuild_cmd(struct call *call)
{
	struct ctx *c = &call->ctx;
	struct found *list = NULL;
	size_t count = 0;

	TRY(select_pictures(call, &list, &count));
	for (size_t i = 0; i < count; i++)
		TRY(job_add(c, &(struct job_order){.kind = "picture.rebuild",
				       .subject = list[i].id,
				       .key = list[i].id}));
	if (isatty(STDERR_FILENO))
		TRY(show_progress(call, (int64_t)count));
	printf("%zu pictures %s\n", count,
		isatty(STDERR_FILENO) && !program_stopping() ? "are made again"
							     : "will be made again");
	return OK;
}
