#ifndef RATE_LIMITER_H
#define RATE_LIMITER_H

#include <stdbool.h>
#include <stddef.h>

/*
 * How fast messages may follow one another: evenly, at most `rate` in any WINDOW of a
 * little more than a second (Telegram's limit for a bot is 30 a second:
 * https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this).
 * What a short stall cost is made up for at twice the pace. Times are monotonic
 * seconds, and the caller's: nothing here looks at a clock.
 */
struct rate_limiter {
	size_t rate;
	double *sends; /* when the last `rate` messages went, a ring */
	size_t sent;
	double next; /* when the next one is due, were there no stalls */
};

/* Makes the ring, for the life of the program. rate < 1 counts as 1. */
void rate_limiter_make(struct rate_limiter *p, long long rate);

/* Begins as if the last second had been used to the full: somebody else may have done
 * so. */
void rate_limiter_begin(struct rate_limiter *p, double now);

/* There was nothing to send: that is no stall to be made up for. */
void rate_limiter_idle(struct rate_limiter *p, double now);

/* When the next message may go. */
double rate_limiter_time(const struct rate_limiter *p);

/* One has gone. */
void rate_limiter_note(struct rate_limiter *p, double now);

#endif
