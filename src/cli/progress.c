#include "cli/progress.h"
#include "base/utc.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define WIDTH 40
#define PAUSE 0.1 /* seconds between two drawings */

void
progress_show(struct progress *p, int64_t done)
{
	static const char full[] = "########################################";
	static const char none[] = "........................................";
	double now = monotonic();

	if (!isatty(STDERR_FILENO) || (now < p->next && done < p->total))
		return;
	p->next = now + PAUSE;
	p->drawn = true;
	if (p->total <= 0) {
		fprintf(stderr, "\r\033[K%s %" PRId64, p->what, done);
		return;
	}
	int n = (int)((double)done / (double)p->total * WIDTH);
	n = n < 0 ? 0 : n > WIDTH ? WIDTH : n;
	fprintf(stderr, "\r\033[K%s [%.*s%.*s] %3d %%", p->what, n, full, WIDTH - n,
		none, (int)((double)done / (double)p->total * 100));
}

void
progress_end(struct progress *p)
{
	if (p->drawn)
		fputs("\r\033[K", stderr);
	p->drawn = false;
}
