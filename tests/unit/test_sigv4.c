#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include "base/str.h"
#include "s3/sigv4.h"

#include <cmocka.h> /* last: it has a macro fail() of its own */

/*
 * The examples of the Amazon S3 API reference, "Authenticating Requests (AWS Signature
 * Version 4)", with the key that all of them use.
 */
static const struct s3_key published = {"AKIAIOSFODNN7EXAMPLE",
	"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "us-east-1", NULL};

#define EMPTY_SHA256 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define FIRST_SECOND (INT64_C(1369353600) * US_PER_SECOND) /* 2013-05-24T00:00:00Z */

/* Headers as name, value, ..., NULL. */
static const char *
header(const void *headers, const char *name)
{
	const char *const *h = headers;

	for (; *h != NULL; h += 2)
		if (strcmp(h[0], name) == 0)
			return h[1];
	return NULL;
}

static struct ctx c;

static int
begin(void **state)
{
	(void)state;
	ctx_start(&c, NULL, NULL);
	c.now.us = FIRST_SECOND;
	return 0;
}

static int
end(void **state)
{
	(void)state;
	ctx_end(&c);
	return 0;
}

/* The names that begin with x-amz-, one after the other. */
static const char *
amz_header(const void *headers, size_t i)
{
	for (const char *const *h = headers; *h != NULL; h += 2)
		if (str_starts(h[0], "x-amz-") && i-- == 0)
			return h[0];
	return NULL;
}

static struct s3_request
request(const char *method, const char *path, const char *query,
	const char *const *headers)
{
	return (struct s3_request){method, path, query, header, amz_header, headers};
}

static struct s3_payload payload; /* of the last check */

static enum err
check(struct s3_request q)
{
	ctx_clear_error(&c);
	return s3_check(&c, &q, &published, &payload);
}

static const char *
authorization(const char *headers, const char *digits)
{
	return arena_fmt(&c.arena,
		"AWS4-HMAC-SHA256 "
		"Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
		"SignedHeaders=%s,Signature=%s",
		headers, digits);
}

static const char *
signature_of(const char *text)
{
	return strstr(text, "Signature=") + strlen("Signature=");
}

static void
get_object_signs_as_published(void **state)
{
	(void)state;
	const char *names = "host;range;x-amz-content-sha256;x-amz-date";
	const char *digits =
		"f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41";
	const char *headers[] = {"host", "examplebucket.s3.amazonaws.com", "range",
		"bytes=0-9", "x-amz-content-sha256", EMPTY_SHA256, "x-amz-date",
		"20130524T000000Z", "authorization", authorization(names, digits),
		NULL};
	struct s3_request q = request("GET", "/test.txt", "", headers);

	assert_string_equal(signature_of(s3_authorization(&c.arena, &published, &q,
				    names, EMPTY_SHA256, c.now)),
		digits);
	assert_int_equal(check(q), OK);
}

static void
put_object_signs_as_published(void **state)
{
	(void)state;
	const char *sha =
		"44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072";
	const char *headers[] = {"date", "Fri, 24 May 2013 00:00:00 GMT", "host",
		"examplebucket.s3.amazonaws.com", "x-amz-content-sha256", sha,
		"x-amz-date", "20130524T000000Z", "x-amz-storage-class",
		"REDUCED_REDUNDANCY", "authorization",
		authorization(
			"date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
			"98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108"
			"bd"),
		NULL};
	struct s3_request q = request("PUT", "/test%24file.text", "", headers);

	assert_int_equal(check(q), OK);
	assert_string_equal(payload.sha256, sha);
}

static void
queries_sign_as_published(void **state)
{
	(void)state;
	const char *names = "host;x-amz-content-sha256;x-amz-date";
	const char *headers[] = {"host", "examplebucket.s3.amazonaws.com",
		"x-amz-content-sha256", EMPTY_SHA256, "x-amz-date", "20130524T000000Z",
		NULL};
	struct s3_request lifecycle = request("GET", "/", "lifecycle", headers);
	struct s3_request list = request("GET", "/", "max-keys=2&prefix=J", headers);
	struct s3_request turned = request("GET", "/", "prefix=J&max-keys=2", headers);

	assert_string_equal(signature_of(s3_authorization(&c.arena, &published,
				    &lifecycle, names, EMPTY_SHA256, c.now)),
		"fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
	assert_string_equal(signature_of(s3_authorization(&c.arena, &published, &list,
				    names, EMPTY_SHA256, c.now)),
		"34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
	assert_string_equal(signature_of(s3_authorization(&c.arena, &published, &turned,
				    names, EMPTY_SHA256, c.now)),
		"34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

#define PUBLISHED_LINK                                                                 \
	"X-Amz-Algorithm=AWS4-HMAC-SHA256"                                             \
	"&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_"   \
	"request"                                                                      \
	"&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"    \
	"&X-Amz-Signature="                                                            \
	"aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"

static const char *const link_headers[] = {
	"host", "examplebucket.s3.amazonaws.com", NULL};

static void
a_presigned_address_is_as_published(void **state)
{
	(void)state;
	const struct s3_link link = {.method = "GET",
		.base = "https://examplebucket.s3.amazonaws.com",
		.path = "/test.txt",
		.seconds = 86400};

	assert_string_equal(s3_presign(&c.arena, &published, &link, c.now),
		"https://examplebucket.s3.amazonaws.com/test.txt?" PUBLISHED_LINK);
	assert_int_equal(
		check(request("GET", "/test.txt", PUBLISHED_LINK, link_headers)), OK);
}

static void
a_presigned_address_lives_its_time(void **state)
{
	(void)state;
	struct s3_request q = request("GET", "/test.txt", PUBLISHED_LINK, link_headers);

	c.now.us = FIRST_SECOND + INT64_C(86400) * US_PER_SECOND;
	assert_int_equal(check(q), OK);
	c.now.us += US_PER_SECOND;
	assert_int_equal(check(q), E_S3_EXPIRED);
	c.now.us = FIRST_SECOND - INT64_C(901) * US_PER_SECOND;
	assert_int_equal(check(q), E_S3_EXPIRED);
}

static void
whatever_is_altered_breaks_the_signature(void **state)
{
	(void)state;
	const char *elsewhere[] = {"host", "otherbucket.s3.amazonaws.com", NULL};
	const char *more = PUBLISHED_LINK "&response-content-type=text%2Fhtml";
	char *digits = arena_str(&c.arena, PUBLISHED_LINK);

	assert_int_equal(
		check(request("PUT", "/test.txt", PUBLISHED_LINK, link_headers)),
		E_S3_SIGNATURE);
	assert_int_equal(
		check(request("GET", "/Test.txt", PUBLISHED_LINK, link_headers)),
		E_S3_SIGNATURE);
	assert_int_equal(check(request("GET", "/test.txt", PUBLISHED_LINK, elsewhere)),
		E_S3_SIGNATURE);
	assert_int_equal(
		check(request("GET", "/test.txt", more, link_headers)), E_S3_SIGNATURE);
	digits[strlen(digits) - 1] = '5';
	assert_int_equal(check(request("GET", "/test.txt", digits, link_headers)),
		E_S3_SIGNATURE);
	strstr(digits, "86400")[4] = '1';
	assert_int_equal(check(request("GET", "/test.txt", digits, link_headers)),
		E_S3_SIGNATURE);
}

static void
no_parameter_of_the_signature_is_there_twice(void **state)
{
	(void)state;
	static const char *const doubled[] = {PUBLISHED_LINK "&X-Amz-Expires=86400",
		PUBLISHED_LINK "&x-amz-date=20130524T000000Z",
		PUBLISHED_LINK "&X%2DAmz%2DSignature=0",
		"X-Amz-Foo=1&" PUBLISHED_LINK "&X-Amz-Foo=1",
		"AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Expires=9&Expires=9&Signature=x"};

	for (size_t i = 0; i < sizeof(doubled) / sizeof(*doubled); i++)
		assert_int_equal(
			check(request("GET", "/test.txt", doubled[i], link_headers)),
			E_S3_AUTH);
}

static void
what_cannot_be_read_is_said_so(void **state)
{
	(void)state;
	static const struct {
		const char *query;
		enum err err;
	} cases[] = {
		{"", E_S3_ANONYMOUS},
		{"X-Amz-Algorithm=AWS4-HMAC-SHA1", E_S3_AUTH},
		{"X-Amz-Algorithm=AWS4-HMAC-SHA256", E_S3_AUTH},
		{"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=x", E_S3_AUTH},
		{"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential="
		 "NOBODY%2F20130524%2Fus-east-1%2Fs3%2Faws4_request",
			E_S3_KEY_ID},
		{"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential="
		 "AKIAIOSFODNN7EXAMPLE%2F20130524%2Feu-west-1%2Fs3%2Faws4_request",
			E_S3_REGION},
		{"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential="
		 "AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
		 "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=604801",
			E_S3_AUTH},
		{"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential="
		 "AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
		 "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=60&X-Amz-SignedHeaders="
		 "date"
		 "&X-Amz-Signature=0",
			E_S3_AUTH},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(check(request("GET", "/test.txt", cases[i].query,
					 link_headers)),
			cases[i].err);
}

/* A request with an Authorization header of its own, body hash included. */
static enum err
signed_put(const char *sha256, const char *extra, int64_t skew_seconds)
{
	const char *names = "host;x-amz-content-sha256;x-amz-date";
	struct utc at = utc_after(c.now, skew_seconds);
	const char *headers[] = {"host", "127.0.0.1:9001", "x-amz-content-sha256",
		sha256, "x-amz-date", s3_date(&c.arena, at), "authorization", "", extra,
		"1", NULL};
	struct s3_request q = request("PUT", "/storage/a%20b", "", headers);

	headers[7] = s3_authorization(&c.arena, &published, &q, names, sha256, at);
	return check(q);
}

static void
a_signed_header_may_be_a_quarter_of_an_hour_off(void **state)
{
	(void)state;
	assert_int_equal(signed_put(S3_UNSIGNED, NULL, 900), OK);
	assert_int_equal(signed_put(S3_UNSIGNED, NULL, -900), OK);
	assert_int_equal(signed_put(S3_UNSIGNED, NULL, 901), E_S3_SKEWED);
	assert_int_equal(signed_put(S3_UNSIGNED, NULL, -901), E_S3_SKEWED);
}

static void
the_signature_says_what_the_body_is(void **state)
{
	(void)state;
	assert_int_equal(signed_put(EMPTY_SHA256, NULL, 0), OK);
	assert_string_equal(payload.sha256, EMPTY_SHA256);
	assert_int_equal(signed_put("STREAMING-AWS4-HMAC-SHA256-PAYLOAD", NULL, 0), OK);
	assert_true(payload.chunked && !payload.trailer && payload.signature != NULL);
	assert_int_equal(signed_put("STREAMING-UNSIGNED-PAYLOAD-TRAILER", NULL, 0), OK);
	assert_true(payload.chunked && payload.trailer && payload.signature == NULL);
	assert_int_equal(
		signed_put("STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD", NULL, 0),
		E_S3_NO_FEATURE);
	assert_int_equal(signed_put("abc", NULL, 0), E_S3_AUTH);
}

static void
what_is_sent_as_x_amz_must_be_signed(void **state)
{
	(void)state;
	assert_int_equal(signed_put(S3_UNSIGNED, "x-amz-copy-source", 0), E_S3_AUTH);
	assert_int_equal(signed_put(S3_UNSIGNED, "x-amz-meta-a", 0), E_S3_AUTH);
	assert_int_equal(signed_put(S3_UNSIGNED, "x-other", 0), OK);
}

/* Only what says nothing but what the body must be may come beside an address. */
static void
an_address_is_not_changed_by_headers(void **state)
{
	static const struct {
		const char *name, *value;
		enum err err;
	} cases[] = {{"x-amz-copy-source", "/b/k", E_S3_AUTH},
		{"x-amz-meta-a", "1", E_S3_AUTH}, {"x-amz-acl", "private", E_S3_AUTH},
		{"x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
			E_S3_AUTH},
		{"x-amz-content-sha256", S3_UNSIGNED, OK},
		{"x-amz-checksum-crc32", "AAAAAA==", OK}};
	const struct s3_link link = {
		.method = "PUT", .base = "http://a", .path = "/b/k", .seconds = 60};
	char *url = s3_presign(&c.arena, &published, &link, c.now),
	     *query = strchr(url, '?');

	(void)state;
	*query++ = '\0';
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *headers[] = {
			"host", "a", cases[i].name, cases[i].value, NULL};
		assert_int_equal(
			check(request("PUT", "/b/k", query, headers)), cases[i].err);
	}
}

static void
an_address_may_be_for_one_length_only(void **state)
{
	const struct s3_link link = {.method = "PUT",
		.base = "http://a",
		.path = "/b/k",
		.seconds = 60,
		.content_length = "5"};
	char *url = s3_presign(&c.arena, &published, &link, c.now),
	     *query = strchr(url, '?');
	const char *five[] = {"host", "a", "content-length", "5", NULL};
	const char *more[] = {"host", "a", "content-length", "100000", NULL};
	const char *none[] = {"host", "a", NULL};

	(void)state;
	*query++ = '\0';
	assert_int_equal(check(request("PUT", "/b/k", query, five)), OK);
	assert_int_equal(check(request("PUT", "/b/k", query, more)), E_S3_SIGNATURE);
	assert_non_null(strstr(c.why, "announced length"));
	assert_int_equal(check(request("PUT", "/b/k", query, none)), E_S3_SIGNATURE);
}

/* Clients learn from the words which region to sign for. */
static void
another_region_is_told_from_a_bad_signature(void **state)
{
	struct s3_key here = published, abroad = published;
	const struct s3_link link = {
		.method = "GET", .base = "http://a", .path = "/b/k", .seconds = 60};
	const char *headers[] = {"host", "a", NULL};

	(void)state;
	abroad.region = "US";
	char *url = s3_presign(&c.arena, &abroad, &link, c.now),
	     *query = strchr(url, '?');
	*query++ = '\0';
	struct s3_request q = request("GET", "/b/k", query, headers);
	assert_int_equal(check(q), E_S3_REGION);
	assert_string_equal(c.why, "the region 'US' is wrong; expecting 'us-east-1'");
	static const struct {
		const char *regions;
		enum err err;
	} cases[] = {{"*", OK}, {"EU US", OK}, {"EU", E_S3_REGION}, {"", E_S3_REGION}};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		here.regions = cases[i].regions;
		ctx_clear_error(&c);
		assert_int_equal(s3_check(&c, &q, &here, &payload), cases[i].err);
	}
}

static void
names_of_all_kinds_survive_the_way_there_and_back(void **state)
{
	(void)state;
	static const char *const paths[] = {"/storage/a b+c", "/storage/п/ё%41",
		"/s//x/../y/.", "/s/~-_.!*'();:@&=$,[]#?", "/"};
	const char *headers[] = {"host", "127.0.0.1:9001", NULL};
	const struct pair extra[] = {
		{"response-content-disposition",
			"attachment; filename*=UTF-8''%D1%91 + \"x\""},
		{"response-content-type", "text/plain"}};

	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		const struct s3_link link = {.method = "PUT",
			.base = "http://127.0.0.1:9001",
			.path = paths[i],
			.extra = extra,
			.extras = 2,
			.seconds = 60};
		char *url = s3_presign(&c.arena, &published, &link, c.now);
		char *query = strchr(url, '?');

		*query++ = '\0';
		assert_int_equal(
			check(request("PUT", url + strlen(link.base), query, headers)),
			OK);
		assert_string_equal(
			s3_query(&c.arena, query, extra[0].name), extra[0].value);
	}
}

static void
dates_are_read_whole_or_not_at_all(void **state)
{
	(void)state;
	struct utc at;

	assert_true(s3_date_read("20130524T000000Z", &at));
	assert_int_equal(at.us, FIRST_SECOND);
	assert_string_equal(s3_date(&c.arena, at), "20130524T000000Z");
	assert_false(s3_date_read("", &at));
	assert_false(s3_date_read("20130524T000000", &at));
	assert_false(s3_date_read("20130524T000000Zx", &at));
	assert_false(s3_date_read("20131324T000000Z", &at));
	assert_false(s3_date_read("2013-05-24T00:00", &at));
}

/* The example of "Signing and Authenticating REST Requests (Signature Version 2)". */
static void
version_2_addresses_are_taken_too(void **state)
{
	(void)state;
	const char *query = "AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Expires=1175139620"
			    "&Signature=NpgCjnDzrM%2BWFzoENXmpNDUsSn8%3D";
	const char *headers[] = {"host", "johnsmith.s3.amazonaws.com", NULL};
	struct s3_request q =
		request("GET", "/johnsmith/photos/puppy.jpg", query, headers);

	c.now.us = INT64_C(1175139620) * US_PER_SECOND;
	assert_int_equal(check(q), OK);
	q.method = "PUT";
	assert_int_equal(check(q), E_S3_SIGNATURE);
	q.method = "GET";
	const char *more[] = {"host", "johnsmith.s3.amazonaws.com", "x-amz-copy-source",
		"/b/secret", NULL};
	assert_int_equal(
		check(request("GET", "/johnsmith/photos/puppy.jpg", query, more)),
		E_S3_AUTH);
	c.now.us += US_PER_SECOND;
	assert_int_equal(check(q), E_S3_EXPIRED);
}

int
main(void)
{
#define TEST(test_) cmocka_unit_test_setup_teardown(test_, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(get_object_signs_as_published),
		TEST(put_object_signs_as_published),
		TEST(queries_sign_as_published),
		TEST(a_presigned_address_is_as_published),
		TEST(a_presigned_address_lives_its_time),
		TEST(whatever_is_altered_breaks_the_signature),
		TEST(no_parameter_of_the_signature_is_there_twice),
		TEST(what_cannot_be_read_is_said_so),
		TEST(a_signed_header_may_be_a_quarter_of_an_hour_off),
		TEST(the_signature_says_what_the_body_is),
		TEST(what_is_sent_as_x_amz_must_be_signed),
		TEST(an_address_is_not_changed_by_headers),
		TEST(an_address_may_be_for_one_length_only),
		TEST(another_region_is_told_from_a_bad_signature),
		TEST(names_of_all_kinds_survive_the_way_there_and_back),
		TEST(dates_are_read_whole_or_not_at_all),
		TEST(version_2_addresses_are_taken_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
