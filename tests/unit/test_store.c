#include "unit.h"

#include "base/buf.h"
#include "store/bucket.h"
#include "store/headers.h"
#include "s3/xml.h"

static void
names_of_buckets_are_those_of_s3(void **state)
{
	static const char *const good[] = {
		"abc", "a-b.c", "1.2.3", "192.168.1.1a", "x--y", "a1b"};
	static const char *const bad[] = {"ab", "a..b", "192.168.1.1", "a.-b", "a-.b",
		"Abc", "-abc", "abc.", "a_b", "xn--abc", "abc-s3alias", "abc--ol-s3",
		"a b", "\xc3\xa9tat"};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		assert_true(bucket_name_valid(good[i]));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(bucket_name_valid(bad[i]));
}

static void
xml_holds_what_it_can(void **state)
{
	struct buf b = {.arena = &c.arena};

	(void)state;
	assert_true(xml_can_hold("tab\t line\n cr\r ё \U0001F375"));
	assert_false(xml_can_hold("a\x01"));
	assert_false(xml_can_hold("\x7f\x1f"));
	assert_false(xml_can_hold("\xEF\xBF\xBE"));
	buf_xml(&b, "cr\rname <&>");
	assert_string_equal(buf_text(&b), "cr&#13;name &lt;&amp;&gt;");
}

static void
headers_are_kept_as_lines(void **state)
{
	struct headers h = {0};
	struct header_line line;
	const char *at;

	(void)state;
	assert_int_equal(headers_add(&c, &h, "x-amz-meta-mtime", " 17.5 "), OK);
	assert_int_equal(headers_add(&c, &h, "x-amz-meta-empty", ""), OK);
	assert_int_equal(headers_add(&c, &h, "cache-control", "no-store: x"), OK);
	assert_int_equal(headers_add(&c, &h, "Content-Encoding", "aws-chunked"), OK);
	assert_int_equal(headers_add(&c, &h, "Expires", ""), OK);
	at = headers_text(&h);
	assert_true(headers_next(&c.arena, &at, &line));
	assert_string_equal(line.name, "x-amz-meta-mtime");
	assert_string_equal(line.value, "17.5");
	assert_true(headers_next(&c.arena, &at, &line));
	assert_string_equal(line.value, "");
	assert_true(headers_next(&c.arena, &at, &line));
	assert_string_equal(line.name, "Cache-Control");
	assert_string_equal(line.value, "no-store: x");
	assert_false(headers_next(&c.arena, &at, &line));
}

static void
a_coding_stays_without_the_chunks(void **state)
{
	struct headers h = {0};

	(void)state;
	assert_int_equal(
		headers_add(&c, &h, "content-encoding", "aws-chunked, gzip"), OK);
	assert_string_equal(headers_text(&h), "Content-Encoding: gzip");
}

static void
no_header_carries_another(void **state)
{
	static const char *const values[] = {
		"a\r\nSet-Cookie: x", "a\n", "a\x7f", "\xff"};

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		struct headers h = {0};
		ctx_clear_error(&c);
		assert_int_equal(
			headers_add(&c, &h, "x-amz-meta-a", values[i]), E_S3_ARGUMENT);
		assert_null(headers_text(&h));
	}
	struct headers h = {0};
	ctx_clear_error(&c);
	assert_int_equal(
		headers_add(&c, &h, "x-amz-meta-a: b\r\nx", "1"), E_S3_ARGUMENT);
	assert_int_equal(headers_add(&c, &h, "x-amz-meta-", "1"), E_S3_ARGUMENT);
}

static enum err
add_metadata(size_t entries, size_t bytes)
{
	struct headers h = {0};
	char value[4096] = "";
	enum err e = OK;

	ctx_clear_error(&c);
	memset(value, 'v', bytes);
	for (size_t i = 0; i < entries && e == OK; i++)
		e = headers_add(
			&c, &h, arena_fmt(&c.arena, "x-amz-meta-%03zu", i), value);
	return e;
}

/* AWS counts names without their prefix, and values. */
static void
metadata_has_two_kilobytes(void **state)
{
	(void)state;
	assert_int_equal(add_metadata(1, 2045), OK);
	assert_int_equal(add_metadata(1, 2046), E_S3_META_LARGE);
	assert_int_equal(add_metadata(8, 253), OK);
	assert_int_equal(add_metadata(8, 254), E_S3_META_LARGE);
	assert_int_equal(add_metadata(40, 1), OK);
	assert_int_equal(add_metadata(41, 1), E_S3_META_LARGE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(names_of_buckets_are_those_of_s3),
		TEST(xml_holds_what_it_can),
		TEST(headers_are_kept_as_lines),
		TEST(a_coding_stays_without_the_chunks),
		TEST(no_header_carries_another),
		TEST(metadata_has_two_kilobytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
