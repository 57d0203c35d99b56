/*
 * Input that no honest client sends, value by value, to a sign-in of each of two faces.
 * Whatever comes, the answer is JSON of the right face and no 5xx. What nginx sees of
 * it is in tests/e2e/test_edge.py.
 */
#include "edge.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

static const struct target {
	const char *folder, *path, *name, *member;
	int refused; /* wrong input */
} targets[] = {
	{"/users/api/v1/auth/", "/users/api/v1/auth/login/", "username", "error", 400},
	{"/api/administrators/", "/api/administrators/login", "email", "detail", 422}};

#define EACH_TARGET(t)                                                                 \
	for (const struct target *t = targets; t < targets + COUNT(targets); t++)

static bool
is_one_of(int status, const char *list)
{
	return str_in(text("%d", status), list);
}

/* An answer in the face's form, its status one of the list. */
static void
is_answered(const struct target *t, const struct answer *a, const char *statuses)
{
	struct json_object *said = NULL;

	if (!is_one_of(a->status, statuses) ||
		!json_object_object_get_ex(a->json, t->member, &said))
		fail_msg("%s: %d %s", t->path, a->status, a->body);
	assert_string_equal(answer_header(a, "Content-Type"), "application/json");
}

static void
is_refused(const struct target *t, const struct answer *a)
{
	is_answered(t, a, text("%d", t->refused));
}

/* Of a person nobody knows; another one each time, for names have a limit. */
static const char *
good_body(const struct target *t)
{
	return text("{\"%s\":\"%s@example.com\",\"password\":\"Wrong12345\"}", t->name,
		unique("nobody"));
}

static void
text_that_is_no_json_is_refused(void **state)
{
	static const struct {
		const char *text;
		size_t size;
	} bodies[] = {
#define BODY(text) {text, sizeof(text) - 1}
		BODY("{\"password\": \"\xff\xfe\"}"), BODY("\xff"), BODY("\xc3\x28"),
		BODY("{\"\xed\xa0\x80\": 1}"), BODY("\xef\xbb\xbf{}"), BODY("\0"),
		BODY("{}\0"), BODY("{\"a\": 1,}"), BODY("{'a': 1}"), BODY("{\"a\" 1}"),
		BODY("{\"a\": 01}"), BODY("{\"a\": NaN}"), BODY("{\"a\": Infinity}"),
		BODY("{\"a\": .5}"), BODY("{\"a\": \"\x01\"}"),
		BODY("{\"a\": \"\\x41\"}"), BODY("{\"a\": \"\\ud800\"}"),
		BODY("{\"a\": \"\\udc00\\ud800\"}"), BODY("{\"a\": \"\\u12\"}"),
		BODY("{\"a\": \""), BODY("{\"a\": tru}"), BODY("// comment\n{}"),
		BODY("{\"a\": 1} {\"b\": 2}"), BODY("{{{{{{{{{{{{{{{{{{"),
		BODY("\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\""),
		BODY("username=a&password=b"),
		BODY("--x\r\nContent-Disposition: form-data; "
		     "name=\"username\"\r\n\r\na\r\n--x--\r\n"),
		BODY("[]"), BODY("[1]"), BODY("1"), BODY("\"text\""), BODY("true"),
		BODY("null"), BODY("")};

	(void)state;
	EACH_TARGET(t)
	for (size_t i = 0; i < COUNT(bodies); i++)
		is_refused(t, call("POST", t->path, .body = bodies[i].text,
				      .size = bodies[i].size));
}

/* `before` n times, inside, `behind` n times. */
static const char *
nested(const char *before, const char *inside, const char *behind, int n)
{
	struct arena a = {0};
	struct buf b = {.arena = &a};

	for (int i = 0; i < n; i++)
		buf_add(&b, before);
	buf_add(&b, inside);
	for (int i = 0; i < n; i++)
		buf_add(&b, behind);
	const char *out = text("%s", buf_text(&b));
	arena_end(&a);
	return out;
}

static void
a_depth_bomb_is_refused(void **state)
{
	(void)state;
	EACH_TARGET(t)
	{
		is_refused(
			t, call("POST", t->path, .body = nested("[", "", "", 30000)));
		is_refused(t, call("POST", t->path,
				      .body = nested("{\"a\":", "", "", 10000)));
		is_refused(
			t, call("POST", t->path, .body = nested("[", "", "]", 5000)));
		is_refused(t, call("POST", t->path,
				      .body = nested("{\"a\":", "1", "}", 2000)));
		is_refused(t,
			call("POST", t->path, .body = nested("{\"a\":", "1", "}", 40)));
	}
}

static void
every_value_in_every_member_gets_an_answer(void **state)
{
	static const char *const values[] = {"\"\\u0000\"", "\"a\\u0000b\"",
		"\"a\\u0000@example.com\"", "1e400",
		"100000000000000000000000000000000000000000000000000",
		"-1000000000000000000000000000000", "1e308", "0.1", "true", "[]", "{}",
		"[[[]]]", "{\"a\":{\"b\":null}}", "\"\xed\x9f\xbf\"",
		"\"\xe2\x80\xae\"", "\"😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀\"", "\"          \"",
		"\"'; drop table account.account; --\"", "\"%s%n%x\"", "\"\\\\\"",
		"null"};

	(void)state;
	EACH_TARGET(t)
	for (size_t i = 0; i < COUNT(values); i++) {
		is_answered(t,
			call("POST", t->path,
				.body = text("{\"%s\":%s,\"password\":\"Wrong12345\"}",
					t->name, values[i])),
			"400 401 422");
		is_answered(t,
			call("POST", t->path,
				.body = text(
					"{\"%s\":\"%s@example.com\",\"password\":%s}",
					t->name, unique("nobody"), values[i])),
			"400 401 422");
	}
	assert_int_equal(number("select count(*) from account.account"), 0);
}

