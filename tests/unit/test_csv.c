/* Rows of CSV on their way to COPY: RFC 4180. */
#include "unit.h"

#include "catalogue/csv.h"

static char separator = ',';

/* The rows with the wanted ones ('1') of so many columns; NULL when they are refused.
 */
static const char *
pick(const char *wanted, const char *rows)
{
	struct csv head = {.separator = separator, .count = strlen(wanted)};
	size_t n = strlen(rows), at = 0;
	char *bytes = arena_new(&c.arena, n + 2);

	memcpy(bytes, rows, n);
	for (size_t i = 0; i < head.count; i++)
		head.wanted[i] = wanted[i] == '1';
	if (csv_pick(&c, &head, bytes, &n, &at) != OK) {
		ctx_clear_error(&c);
		return NULL;
	}
	bytes[n] = '\0';
	return bytes;
}

static void
only_wanted_columns_are_passed_on(void **state)
{
	(void)state;
	assert_string_equal(pick("111", "a,b,c\n"), "a,b,c\n");
	assert_string_equal(pick("101", "a,b,c\nd,e,f\n"), "a,c\nd,f\n");
	assert_string_equal(
		pick("010", ",\"x, \"\"y\"\"\nz\",\n"), "\"x, \"\"y\"\"\nz\"\n");
	assert_string_equal(pick("11", "a,b\r\nc,\r\n"), "a,b\nc,\n");
}

static void
blank_lines_are_nothing_and_the_last_may_lack_its_end(void **state)
{
	(void)state;
	assert_string_equal(pick("11", "a,b\n\n \t\r\n,,\nc,d\n\n\n"), "a,b\nc,d\n");
	assert_string_equal(pick("11", "\na,b"), "a,b\n");
	assert_string_equal(pick("1", "\"\"\n"), "\"\"\n");
	assert_string_equal(pick("1", ""), "");
}

static void
a_row_has_as_many_values_as_the_heading(void **state)
{
	(void)state;
	assert_null(pick("11", "a\n"));
	assert_null(pick("11", "a,b,c\n"));
	assert_string_equal(pick("11", "a,b,,\n"), "a,b\n");
	assert_string_equal(pick("11", "a,\n"), "a,\n");
}

static void
what_a_heading_has_most_of_separates(void **state)
{
	(void)state;
	assert_int_equal(csv_separator("title\n"), ',');
	assert_int_equal(csv_separator("title,rating\na;b;c\n"), ',');
	assert_int_equal(csv_separator("title;rating\n"), ';');
	assert_int_equal(csv_separator("title\trating\r\n"), '\t');
	assert_int_equal(csv_separator("\"a;b;c\",title\n"), ',');
	separator = ';';
	assert_string_equal(pick("101", "a;b,c;\"d;e\"\n;;\n"), "a;\"d;e\"\n");
	separator = '\t';
	assert_string_equal(pick("11", "a\t\n\t\t\n"), "a\t\n");
	separator = ',';
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(only_wanted_columns_are_passed_on),
		TEST(blank_lines_are_nothing_and_the_last_may_lack_its_end),
		TEST(a_row_has_as_many_values_as_the_heading),
		TEST(what_a_heading_has_most_of_separates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
