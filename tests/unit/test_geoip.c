#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "storage/geoip.h"

#include <cmocka.h> /* last: it has a macro fail() of its own */

/*
 * A database as small as can be: 203.0.0.0/8 has a place, nothing else is known. Its
 * tree has a node for each of the eight bits.
 */
#define BITS 8
#define PREFIX 203

static void
put(FILE *f, const char *bytes, size_t n)
{
	assert_int_equal(fwrite(bytes, 1, n, f), n);
}

static void
text(FILE *f, const char *s)
{
	fputc(0x40 | (int)strlen(s), f);
	put(f, s, strlen(s));
}

static void
real(FILE *f, const char *name, double value)
{
	uint64_t bits;

	text(f, name);
	memcpy(&bits, &value, sizeof(bits));
	fputc(0x68, f);
	for (int shift = 56; shift >= 0; shift -= 8)
		fputc((int)(bits >> shift & 0xFF), f);
}

static void
small(FILE *f, const char *name, int value)
{
	text(f, name);
	fputc(0xA1, f); /* uint16 of one byte */
	fputc(value, f);
}

static void
record(FILE *f, int value)
{
	fputc(0, f);
	fputc(value >> 8, f);
	fputc(value & 0xFF, f);
}

static void
write_database(const char *path, bool nested, double latitude, double longitude)
{
	char beside[64];

	snprintf(beside, sizeof(beside), "%s.new", path);
	FILE *f = fopen(beside, "wb");
	assert_non_null(f);
	for (int i = 0; i < BITS; i++) {
		int next = i + 1 < BITS ? i + 1 : BITS + 16;
		int bit = PREFIX >> (BITS - 1 - i) & 1;

		record(f, bit == 0 ? next : BITS);
		record(f, bit == 1 ? next : BITS);
	}
	put(f, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16);
	if (nested) {
		fputc(0xE1, f);
		text(f, "location");
	}
	fputc(0xE2, f);
	real(f, "latitude", latitude);
	real(f, "longitude", longitude);
	put(f, "\xab\xcd\xefMaxMind.com", 14);
	fputc(0xE9, f);
	text(f, "node_count");
	fputc(0xC1, f);
	fputc(BITS, f);
	small(f, "record_size", 24);
	small(f, "ip_version", 4);
	text(f, "database_type");
	text(f, "test");
	text(f, "languages");
	put(f, "\x00\x04", 2);
	small(f, "binary_format_major_version", 2);
	small(f, "binary_format_minor_version", 0);
	text(f, "build_epoch");
	put(f, "\x01\x02\x01", 3);
	text(f, "description");
	fputc(0xE0, f);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(rename(beside, path), 0);
}

static char path[] = "/tmp/test-geoip.XXXXXX";

static int
begin(void **state)
{
	(void)state;
	int fd = mkstemp(path);
	close(fd);
	return fd < 0;
}

static int
end(void **state)
{
	(void)state;
	return unlink(path);
}

static void
an_address_has_its_place(void **state)
{
	(void)state;
	write_database(path, false, 40.5, -74.25);
	struct geo_point p = geoip_point(path, "203.0.113.7");
	assert_true(p.known);
	assert_float_equal(p.latitude, 40.5, 1e-9);
	assert_float_equal(p.longitude, -74.25, 1e-9);
}

static void
what_is_not_known_is_nowhere(void **state)
{
	(void)state;
	write_database(path, false, 40.5, -74.25);
	assert_false(geoip_point(path, "198.51.100.1").known);
	assert_false(geoip_point(path, "2001:db8::1").known);
	assert_false(geoip_point(path, "no address").known);
	assert_false(geoip_point("/nonexistent.mmdb", "203.0.113.7").known);
	write_database(path, false, 91, 0);
	assert_false(geoip_point(path, "203.0.113.7").known);
}

static void
a_new_database_counts_at_once(void **state)
{
	(void)state;
	write_database(path, false, 1, 2);
	assert_float_equal(geoip_point(path, "203.1.2.3").latitude, 1, 1e-9);
	write_database(path, true, 3, 4);
	assert_float_equal(geoip_point(path, "203.1.2.3").latitude, 3, 1e-9);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_has_its_place),
		cmocka_unit_test(what_is_not_known_is_nowhere),
		cmocka_unit_test(a_new_database_counts_at_once),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
