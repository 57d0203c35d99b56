#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "s3/keys_xml.h"
#include "store/upload.h"

#include <cmocka.h> /* last: it has a macro fail() of its own */

static struct ctx c;
static const char *keys[KEYS_XML_MOST];
static size_t count;
static bool quiet;

static int
begin(void **state)
{
	(void)state;
	ctx_start(&c, NULL, NULL);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	ctx_end(&c);
	return 0;
}

static enum err
read(const char *text)
{
	ctx_clear_error(&c);
	return keys_xml_read(&c, text, keys, &count, &quiet);
}

static void
keys_come_in_their_order(void **state)
{
	(void)state;
	assert_int_equal(
		read("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		     "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\n"
		     " <Object><Key>b</Key><VersionId>1</VersionId></Object>\n"
		     " <Object><Key>a/ё c</Key></Object></Delete>\n"),
		OK);
	assert_int_equal(count, 2);
	assert_string_equal(keys[0], "b");
	assert_string_equal(keys[1], "a/ё c");
	assert_false(quiet);
}

static void
quiet_is_read_wherever_it_stands(void **state)
{
	(void)state;
	assert_int_equal(read("<Delete><Quiet>true</Quiet><Object><Key>a</Key></"
			      "Object></Delete>"),
		OK);
	assert_true(quiet);
	assert_int_equal(read("<Delete><Object><Key>a</Key></Object><Quiet>false</"
			      "Quiet></Delete>"),
		OK);
	assert_false(quiet);
}

static void
references_become_characters(void **state)
{
	(void)state;
	assert_int_equal(
		read("<a:Delete><a:Object><a:Key>&lt;&amp;&gt;&quot;&apos;&#65;&#x451;"
		     "</a:Key></a:Object></a:Delete>"),
		OK);
	assert_string_equal(keys[0], "<&>\"'Aё");
}

static void
anything_else_is_refused(void **state)
{
	(void)state;
	static const char *const texts[] = {"", "x", "<Delete/>", "<Delete></Delete>",
		"<Delete><Object><Key>a</Key></Object>",
		"<Delete><Object><Key>a</Object></Key></Delete>",
		"<Delete><Object><Key>&nbsp;</Key></Object></Delete>",
		"<Delete><Object><Key>&#0;</Key></Object></Delete>",
		"<Delete><Object><Key>&#xD800;</Key></Object></Delete>",
		"<Delete><Object><Key>&#x110000;</Key></Object></Delete>",
		"<Delete><Object><Key>&amp</Key></Object></Delete>",
		"<!DOCTYPE a><Delete><Object><Key>a</Key></Object></Delete>",
		"<Delete><Object><Key>\xff</Key></Object></Delete>",
		"<Other><Object><Key>a</Key></Object></Other>", "</Delete>", "<Delete",
		"<a><b><c><d><e></e></d></c></b></a>"};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		assert_int_equal(read(texts[i]), E_S3_XML);
}

static void
a_thousand_keys_and_no_more(void **state)
{
	(void)state;
	struct buf b = {.arena = &c.arena};

	buf_add(&b, "<Delete>");
	for (int i = 0; i < KEYS_XML_MOST; i++)
		buf_fmt(&b, "<Object><Key>%d</Key></Object>", i);
	const char *all = arena_fmt(&c.arena, "%s</Delete>", buf_text(&b));
	const char *more = arena_fmt(
		&c.arena, "%s<Object><Key>x</Key></Object></Delete>", buf_text(&b));

	assert_int_equal(read(all), OK);
	assert_int_equal(count, KEYS_XML_MOST);
	assert_string_equal(keys[KEYS_XML_MOST - 1], "999");
	assert_int_equal(read(more), E_S3_XML);
}

static void
parts_come_with_number_and_etag(void **state)
{
	(void)state;
	static struct store_part parts[UPLOAD_PARTS];

	assert_int_equal(upload_xml_read(&c,
				 "<CompleteMultipartUpload "
				 "xmlns=\"x\">\n<Part><ETag>&quot;ab&quot;"
				 "</ETag><PartNumber>2</PartNumber></Part>\n<Part>"
				 "<PartNumber>10</PartNumber><ChecksumCRC32/><ETag>cd</"
				 "ETag></Part>"
				 "</CompleteMultipartUpload>",
				 parts, &count),
		OK);
	assert_int_equal(count, 2);
	assert_int_equal(parts[0].number, 2);
	assert_string_equal(parts[0].etag, "ab");
	assert_int_equal(parts[1].number, 10);
	assert_string_equal(parts[1].etag, "cd");
}

static void
parts_that_are_none_are_refused(void **state)
{
	(void)state;
	static struct store_part parts[UPLOAD_PARTS];
	static const char *const texts[] = {"<CompleteMultipartUpload/>",
		"<CompleteMultipartUpload><Part><PartNumber>x</PartNumber></Part>"
		"</CompleteMultipartUpload>",
		"<CompleteMultipartUpload><Part><PartNumber>1</PartNumber></Part>"
		"</CompleteMultipartUpload>"};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		ctx_clear_error(&c);
		assert_int_equal(
			upload_xml_read(&c, texts[i], parts, &count), E_S3_XML);
	}
}

int
main(void)
{
#define TEST(test_) cmocka_unit_test_setup_teardown(test_, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(keys_come_in_their_order),
		TEST(quiet_is_read_wherever_it_stands),
		TEST(references_become_characters),
		TEST(anything_else_is_refused),
		TEST(a_thousand_keys_and_no_more),
		TEST(parts_come_with_number_and_etag),
		TEST(parts_that_are_none_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
