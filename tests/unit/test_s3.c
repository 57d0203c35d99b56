#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include "base/conf.h"
#include "base/str.h"
#include "s3/client.h"
#include "s3/sigv4.h"

#include <cmocka.h> /* last: it has a macro fail() of its own */

static struct ctx c;

static int
begin(void **state)
{
	(void)state;
	ctx_start(&c, NULL, NULL);
	conf.s3_user = "AKIAIOSFODNN7EXAMPLE";
	conf.s3_password = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
	conf.s3_session_token = "";
	return 0;
}

static int
end(void **state)
{
	(void)state;
	ctx_end(&c);
	return 0;
}

static const char *
host_only(const void *headers, const char *name)
{
	return str_eq(name, "host") ? headers : NULL;
}

/* Is the address good for its host, its region and nothing else? */
static enum err
checked(const char *address, const char *method, const char *region)
{
	const char *host = strstr(address, "://") + 3, *path = strchr(host, '/'),
		   *query = strchr(path, '?');
	const struct s3_key key = {conf.s3_user, conf.s3_password, region, NULL};
	const struct s3_request q = {.method = method,
		.path = arena_strn(&c.arena, path, (size_t)(query - path)),
		.query = query + 1,
		.header = host_only,
		.headers = arena_strn(&c.arena, host, (size_t)(path - host))};
	struct s3_payload payload;

	ctx_clear_error(&c);
	return s3_check(&c, &q, &key, &payload);
}

static void
a_path_or_a_host_has_the_bucket(void **state)
{
	(void)state;
	struct s3_object o = {{.base = "https://s3.example.com:9000",
				      .bucket = "tea",
				      .region = "eu-north-1"},
		"a b/\xD1\x91"};
	const char *path = s3_address(&c, &o, "PUT", NULL, 0, 60);

	assert_true(str_starts(
		path, "https://s3.example.com:9000/tea/a%20b/%D1%91?X-Amz-Algorithm="));
	assert_int_equal(checked(path, "PUT", "eu-north-1"), OK);
	o.site.virtual_host = true;
	const char *host = s3_address(&c, &o, "PUT", NULL, 0, 60);
	assert_true(str_starts(
		host, "https://tea.s3.example.com:9000/a%20b/%D1%91?X-Amz-Algorithm="));
	assert_int_equal(checked(host, "PUT", "eu-north-1"), OK);
	assert_int_equal(checked(host, "GET", "eu-north-1"), E_S3_SIGNATURE);
	assert_int_equal(checked(host, "PUT", "us-east-1"), E_S3_REGION);
}

static void
the_bucket_itself_has_an_address(void **state)
{
	(void)state;
	struct s3_object o = {
		{.base = "http://h", .bucket = "tea", .region = "us-east-1"}, NULL};
	const struct pair list = {"list-type", "2"};

	assert_true(str_starts(s3_address(&c, &o, "GET", &list, 1, 60),
		"http://h/tea?list-type=2&X-Amz"));
	o.site.virtual_host = true;
	const char *address = s3_address(&c, &o, "GET", &list, 1, 60);
	assert_true(str_starts(address, "http://tea.h/?list-type=2&X-Amz"));
	assert_int_equal(checked(address, "GET", "us-east-1"), OK);
}

static void
a_session_token_is_signed_with_the_rest(void **state)
{
	(void)state;
	const struct s3_object o = {
		{.base = "http://h", .bucket = "tea", .region = "us-east-1"}, "k"};

	conf.s3_session_token = "to+ken/==";
	char *address = arena_str(&c.arena, s3_address(&c, &o, "GET", NULL, 0, 60));
	char *token = strstr(address, "X-Amz-Security-Token=to%2Bken%2F%3D%3D&");
	assert_non_null(token);
	assert_int_equal(checked(address, "GET", "us-east-1"), OK);
	strstr(token, "to%2B")[0] = 'T';
	assert_int_equal(checked(address, "GET", "us-east-1"), E_S3_SIGNATURE);
}

#define TEST(test_) cmocka_unit_test_setup_teardown(test_, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_path_or_a_host_has_the_bucket),
		TEST(the_bucket_itself_has_an_address),
		TEST(a_session_token_is_signed_with_the_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
