#include "unit.h"

#include "s3/policy.h"
#include "s3/sigv4.h"

#define FUTURE "\"expiration\": \"2999-01-01T00:00:00.000Z\""

static const struct pair fields[] = {{"key", "user/anna/photo.jpg"},
	{"Content-Type", "image/jpeg"}, {"x-amz-meta-who", "anna"}, {"policy", "..."},
	{"x-amz-signature", "..."}, {"x-ignore-me", "1"}, {"bucket", "photos"}};
static struct policy policy;

static enum err
check(const char *json)
{
	ctx_clear_error(&c);
	return policy_check(
		&c, json, fields, sizeof(fields) / sizeof(*fields), &policy);
}

static const char *
with(const char *conditions)
{
	return arena_fmt(&c.arena, "{" FUTURE ", \"conditions\": [%s]}", conditions);
}

#define ALL                                                                            \
	"{\"bucket\": \"photos\"}, [\"starts-with\", \"$key\", \"user/anna/\"], "      \
	"[\"eq\", \"$content-type\", \"image/jpeg\"], {\"x-amz-meta-who\": \"anna\"}"

static void
what_fits_is_allowed(void **state)
{
	(void)state;
	assert_int_equal(check(with(ALL)), OK);
	assert_int_equal(policy.least, 0);
	assert_true(policy.most == INT64_MAX);
	assert_int_equal(
		check(with(ALL ", [\"content-length-range\", 1, \"9000000000\"]")), OK);
	assert_int_equal(policy.least, 1);
	assert_true(policy.most == INT64_C(9000000000));
	/* A prefix of nothing allows any value. */
	assert_int_equal(
		check(with(ALL ", [\"starts-with\", \"$x-amz-meta-not-there\", \"\"]")),
		OK);
}

static void
what_does_not_is_refused(void **state)
{
	static const char *const conditions[] = {/* a field in no condition */
		"{\"bucket\": \"photos\"}, [\"starts-with\", \"$key\", \"\"], "
		"[\"starts-with\", \"$Content-Type\", \"\"]",
		ALL ", {\"bucket\": \"other\"}",
		ALL ", [\"starts-with\", \"$key\", \"user/boris/\"]",
		ALL ", [\"eq\", \"$key\", \"user/anna/\"]",
		ALL ", {\"acl\": \"private\"}",
		ALL ", [\"eq\", \"$Content-Type\", \"IMAGE/JPEG\"]"};

	(void)state;
	for (size_t i = 0; i < sizeof(conditions) / sizeof(*conditions); i++)
		if (check(with(conditions[i])) != E_S3_POLICY)
			fail_msg("%zu: %s", i, err_name(c.err));
	assert_int_equal(
		check("{\"expiration\": \"2000-01-01T00:00:00Z\", \"conditions\": [" ALL
		      "]}"),
		E_S3_POLICY);
}

static void
what_is_no_policy_is_said_so(void **state)
{
	static const char *const texts[] = {"", "x", "[]", "{}", "{" FUTURE "}",
		"{\"conditions\": []}",
		"{\"expiration\": \"soon\", \"conditions\": []}",
		"{" FUTURE ", \"conditions\": {}}", "{" FUTURE ", \"conditions\": [1]}",
		"{" FUTURE ", \"conditions\": [[]]}",
		"{" FUTURE ", \"conditions\": [[\"eq\", \"$key\"]]}",
		"{" FUTURE ", \"conditions\": [[\"like\", \"$key\", \"a\"]]}",
		"{" FUTURE ", \"conditions\": [[\"eq\", \"key\", \"a\"]]}",
		"{" FUTURE ", \"conditions\": [[\"eq\", \"$key\", {}]]}",
		"{" FUTURE ", \"conditions\": [{\"key\": null}]}",
		"{" FUTURE ", \"conditions\": [[\"content-length-range\", \"a\", 1]]}"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (check(texts[i]) != E_S3_POLICY_FORM)
			fail_msg("%zu: %s", i, err_name(c.err));
}

/* The examples of the API reference: "Example: Browser-Based Upload using HTTP POST
 * (Using AWS Signature Version 4)", and of version 2, "Browser Uploads with POST". */
static void
policies_are_signed_as_published(void **state)
{
	static const struct s3_key key = {"AKIAIOSFODNN7EXAMPLE",
		"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "us-east-1", NULL};
	struct s3_policy p = {
		.policy =
			"eyAiZXhwaXJhdGlvbiI6ICIyMDE1LTEyLTMwVDEyOjAwOjAwLjAwMFoiLA0KIC"
			"AiY29uZGl0aW9ucyI6IFsNCiAgICB7ImJ1Y2tldCI6ICJzaWd2NGV4YW1wbGVi"
			"dWNrZXQifSwNCiAgICBbInN0YXJ0cy13aXRoIiwgIiRrZXkiLCAidXNlci91c2"
			"VyMS8iXSwNCiAgICB7ImFjbCI6ICJwdWJsaWMtcmVhZCJ9LA0KICAgIHsic3Vj"
			"Y2Vzc19hY3Rpb25fcmVkaXJlY3QiOiAiaHR0cDovL3NpZ3Y0ZXhhbXBsZWJ1Y2"
			"tldC5zMy5hbWF6b25hd3MuY29tL3N1Y2Nlc3NmdWxfdXBsb2FkLmh0bWwifSwN"
			"CiAgICBbInN0YXJ0cy13aXRoIiwgIiRDb250ZW50LVR5cGUiLCAiaW1hZ2UvIl"
			"0sDQogICAgeyJ4LWFtei1tZXRhLXV1aWQiOiAiMTQzNjUxMjM2NTEyNzQifSwN"
			"CiAgICB7IngtYW16LXNlcnZlci1zaWRlLWVuY3J5cHRpb24iOiAiQUVTMjU2In"
			"0sDQogICAgWyJzdGFydHMtd2l0aCIsICIkeC1hbXotbWV0YS10YWciLCAiIl0s"
			"DQoNCiAgICB7IngtYW16LWNyZWRlbnRpYWwiOiAiQUtJQUlPU0ZPRE5ON0VYQU"
			"1QTEUvMjAxNTEyMjkvdXMtZWFzdC0xL3MzL2F3czRfcmVxdWVzdCJ9LA0KICAg"
			"IHsieC1hbXotYWxnb3JpdGhtIjogIkFXUzQtSE1BQy1TSEEyNTYifSwNCiAgIC"
			"B7IngtYW16LWRhdGUiOiAiMjAxNTEyMjlUMDAwMDAwWiIgfQ0KICBdDQp9",
		.signature = "8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7"
			     "f09699e",
		.algorithm = "AWS4-HMAC-SHA256",
		.credential = "AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request",
		.date = "20151229T000000Z",
		.id = ""};

	(void)state;
	assert_int_equal(s3_check_policy(&c, &p, &key), OK);
	char *altered = arena_str(&c.arena, p.policy);
	altered[40] ^= 1;
	p.policy = altered;
	assert_int_equal(s3_check_policy(&c, &p, &key), E_S3_SIGNATURE);
	p.signature = "";
	ctx_clear_error(&c);
	assert_int_equal(s3_check_policy(&c, &p, &key), E_S3_ANONYMOUS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_fits_is_allowed),
		TEST(what_does_not_is_refused),
		TEST(what_is_no_policy_is_said_so),
		TEST(policies_are_signed_as_published),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
