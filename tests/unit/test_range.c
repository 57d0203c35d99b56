#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "s3/range.h"

#include <cmocka.h> /* last: it has a macro fail() of its own */

static void
assert_range(const char *text, int64_t size, enum range want, int64_t want_first,
	int64_t want_last)
{
	int64_t first = -1, last = -1;

	assert_int_equal(range_read(text, size, &first, &last), want);
	if (want == RANGE_PART) {
		assert_int_equal(first, want_first);
		assert_int_equal(last, want_last);
	}
}

static void
a_part_is_within_the_whole(void **state)
{
	(void)state;
	assert_range("bytes=0-0", 1, RANGE_PART, 0, 0);
	assert_range("bytes=0-9", 100, RANGE_PART, 0, 9);
	assert_range("bytes=90-", 100, RANGE_PART, 90, 99);
	assert_range("bytes=90-1000", 100, RANGE_PART, 90, 99);
	assert_range("bytes=90-99999999999999999999999", 100, RANGE_PART, 90, 99);
}

static void
the_last_bytes_can_be_asked_for(void **state)
{
	(void)state;
	assert_range("bytes=-1", 100, RANGE_PART, 99, 99);
	assert_range("bytes=-100", 100, RANGE_PART, 0, 99);
	assert_range("bytes=-99999999999999999999999", 100, RANGE_PART, 0, 99);
}

static void
what_is_outside_is_said_so(void **state)
{
	(void)state;
	assert_range("bytes=100-", 100, RANGE_OUTSIDE, 0, 0);
	assert_range("bytes=100-200", 100, RANGE_OUTSIDE, 0, 0);
	assert_range("bytes=99999999999999999999999-", 100, RANGE_OUTSIDE, 0, 0);
	assert_range("bytes=-0", 100, RANGE_OUTSIDE, 0, 0);
	assert_range("bytes=0-", 0, RANGE_OUTSIDE, 0, 0);
	assert_range("bytes=-5", 0, RANGE_OUTSIDE, 0, 0);
}

static void
what_is_no_range_is_none(void **state)
{
	(void)state;
	static const char *const texts[] = {NULL, "", "bytes", "bytes=", "bytes=-",
		"bytes=5-2", "bytes=a-b", "bytes=1-2,4-5", "bytes=1 -2", "bytes=1-2x",
		"BYTES=1-2", "lines=1-2", "bytes==1-2", "bytes=--1", "bytes=0x1-2"};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		assert_range(texts[i], 100, RANGE_NONE, 0, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_part_is_within_the_whole),
		cmocka_unit_test(the_last_bytes_can_be_asked_for),
		cmocka_unit_test(what_is_outside_is_said_so),
		cmocka_unit_test(what_is_no_range_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
