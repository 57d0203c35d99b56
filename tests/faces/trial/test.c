/* What the trial face answers: each of its manners once. */
#include "face_tests.h"

#define BASE "/trial/us-east-1"
#define CSRF "X-Csrf-Token: of-this-phone"

/* "sub_code" of an answer in the face's envelope. */
static void
is_case(const struct answer *a, int status, const char *sub_code)
{
	if (a->status != status || !str_eq(answer_text(a, "sub_code"), sub_code))
		fail_msg("%d %s", a->status, a->body);
	assert_int_equal(json_number(a->json, "code"), status);
	assert_int_equal(json_truth(a->json, "success"), status < 400);
	assert_non_null(json_member(a->json, "data", json_type_object));
}

static struct json_object *
data(const struct answer *a)
{
	return json_member(a->json, "data", json_type_object);
}

/* The list in data, as JSON without blanks. */
static const char *
list(const struct answer *a, const char *name)
{
	return json_object_to_json_string_ext(
		json_member(data(a), name, json_type_array), JSON_C_TO_STRING_PLAIN);
}

static const char *
key(void)
{
	const struct answer *a =
		call("POST", BASE "/keys", .headers = {"User-Agent: phone", CSRF});

	is_case(a, 201, "user.sign_in");
	return text("Authorization: Bearer %s", json_text(data(a), "token"));
}

static const struct answer *
post(const char *type, const char *body)
{
	return call("POST", BASE "/things", .body = body, .type = type,
		.headers = {key(), CSRF});
}

static void
the_prefix_has_the_setting_in_it(void **state)
{
	(void)state;
	is_case(call("GET", BASE "/ping"), 200, "ping.success");
	assert_int_equal(call("GET", "/trial/elsewhere/ping")->status, 404);
	assert_null(answer_text(call("GET", "/trial/elsewhere/ping"), "sub_code"));
	assert_null(answer_text(call("GET", "/trial/us-east-12/ping"), "sub_code"));
	assert_null(answer_text(call("GET", "/trial/ping"), "sub_code"));
}

static void
the_last_slash_means_nothing(void **state)
{
	(void)state;
	is_case(call("GET", BASE "/ping/"), 200, "ping.success");
}

static void
a_bad_id_is_another_path(void **state)
{
	static const char *const ids[] = {"x", "-7", "+7", "7x", "7.0", "0x7",
		"99999999999999999999999", "%37%00"};
	const char *token = key();

	(void)state;
	for (size_t i = 0; i < sizeof(ids) / sizeof(*ids); i++) {
		const char *path = text(BASE "/things/%s", ids[i]);

		is_case(call("GET", path, .headers = {token, CSRF}), 404,
			"http.not_found");
		is_case(call("PUT", path), 404, "http.not_found");
	}
	is_case(call("GET", BASE "/things/7", .headers = {token, CSRF}), 200,
		"resource.result");
	is_case(call("GET", BASE "/things/8", .headers = {token, CSRF}), 404,
		"resource.not_found");
}

static void
missing_headers_are_listed_those_of_the_row_first(void **state)
{
	const struct answer *a =
		call("PATCH", BASE "/things/7", .body = "no body is read");

	(void)state;
	is_case(a, 400, "request.header.omitted");
	assert_string_equal(list(a, "lacks"),
		"[\"If-Match\",\"X-Profile-Id\",\"Authorization\",\"X-Csrf-Token\"]");
	a = call("POST", BASE "/keys", .headers = {"User-Agent:  ", CSRF});
	is_case(a, 400, "request.header.omitted");
	assert_string_equal(list(a, "lacks"), "[\"User-Agent\"]");
}

