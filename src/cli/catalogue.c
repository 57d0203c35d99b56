#include <stdio.h>

#include "base/str.h"
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

enum err
catalogue_load_cmd(struct call *call)
{
	struct load l = {.source = call_arg(call, "source"), .progress = show};
	enum err e = catalogue_load(&call->ctx, &l);

	progress_end(&bar);
	if (e != OK)
		return e;
	if (l.resumed)
		puts("went on with the load that had been interrupted");
	return catalogue_status_cmd(call);
}

enum err
catalogue_status_cmd(struct call *call)
{
	const char *lines;

	TRY(catalogue_status(&call->ctx, &lines));
	puts(lines == NULL ? "nothing has been loaded yet" : lines);
	return OK;
}
