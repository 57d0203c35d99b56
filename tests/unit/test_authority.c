#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "net/authority.h"

#include <cmocka.h> /* last: it has a macro fail() of its own */

static struct arena a;

static bool
same(const char *url, const char *host, int64_t port)
{
	struct authority x, y;

	return authority_of_url(&a, url, &x) && authority_read(&a, host, port, &y) &&
	       authority_same(&x, &y);
}

static void
case_and_default_ports_do_not_matter(void **state)
{
	(void)state;
	assert_true(same("http://S3.example.com", "s3.EXAMPLE.com:80", 80));
	assert_true(same("http://s3.example.com:80/x", "s3.example.com", 80));
	assert_true(same("https://s3.example.com", "s3.example.com:443", 443));
	assert_true(same("https://s3.example.com:443", "s3.example.com", 443));
	assert_false(same("https://s3.example.com", "s3.example.com:80", 443));
	assert_false(same("http://s3.example.com:9001", "s3.example.com", 80));
	assert_false(same("http://s3.example.com:9001", "s3.example.com:9002", 80));
	assert_false(same("http://s3.example.com", "s3.example.com.evil", 80));
}

static void
an_ipv6_address_has_one_form(void **state)
{
	(void)state;
	assert_true(same("http://[2001:DB8:0::1]:9001", "[2001:db8::1]:9001", 80));
	assert_true(same("http://[::1]", "[0:0:0:0:0:0:0:1]:80", 80));
	assert_false(same("http://[::1]:9001", "[::2]:9001", 80));
	assert_string_equal(authority_text(&a, "::1", 9001), "[::1]:9001");
	assert_string_equal(authority_text(&a, "[::1]", 9001), "[::1]:9001");
	assert_string_equal(authority_text(&a, "localhost", 80), "localhost:80");
}

static void
what_is_no_authority(void **state)
{
	static const char *const wrong[] = {"", ":80", "a:", "a:0", "a:65536", "a:8x",
		"a:-1", "a b", "a/b", "u@a", "[::1", "[::1]x", "[x]:1", "::1", "[]:1",
		"a:1:2"};
	struct authority out;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		assert_false(authority_read(&a, wrong[i], 80, &out));
	assert_false(authority_of_url(&a, "ftp://a", &out));
	assert_false(authority_of_url(&a, "a:80", &out));
}

static void
what_may_be_a_host(void **state)
{
	static const char *const fine[] = {"a", "localhost", "s3.example.com", "S3-1",
		"minio_1", "10.0.0.5", "::1", "[::1]", "2001:db8::1",
		"[2001:db8::ffff:10.0.0.5]", "1a", "3.example", "xn--80ak6aa92e.com"};
	static const char *const wrong[] = {"", ".", "a.", ".a", "a..b", "a b", "a/b",
		"host/..", "..", "-x", "x-", "a.-b", "[", "]", "[:::", "[::1", "::1]",
		"[]", "[a]", "[127.0.0.1]", ":::", ":", "a:80", "10.0.0.5:80",
		"[::1]:80", "1.2.3", "256.1.1.1", "1", "01.2.3.4", "a@b", "a%20b",
		"\xd0\xb0"};
	char label[66];

	(void)state;
	for (size_t i = 0; i < sizeof(fine) / sizeof(*fine); i++)
		assert_true(authority_host_valid(fine[i]));
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		assert_false(authority_host_valid(wrong[i]));
	memset(label, 'a', sizeof(label));
	label[63] = '\0';
	assert_true(authority_host_valid(label));
	label[63] = 'a';
	label[64] = '\0';
	assert_false(authority_host_valid(label));
}

static int
end(void **state)
{
	(void)state;
	arena_end(&a);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(case_and_default_ports_do_not_matter),
		cmocka_unit_test(an_ipv6_address_has_one_form),
		cmocka_unit_test(what_is_no_authority),
		cmocka_unit_test(what_may_be_a_host),
	};

	return cmocka_run_group_tests(tests, NULL, end);
}