static void
the_key_of_a_token_has_the_callers_header_in_it(void **state)
{
	const char *token = key();

	(void)state;
	is_case(call("GET", BASE "/things/7",
			.headers = {token, "x-csrf-token:   of-this-phone "}),
		200, "resource.result");
	is_case(call("GET", BASE "/things/7",
			.headers = {token, "X-Csrf-Token: of-that-phone"}),
		401, "access_token.invalid");
	is_case(call("GET", BASE "/things/7", .headers = {given_person(""), CSRF}), 401,
		"access_token.invalid");
	is_case(call("POST", BASE "/things", .body = "{}",
			.headers = {"Authorization: Bearer x", CSRF}),
		401, "access_token.invalid");
}

/* Some keyboards write an accent behind its letter. */
static void
headers_are_in_normal_form(void **state)
{
	const struct answer *a = call("POST", BASE "/keys",
		.headers = {"User-Agent: phone", "X-Csrf-Token: \xc3\xa9"});

	(void)state;
	is_case(call("GET", BASE "/things/7",
			.headers = {text("Authorization: Bearer %s",
					    json_text(data(a), "token")),
				"X-Csrf-Token: e\xcc\x81"}),
		200, "resource.result");
}

static void
a_body_is_json_or_a_form(void **state)
{
	static const struct {
		const char *type, *body;
	} same[] = {
		{"application/json", "{\"name\":\"a b\",\"size\":12,\"loud\":true}"},
		{"text/plain", "{\"name\":\"a b\",\"size\":12,\"loud\":true}"},
		{"application/x-www-form-urlencoded",
			"{\"name\":\"a b\",\"size\":\"12\",\"loud\":\"true\"}"},
		{"application/x-www-form-urlencoded",
			"name=a+b&size=12&loud=true&name=second&other=1"},
		{"application/json", "name=a%20b&size=12&loud=true"},
		{"multipart/form-data; boundary=x",
			"--x\r\nContent-Disposition: form-data; name=name\r\n\r\na "
			"b\r\n"
			"--x\r\nContent-Disposition: form-data; name=size\r\n\r\n12\r\n"
			"--x\r\nContent-Disposition: form-data; "
			"name=loud\r\n\r\ntrue\r\n"
			"--x\r\nContent-Disposition: form-data; name=name\r\n\r\nc\r\n"
			"--x--\r\n"}};

	(void)state;
	for (size_t i = 0; i < sizeof(same) / sizeof(*same); i++) {
		const struct answer *a = post(same[i].type, same[i].body);

		is_case(a, 201, "resource.created");
		assert_string_equal(json_text(data(a), "name"), "a b");
		assert_int_equal(json_number(data(a), "size"), 12);
		assert_true(json_truth(data(a), "loud"));
	}
}

static void
what_is_neither_is_an_empty_object(void **state)
{
	static const char *const bodies[] = {"", "null", "[]", "[1,2]", "7", "\"name\"",
		"{", "--x\r\n", "\xff\xfe", "{}", "{\"name\":\" \",\"size\":null}"};

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(*bodies); i++) {
		const struct answer *a =
			post("multipart/form-data; boundary=x", bodies[i]);

		is_case(a, 400, "request.body.omitted");
		assert_string_equal(list(a, "lacks"), "[\"name\",\"size\"]");
	}
}

static void
a_body_is_cleaned(void **state)
{
	const struct answer *a = post("application/json",
		"{\" name \":\"  \\u0438\\u0306  \",\"size\":1,\"note\":\"  \","
		"\"words\":[\" a \",\"\",null,\"b\"]}");

	(void)state;
	is_case(a, 201, "resource.created");
	assert_string_equal(json_text(data(a), "name"), "й");
	assert_null(json_text(data(a), "note"));
	assert_string_equal(list(a, "words"), "[\"a\",\"b\"]");
	a = post("application/json",
		"{\"name\":\"a\",\"size\":1,\"words\":[\" \",[],{}]}");
	is_case(a, 201, "resource.created");
	assert_string_equal(list(a, "words"), "[]");
}

