#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "worker/rate_limiter.h"

#include <cmocka.h> /* last: it has a macro fail() of its own */

#define RATE 30
#define MESSAGES 20000

static double times[MESSAGES];
static struct rate_limiter pace;

/* Sends MESSAGES; before every so many there is a stall of up to so many seconds. */
static void
send_all(unsigned every, double longest)
{
	uint32_t chance = 1;
	double now = 1000;

	rate_limiter_begin(&pace, now);
	for (size_t i = 0; i < MESSAGES; i++) {
		chance = chance * 1664525u + 1013904223u;
		if (every > 0 && (chance >> 8) % every == 0)
			now += longest * (double)(chance >> 16) / 65536;
		double at = rate_limiter_time(&pace);
		now = at > now ? at : now;
		rate_limiter_note(&pace, now);
		times[i] = now;
	}
}

static void
assert_never_too_many(void)
{
	for (size_t i = RATE; i < MESSAGES; i++)
		assert_true(times[i] - times[i - RATE] > 1.0);
}

static void
evenly_and_as_fast_as_may_be(void **state)
{
	(void)state;
	send_all(0, 0);
	assert_never_too_many();
	for (size_t i = 1; i < MESSAGES; i++)
		assert_true(times[i] - times[i - 1] > 0.9 / RATE);
	assert_true(times[MESSAGES - 1] - times[0] < MESSAGES * 1.03 / RATE);
}

static void
stalls_are_made_up_for_but_never_by_too_many(void **state)
{
	(void)state;
	send_all(5, 0.1);
	assert_never_too_many();
	for (size_t i = 1; i < MESSAGES; i++)
		assert_true(times[i] - times[i - 1] > 0.45 / RATE);
	send_all(3, 5.0);
	assert_never_too_many();
}

static void
nothing_to_send_is_no_stall(void **state)
{
	(void)state;
	rate_limiter_begin(&pace, 1000);
	rate_limiter_idle(&pace, 2000);
	assert_true(rate_limiter_time(&pace) >= 2000);
	rate_limiter_note(&pace, 2000);
	assert_true(rate_limiter_time(&pace) - 2000 > 0.9 / RATE);
}

static void
whoever_begins_takes_the_last_second_for_used(void **state)
{
	(void)state;
	rate_limiter_begin(&pace, 1000);
	assert_true(rate_limiter_time(&pace) > 1000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(evenly_and_as_fast_as_may_be),
		cmocka_unit_test(stalls_are_made_up_for_but_never_by_too_many),
		cmocka_unit_test(nothing_to_send_is_no_stall),
		cmocka_unit_test(whoever_begins_takes_the_last_second_for_used),
	};

	rate_limiter_make(&pace, RATE);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
