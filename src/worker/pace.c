#include "worker/pace.h"

#include <stdlib.h>

#define WINDOW 1.02 /* seconds */
#define DEBT 0.5    /* seconds of a stall that are made up for */

void
pace_make(struct pace *p, long long rate)
{
	p->rate = rate > 0 ? (size_t)rate : 1;
	p->sends = calloc(p->rate, sizeof(*p->sends));
	if (p->sends == NULL)
		abort();
}

void
pace_begin(struct pace *p, double now)
{
	for (size_t i = 0; i < p->rate; i++)
		p->sends[i] = now - WINDOW + WINDOW * (double)(i + 1) / (double)p->rate;
	p->sent = 0;
	p->next = now;
}

void
pace_idle(struct pace *p, double now)
{
	if (p->next < now)
		p->next = now;
}

double
pace_time(const struct pace *p)
{
	double last = p->sends[(p->sent + p->rate - 1) % p->rate];
	double gap = last + WINDOW / (double)p->rate / 2;
	double window = p->sends[p->sent % p->rate] + WINDOW;
	double at = p->next > gap ? p->next : gap;

	return at > window ? at : window;
}

void
pace_note(struct pace *p, double now)
{
	p->sends[p->sent++ % p->rate] = now;
	if (p->next < now - DEBT)
		p->next = now - DEBT;
	p->next += WINDOW / (double)p->rate;
}