static void
a_value_is_taken_where_it_can_mean_one_thing_only(void **state)
{
	const struct answer *a = post("", "{\"name\":12,\"size\":\"12\"}");

	(void)state;
	is_case(a, 201, "resource.created");
	assert_string_equal(json_text(data(a), "name"), "12");
	a = post("",
		"{\"name\":{\"a\":1},\"size\":\"12a\",\"loud\":\"yes\",\"other\":1}");
	is_case(a, 422, "request.body.bad_semantics");
	assert_int_equal(json_object_array_length(json_member(
				 data(a), "bad_semantics", json_type_array)),
		3);
	a = post("", "{\"name\":\"a\",\"size\":\"101\"}");
	is_case(a, 422, "request.body.bad_semantics");
	is_case(post("", "{\"name\":\"\\ud800\",\"size\":1}"), 422,
		"request.body.bad_semantics");
}

static void
options_is_answered_with_all_that_is(void **state)
{
	const struct answer *a = call("OPTIONS", BASE "/things/7");

	(void)state;
	is_case(a, 200, "http.ok");
	assert_string_equal(
		answer_header(a, "Allow"), "delete, get, head, options, patch");
	a = call("PUT", BASE "/things/7");
	is_case(a, 405, "http.mtd_forbidden");
	assert_string_equal(
		answer_header(a, "Allow"), "delete, get, head, options, patch");
	is_case(call("OPTIONS", BASE "/nothing"), 404, "http.not_found");
	assert_string_equal(
		answer_header(call("OPTIONS", BASE "/keys"), "Allow"), "options, post");
}

static void
head_is_get_without_its_body(void **state)
{
	const struct answer *a = call("HEAD", BASE "/ping");

	(void)state;
	assert_int_equal(a->status, 200);
	assert_int_equal(a->size, 0);
}

static void
times_are_as_in_headers(void **state)
{
	const struct answer *a =
		call("GET", BASE "/things/7", .headers = {key(), CSRF});

	(void)state;
	assert_string_equal(
		json_text(data(a), "created"), "Sun, 06 Nov 1994 08:49:37 GMT");
	assert_true(json_object_object_get_ex(data(a), "note", NULL));
}

static void
browsers_of_one_origin_may_call_and_read(void **state)
{
	const char *token = key();
	const struct answer *a =
		call("GET", BASE "/things/7", .headers = {token, CSRF});

	(void)state;
	assert_string_equal(answer_header(a, "Access-Control-Allow-Origin"),
		"https://phone.example");
	assert_string_equal(answer_header(a, "Access-Control-Expose-Headers"), "ETag");
	a = call("GET", BASE "/ping", .headers = {"Origin: https://other.example"});
	assert_null(answer_header(a, "Access-Control-Allow-Origin"));
	a = call("OPTIONS", BASE "/things/7",
		.headers = {"Origin: https://phone.example",
			"Access-Control-Request-Method: GET",
			"Access-Control-Request-Headers: x-csrf-token"});
	assert_int_equal(a->status, 200);
	assert_string_equal(
		answer_header(a, "Access-Control-Allow-Headers"), "x-csrf-token");
}

static const struct CMUnitTest tests[] = {
	EDGE_TEST(the_prefix_has_the_setting_in_it),
	EDGE_TEST(the_last_slash_means_nothing),
	EDGE_TEST(a_bad_id_is_another_path),
	EDGE_TEST(missing_headers_are_listed_those_of_the_row_first),
	EDGE_TEST(the_key_of_a_token_has_the_callers_header_in_it),
	EDGE_TEST(headers_are_in_normal_form),
	EDGE_TEST(a_body_is_json_or_a_form),
	EDGE_TEST(what_is_neither_is_an_empty_object),
	EDGE_TEST(a_body_is_cleaned),
	EDGE_TEST(a_value_is_taken_where_it_can_mean_one_thing_only),
	EDGE_TEST(options_is_answered_with_all_that_is),
	EDGE_TEST(head_is_get_without_its_body),
	EDGE_TEST(times_are_as_in_headers),
	EDGE_TEST(browsers_of_one_origin_may_call_and_read),
};

extern const struct face_tests trial_tests;
const struct face_tests trial_tests = {tests, sizeof(tests) / sizeof(*tests)};