static void
many_members_and_doubled_members_do_no_harm(void **state)
{
	(void)state;
	EACH_TARGET(t)
	{
		is_refused(
			t, call("POST", t->path,
				   .body = nested("", "{\"a\":1", ",\"a\":1", 3000)));
		is_answered(t,
			call("POST", t->path,
				.body = "{\"password\":\"a\",\"password\":\"b\","
					"\"username\":\"u\",\"username\":\"v\"}"),
			"400 401 422");
	}
}

static void
any_content_type_gets_an_answer(void **state)
{
	static const char *const types[] = {"", "text/plain",
		"application/x-www-form-urlencoded", "application/octet-stream",
		"multipart/form-data",
		"multipart/form-data; boundary=", "multipart/form-data; boundary=x",
		"application/json; charset=koi8-r", "APPLICATION/JSON", "\x7f"};

	(void)state;
	EACH_TARGET(t)
	for (size_t i = 0; i < COUNT(types); i++)
		is_answered(t,
			call("POST", t->path, .body = good_body(t), .type = types[i]),
			"400 401");
}

/* The folder of the sign-in, and something odd in it. */
static void
odd_paths_have_no_route(void **state)
{
	static const char *const tails[] = {"%FF%FE", "%C0%AF", "a%2Fb", "%20", "%0A",
		"..%5c", "%F0%9F%98%80", "%25%30%30", ";a=b", "{uuid}", "*"};

	(void)state;
	EACH_TARGET(t)
	for (size_t i = 0; i < COUNT(tails); i++) {
		const struct answer *a = call("GET", text("%s%s", t->folder, tails[i]));

		if (a->status != 307)
			is_answered(t, a, "401 403 404 405 422");
	}
}

static void
odd_methods_are_not_allowed(void **state)
{
	static const char *const methods[] = {
		"FOO", "get", "CONNECT", "TRACE", "LOCK", "", "OPTIONS", "HEAD"};

	(void)state;
	EACH_TARGET(t)
	for (size_t i = 0; i < COUNT(methods); i++) {
		const struct answer *a = call(methods[i], t->path);

		assert_int_equal(a->status, 405);
		assert_string_equal(answer_header(a, "Allow"), "POST");
	}
}

static void
a_cookie_of_any_form_gets_an_answer(void **state)
{
	static const char *const cookies[] = {"=", ";;;", "refresh_token",
		"refresh_token=\"", "a=b; a=b; a=b; a=b", "refresh_token=%",
		"refresh_token=x.x.x.x.x.x.x.x"};

	(void)state;
	for (size_t i = 0; i < COUNT(cookies); i++)
		is_answered(&targets[1],
			call("GET", "/api/administrators/refresh",
				.headers = {text("Cookie: %s", cookies[i])}),
			"401");
}

static void
odd_parameters_get_an_answer(void **state)
{
	static const char *const changes[] = {
		"REQUEST_METHOD=", "DOCUMENT_URI=", "DOCUMENT_URI=no slash",
		"DOCUMENT_URI=/api/\xff\xfe", "CONTENT_LENGTH=-5", "CONTENT_LENGTH=x",
		"CONTENT_LENGTH=999999999999999999999999999999", "CONTENT_LENGTH=5",
		"REMOTE_ADDR=nonsense",
		"REMOTE_ADDR=", "REQUEST_ID=", "REQUEST_ID=a\nb=c",
		"SERVER_NAME=", "HTTP_COOKIE=\xff=\xff",
		"HTTP_AUTHORIZATION=Bearer \xff", "REQUEST_BODY_FILE=/etc/passwd",
		"STORE_SERVER=../../..", "REQUEST_METHOD", "REQUEST_URI",
		"DOCUMENT_URI", "QUERY_STRING", "CONTENT_TYPE", "CONTENT_LENGTH",
		"REMOTE_ADDR", "REQUEST_ID", "SERVER_NAME"};

	(void)state;
	for (size_t i = 0; i < COUNT(changes); i++) {
		const struct answer *a = call("POST", targets[0].path, .body = "{}",
					    .params = {changes[i]}),
				    *b = call("GET", "/api/administrators/me",
					    .params = {changes[i]});

		assert_in_range(a->status, 300, 499);
		assert_in_range(b->status, 300, 499);
		assert_null(strstr(a->body, "root:"));
	}
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		EDGE_TEST(text_that_is_no_json_is_refused),
		EDGE_TEST(a_depth_bomb_is_refused),
		EDGE_TEST(every_value_in_every_member_gets_an_answer),
		EDGE_TEST(many_members_and_doubled_members_do_no_harm),
		EDGE_TEST(any_content_type_gets_an_answer),
		EDGE_TEST(odd_paths_have_no_route),
		EDGE_TEST(odd_methods_are_not_allowed),
		EDGE_TEST(a_cookie_of_any_form_gets_an_answer),
		EDGE_TEST(odd_parameters_get_an_answer),
	};

	(void)argc;
	return edge_run("input", tests, argv);
}
