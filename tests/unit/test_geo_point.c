#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "storage/geo_point.h"

#include <cmocka.h> /* last: it has a macro fail() of its own */

static const char table[] = "# documentation addresses\n"
			    "203.0.113.0/24 40.7 -74.0\n"
			    "203.0.113.128/25 43.1 131.9\n"
			    "203.0.113.7 -33.9 18.4\n"
			    "2001:db8::/32 51.5 -0.1\n"
			    "nonsense\n"
			    "198.51.100.0/33 1 1\n"
			    "198.51.100.0/24 91 1\n";

static void
assert_at(const char *address, double latitude, double longitude)
{
	struct geo_point p = geo_point_in_table(table, address);

	assert_true(p.known);
	assert_float_equal(p.latitude, latitude, 1e-9);
	assert_float_equal(p.longitude, longitude, 1e-9);
}

static void
the_longest_prefix_wins(void **state)
{
	(void)state;
	assert_at("203.0.113.1", 40.7, -74.0);
	assert_at("203.0.113.129", 43.1, 131.9);
	assert_at("203.0.113.7", -33.9, 18.4);
	assert_at("2001:db8:1::1", 51.5, -0.1);
}

static void
an_unknown_address_is_nowhere(void **state)
{
	(void)state;
	static const char *const addresses[] = {"192.0.2.1", "198.51.100.1",
		"2001:db9::1", "", "localhost", "203.0.113", "unix:"};

	for (size_t i = 0; i < sizeof(addresses) / sizeof(*addresses); i++)
		assert_false(geo_point_in_table(table, addresses[i]).known);
	assert_false(geo_point_in_table("", "203.0.113.1").known);
}

static void
a_place_is_two_numbers_on_the_earth(void **state)
{
	(void)state;
	static const char *const wrong[] = {"", ",", "1", "1,", ",1", "1,2,3", "91,0",
		"-91,0", "0,181", "nan,0", "inf,0", "1;2", "a,b", "1,2x"};
	struct geo_point p;

	assert_true(geo_point_read("40.7,-74", &p));
	assert_float_equal(p.latitude, 40.7, 1e-9);
	assert_float_equal(p.longitude, -74, 1e-9);
	assert_true(geo_point_read("-90,180", &p));
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		assert_false(geo_point_read(wrong[i], &p));
		assert_false(p.known);
	}
}

static void
distances_are_along_the_great_circle(void **state)
{
	(void)state;
	const struct geo_point new_york = {true, 40.730610, -73.935242, false};
	const struct geo_point detroit = {true, 42.3314, -83.0458, false};
	const struct geo_point vladivostok = {true, 43.10562, 131.87353, false};
	const struct geo_point pole = {true, 90, 0, false},
			       other_pole = {true, -90, 77, false};

	assert_float_equal(geo_point_distance(new_york, detroit), 776, 10);
	assert_float_equal(geo_point_distance(new_york, vladivostok), 10340, 60);
	assert_float_equal(geo_point_distance(pole, other_pole), 20015, 1);
	assert_float_equal(geo_point_distance(detroit, detroit), 0, 1e-6);
}

/* What the older system meant by GEO__USE_REAL_IP=false. */
static void
a_random_address_is_a_public_one(void **state)
{
	static const char *const private[] = {"0.0.0.0/8", "10.0.0.0/8", "127.0.0.0/8",
		"100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16",
		"224.0.0.0/3"};
	struct arena arena = {0};
	char reserved[400] = "", first[20] = "";
	bool differ = false;

	(void)state;
	for (size_t i = 0; i < sizeof(private) / sizeof(*private); i++)
		snprintf(reserved + strlen(reserved),
			sizeof(reserved) - strlen(reserved), "%s 1 1\n", private[i]);
	assert_true(geo_point_in_table(reserved, "100.64.0.1").known);
	for (int i = 0; i < 20000; i++) {
		const char *address = place_random_address(&arena);

		assert_false(geo_point_in_table(reserved, address).known);
		differ = differ || (i > 0 && strcmp(first, address) != 0);
		snprintf(first, sizeof(first), "%s", address);
	}
	assert_true(differ);
	arena_end(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_longest_prefix_wins),
		cmocka_unit_test(an_unknown_address_is_nowhere),
		cmocka_unit_test(a_place_is_two_numbers_on_the_earth),
		cmocka_unit_test(distances_are_along_the_great_circle),
		cmocka_unit_test(a_random_address_is_a_public_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
