#include "unit.h"

#include "base/utc.h"
#include "sched/timer.h"

static void
a_moment_is_written_and_read_alike(void **state)
{
	static const char *const texts[] = {"1970-01-01T00:00:00Z",
		"2026-11-21T00:12:36.085480Z", "1969-12-31T23:59:59.500000Z",
		"9999-12-31T23:59:59Z", "2024-02-29T12:00:00Z"};
	struct utc t;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		assert_true(utc_parse(texts[i], &t));
		assert_string_equal(utc_iso(&c.arena, t), texts[i]);
	}
}

static void
an_offset_is_taken_off(void **state)
{
	struct utc east, west, z;

	(void)state;
	assert_true(utc_parse("2026-11-21T08:00:00+05:00", &east));
	assert_true(utc_parse("2026-11-20T22:00:00-05:00", &west));
	assert_true(utc_parse("2026-11-21T03:00:00Z", &z));
	assert_int_equal(east.us, z.us);
	assert_int_equal(west.us, z.us);
}

static void
what_is_no_moment_is_not_read(void **state)
{
	static const char *const texts[] = {"", "2026-11-21", "2026-02-29T00:00:00Z",
		"2026-11-21T24:00:00Z", "2026-11-21T00:00:00", "2026-11-21T00:00:00+5",
		"2026-13-01T00:00:00Z"};
	struct utc t;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		assert_false(utc_parse(texts[i], &t));
}

static void
a_date_may_have_single_digits_but_must_exist(void **state)
{
	static const char *const bad[] = {"2026-02-29", "2026-00-01", "2026-1-32",
		"26-01-01", "2026-01-01x", " 2026-01-01", "2026- 1-01", "2026/01/01",
		"", "2026-+1-01"};
	struct date d;

	(void)state;
	assert_true(date_parse("2026-1-5", &d));
	assert_string_equal(date_iso(&c.arena, d), "2026-01-05");
	assert_true(date_parse("2024-02-29", &d));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(date_parse(bad[i], &d));
}

static void
days_are_added_over_the_ends_of_months(void **state)
{
	struct date d = {2024, 2, 28};

	(void)state;
	assert_string_equal(date_iso(&c.arena, date_after(d, 2)), "2024-03-01");
	assert_string_equal(date_iso(&c.arena, date_after(d, -59)), "2023-12-31");
	assert_true(date_cmp(d, date_after(d, 1)) < 0);
	assert_int_equal(date_cmp(d, d), 0);
}

static void
seconds_beyond_the_calendar_are_kept_in_it(void **state)
{
	struct utc now = {0};

	(void)state;
	assert_string_equal(
		utc_iso(&c.arena, utc_after(now, INT64_MAX)), "9999-12-31T23:59:59Z");
	assert_string_equal(
		utc_iso(&c.arena, utc_after(now, INT64_MIN)), "0001-01-01T00:00:00Z");
	assert_string_equal(
		utc_iso(&c.arena, utc_after(now, 90)), "1970-01-01T00:01:30Z");
}

static void
zone(const char *name)
{
	assert_true(utc_clock_open(false, name));
}

/* Each local day has one slot, 23 to 25 hours after the one before. */
static void
every_day_of_a_year_has_one_slot(void **state)
{
	static const char *const zones[] = {"Asia/Yekaterinburg", "Europe/Berlin",
		"America/New_York", "Australia/Lord_Howe", "UTC"};
	int64_t hour = 2;
	struct timer t = {.name = "x", .job = "x", .hour = &hour};

	(void)state;
	for (size_t z = 0; z < sizeof(zones) / sizeof(*zones); z++) {
		struct date day = {2026, 1, 1};

		zone(zones[z]);
		for (int i = 0; i < 365; i++, day = date_after(day, 1)) {
			struct utc slot = timer_slot_of(&t, day);
			struct utc next = timer_slot_of(&t, date_after(day, 1));

			assert_int_equal(date_cmp(utc_date(slot), day), 0);
			assert_in_range(next.us - slot.us, 23 * 3600 * US_PER_SECOND,
				25 * 3600 * US_PER_SECOND);
			/* Just before the next slot this one is the newest; at it, the
			 * next. */
			assert_int_equal(
				timer_slot(&t, (struct utc){next.us - 1}).us, slot.us);
			assert_int_equal(timer_slot(&t, next).us, next.us);
		}
	}
}

static void
eight_in_yekaterinburg_is_three_utc(void **state)
{
	int64_t hour = 8;
	struct timer daily = {.name = "x", .job = "x", .hour = &hour},
		     before = {.name = "y", .job = "y", .hour = &hour, .moved = -1};
	struct date day = {2026, 11, 21};

	(void)state;
	zone("Asia/Yekaterinburg");
	assert_string_equal(
		utc_iso(&c.arena, timer_slot_of(&daily, day)), "2026-11-21T03:00:00Z");
	assert_string_equal(
		utc_iso(&c.arena, timer_slot_of(&before, day)), "2026-11-21T02:00:00Z");
}

static void
the_set_clock_is_refused_outside_test_mode(void **state)
{
	(void)state;
	setenv("SAMOVAR_NOW", "+10", 1);
	assert_false(utc_clock_open(false, "UTC"));
	assert_true(utc_clock_open(true, "UTC"));
	setenv("SAMOVAR_NOW", "2026-11-21T08:00:00+05:00", 1);
	assert_true(utc_clock_open(true, "UTC"));
	assert_string_equal(utc_iso(&c.arena, utc_now()), "2026-11-21T03:00:00Z");
	setenv("SAMOVAR_NOW", "tomorrow", 1);
	assert_false(utc_clock_open(true, "UTC"));
	unsetenv("SAMOVAR_NOW");
	assert_false(utc_clock_open(false, "Mars/Olympus"));
	assert_false(utc_clock_open(false, "../../etc/passwd"));
	zone("UTC");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_moment_is_written_and_read_alike),
		TEST(an_offset_is_taken_off),
		TEST(what_is_no_moment_is_not_read),
		TEST(a_date_may_have_single_digits_but_must_exist),
		TEST(days_are_added_over_the_ends_of_months),
		TEST(seconds_beyond_the_calendar_are_kept_in_it),
		TEST(every_day_of_a_year_has_one_slot),
		TEST(eight_in_yekaterinburg_is_three_utc),
		TEST(the_set_clock_is_refused_outside_test_mode),
	};

	unsetenv("SAMOVAR_NOW");
	return cmocka_run_group_tests_name("utc", tests, NULL, NULL);
}
