#include "unit.h"

#include "base/buf.h"
#include "base/json_out.h"
#include "base/rand.h"

static void
decode(const char *given, const char *expected)
{
	assert_string_equal(
		percent_decode(&c.arena, given, strlen(given), true), expected);
}

static void
percent_decoding_never_fails(void **state)
{
	(void)state;
	decode("%D0%BD%20&%20x%20+%20100%", "н & x   100%");
	decode("a+b", "a b");
	decode("%zz%4", "%zz%4");
	decode("%41%00%42", "A%00B");
	decode("%", "%");
	decode("", "");
	assert_string_equal(percent_decode(&c.arena, "a+b", 3, false), "a+b");
}

static void
encoding_and_decoding_are_inverse(void **state)
{
	const char *text = "a b/ü~-._?&=%+";

	(void)state;
	char *code = percent_encode(&c.arena, text, false);
	assert_string_equal(percent_decode(&c.arena, code, strlen(code), false), text);
	assert_string_equal(percent_encode(&c.arena, "a/b", true), "a/b");
	assert_string_equal(percent_encode(&c.arena, "a/b", false), "a%2Fb");
}

static void
only_utf8_is_utf8(void **state)
{
	static const char *const bad[] = {"\xff", "\xc0\xaf", "\xed\xa0\x80",
		"\xe2\x82", "\xf4\x90\x80\x80", "a\x80", "\xf0\x80\x80\x80"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(utf8_count(bad[i]), -1);
	assert_int_equal(utf8_count("Ёж 😀"), 4);
	assert_int_equal(utf8_count(""), 0);
}

static void
code_points_come_and_go(void **state)
{
	const char *text = "aё€😀", *s = text;
	char out[32] = "";
	size_t used = 0;
	uint32_t code;

	(void)state;
	while ((code = utf8_next(&s)) != 0)
		used += utf8_put(out + used, code);
	assert_string_equal(out, text);
}

static void
a_uuid_is_read_with_or_without_hyphens(void **state)
{
	const char *usual = "c46cf68d-4792-449d-902e-1daeada59db7";

	(void)state;
	assert_string_equal(
		uuid_read(&c.arena, "C46CF68D-4792-449D-902E-1DAEADA59DB7"), usual);
	assert_string_equal(
		uuid_read(&c.arena, "c46cf68d4792449d902e1daeada59db7"), usual);
	assert_null(uuid_read(&c.arena, "c46cf68d4792449d902e1daeada59db"));
	assert_null(uuid_read(&c.arena, "c46cf68d-4792-449d-902e-1daeada59dbg"));
	assert_null(uuid_read(&c.arena, ""));
	assert_true(uuid_valid(rand_uuid(&c.arena)));
	assert_int_equal(rand_uuid(&c.arena)[14], '4');
}

static void
a_word_is_found_in_a_list_as_a_whole_only(void **state)
{
	(void)state;
	assert_true(str_in("b", "a b c"));
	assert_true(str_in("a", "a"));
	assert_false(str_in("a", "ab ba"));
	assert_false(str_in("", "a b"));
	assert_false(str_in("a b", "x"));
}

static void
secrets_are_the_same_or_not(void **state)
{
	(void)state;
	assert_true(str_same_secret("abc", "abc"));
	assert_false(str_same_secret("abc", "abd"));
	assert_false(str_same_secret("abc", "abcd"));
	assert_false(str_same_secret(NULL, "a"));
	assert_false(str_same_secret(NULL, NULL));
}

static void
numbers_are_whole_or_none(void **state)
{
	static const char *const bad[] = {
		"", " 1", "1 ", "+1", "1.0", "0x10", "9223372036854775808"};
	int64_t n;

	(void)state;
	assert_true(int_read("-9223372036854775808", &n) && n == INT64_MIN);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(int_read(bad[i], &n));
}

static void
json_and_xml_text_is_escaped(void **state)
{
	struct buf b = {.arena = &c.arena};

	(void)state;
	buf_json(&b, "a\"b\\c\n\x01ё");
	buf_json(&b, NULL);
	assert_string_equal(buf_text(&b), "\"a\\\"b\\\\c\\n\\u0001ё\"null");
	b = (struct buf){.arena = &c.arena};
	buf_xml(&b, "<a href='x'>&\"");
	assert_string_equal(buf_text(&b), "&lt;a href=&#39;x&#39;&gt;&amp;&quot;");
}

static void
a_buffer_grows_without_losing_a_byte(void **state)
{
	struct buf b = {.arena = &c.arena};

	(void)state;
	for (int i = 0; i < 10000; i++)
		buf_fmt(&b, "%d,", i);
	assert_int_equal(b.used, strlen(b.text));
	assert_int_equal(b.used, 48890);
	assert_string_equal(b.text + b.used - 5, "9999,");
}

static int ended;

static void
count_end(void *thing)
{
	assert_ptr_equal(thing, &ended);
	ended++;
}

static void
what_is_deferred_runs_once_at_the_end(void **state)
{
	struct arena a = {0};

	(void)state;
	ended = 0;
	arena_defer(&a, count_end, &ended);
	arena_defer(&a, count_end, &ended);
	assert_int_equal(ended, 0);
	arena_end(&a);
	assert_int_equal(ended, 2);
	arena_end(&a);
	assert_int_equal(ended, 2);
}

static void
json_is_written_member_by_member(void **state)
{
	struct buf object = {.arena = &c.arena}, list = object, none = object;
	const bool is_on = true;
	char text[] = "a \"b\"\n";

	(void)state;
	assert_string_equal(
		JSON(&c, "text", text, "number", INT64_MIN, "is_on", is_on, "nothing",
			(const char *)NULL, "more", json_raw("[1]"), "none",
			json_raw(NULL), "equal", (bool)(1 == 2), "small", 7),
		"{\"text\":\"a \\\"b\\\"\\n\",\"number\":-9223372036854775808,"
		"\"is_on\":true,\"nothing\":null,\"more\":[1],\"none\":null,"
		"\"equal\":false,\"small\":7}");
	json_put(&object, "a", 1);
	json_put(&object, "b", "c");
	json_item(&list, json_end(&object));
	json_item(&list, "{}");
	assert_string_equal(json_list_end(&list), "[{\"a\":1,\"b\":\"c\"},{}]");
	assert_string_equal(json_end(&none), "{}");
	none = (struct buf){.arena = &c.arena};
	assert_string_equal(json_list_end(&none), "[]");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(percent_decoding_never_fails),
		TEST(encoding_and_decoding_are_inverse),
		TEST(only_utf8_is_utf8),
		TEST(code_points_come_and_go),
		TEST(a_uuid_is_read_with_or_without_hyphens),
		TEST(a_word_is_found_in_a_list_as_a_whole_only),
		TEST(secrets_are_the_same_or_not),
		TEST(numbers_are_whole_or_none),
		TEST(json_and_xml_text_is_escaped),
		TEST(json_is_written_member_by_member),
		TEST(a_buffer_grows_without_losing_a_byte),
		TEST(what_is_deferred_runs_once_at_the_end),
	};

	return cmocka_run_group_tests_name("str", tests, NULL, NULL);
}
