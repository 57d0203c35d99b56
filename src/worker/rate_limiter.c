#include "worker/rate_limiter.h"

#include <stdlib.h>

#define WINDOW 1.02 /* seconds */
#define DEBT 0.5    /* seconds of a stall that are made up for */

void
rate_limiter_make(struct rate_limiter *p, long long rate)
{
	p->rate = rate > 0 ? (size_t)rate : 1;
	p->sends = calloc(p->rate, sizeof(*p->sends));
	if (p->sends == NULL)
		abort();
}

void
rate_limiter_begin(struct rate_limiter *p, double now)
{
	for (size_t i = 0; i < p->rate; i++)
		p->sends[i] = now - WINDOW + WINDOW * (double)(i + 1) / (double)p->rate;
	p->sent = 0;
	p->next = now;
}

void
rate_limiter_idle(struct rate_limiter *p, double now)
{
	if (p->next < now)
		p->next = now;
}

double
rate_limiter_time(const struct rate_limiter *p)
{
	double last = p->sends[(p->sent + p->rate - 1) % p->rate];
	double gap = last + WINDOW / (double)p->rate / 2;
	double window = p->sends[p->sent % p->rate] + WINDOW;
	double at = p->next > gap ? p->next : gap;

	return at > window ? at : window;
}

void
rate_limiter_note(struct rate_limiter *p, double now)
{
	p->sends[p->sent++ % p->rate] = now;
	if (p->next < now - DEBT)
		p->next = now - DEBT;
	p->next += WINDOW / (double)p->rate;
}
