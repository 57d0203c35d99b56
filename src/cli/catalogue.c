#include <stdio.h>

#include "base/str.h"
#include "catalogue/edition.h"
#include "catalogue/load.h"
#include "cli/commands.h"
#include "cli/progress.h"

static struct progress bar;

static void
show(const char *what, int64_t done, int64_t all)
{
	if (!str_eq(bar.what, what)) {
		progress_end(&bar);
		bar = (struct progress){.what = what, .total = all};
	}
	progress_show(&bar, done);
}

static void
show_note(const char *sentence)
{
	progress_end(&bar);
	bar = (struct progress){0};
	puts(sentence);
}

/* The values of all --map, in order. */
static void
maps_of(struct call *call, struct load *l)
{
	const char **maps =
		arena_new(&call->ctx.arena, ((size_t)call->argc + 1) * sizeof(*maps));

	for (int i = 0; i + 1 < call->argc; i++)
		if (str_eq(call->argv[i], "--map"))
			maps[l->map_count++] = call->argv[++i];
	l->maps = maps;
}

enum err
catalogue_load_cmd(struct call *call)
{
	struct load l = {.source = call_arg(call, "source"),
		.progress = show,
		.note = show_note,
		.name = call_arg(call, "ids-of"),
		.accept_losses = call_flag(call, "accept-losses")};

	maps_of(call, &l);
	enum err e = catalogue_load(&call->ctx, &l);

	progress_end(&bar);
	if (e != OK)
		return e;
	if (l.resumed)
		puts("went on with the load that had been interrupted");
	if (l.made_ids > 0)
		printf("ids made for %lld that had none, or no uuid\n",
			(long long)l.made_ids);
	return catalogue_status_cmd(call);
}

enum err
catalogue_status_cmd(struct call *call)
{
	const char *lines;

	TRY(edition_status(&call->ctx, &lines));
	puts(lines == NULL ? "nothing has been loaded yet" : lines);
	return OK;
}

enum err
catalogue_back_cmd(struct call *call)
{
	int64_t edition;

	TRY(edition_back(&call->ctx, 0, true, &edition));
	return catalogue_status_cmd(call);
}
