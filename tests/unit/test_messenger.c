/* What the phones' API answers: docs/openapi/messenger.yaml. */
#include "messenger.h"

static void
ping_answers_in_the_envelope(void **state)
{
	const struct answer *a = call("GET", PHONE "/ping");

	(void)state;
	is_case(a, 200, "ping.success");
	assert_string_equal(answer_header(a, "Server"), "Backend Core");
	assert_non_null(answer_header(a, "X-Recruit-Header"));
	is_case(call("GET", PHONE "/ping/"), 200, "ping.success");
	is_case(call("POST", PHONE "/ping"), 405, "http.mtd_forbidden");
	is_case(call("GET", PHONE "/pong"), 404, "http.not_found");
	a = call("HEAD", PHONE "/ping");
	assert_int_equal(a->status, 200);
	assert_int_equal(a->size, 0);
}

static void
the_programme_stays_where_it_is(void **state)
{
	const struct answer *a = call("GET", "/api/ping");

	(void)state;
	assert_int_equal(a->status, 200);
	assert_string_equal(a->body, "{\"API\":\"OK\"}");
	assert_int_equal(call("GET", "/api/developers")->status, 404);
	assert_null(answer_text(call("GET", "/api/developers"), "sub_code"));
}

static void
options_names_what_there_is(void **state)
{
	const struct answer *a = call("OPTIONS", PHONE "/ping");

	(void)state;
	is_case(a, 200, "http.ok");
	assert_string_equal(answer_header(a, "Allow"), "get, head, options");
	is_case(call("OPTIONS", PHONE "/pong"), 404, "http.not_found");
}

static void
browsers_of_the_service_may_call(void **state)
{
	const struct answer *a = call("GET", PHONE "/ping");

	(void)state;
	assert_string_equal(
		answer_header(a, "Access-Control-Allow-Origin"), "https://127.0.0.1");
	assert_string_equal(
		answer_header(a, "Access-Control-Expose-Headers"), "X-Recruit-Header");
	a = call("GET", PHONE "/ping", .headers = {"Origin: https://evil.example"});
	assert_null(answer_header(a, "Access-Control-Allow-Origin"));
	a = call("OPTIONS", PHONE "/ping",
		.headers = {"Origin: https://127.0.0.1",
			"Access-Control-Request-Method: GET",
			"Access-Control-Request-Headers: x-csrf-token"});
	assert_string_equal(
		answer_header(a, "Access-Control-Allow-Headers"), "x-csrf-token");
}

static void
a_development_key_is_asked_for_where_one_is_set(void **state)
{
	const struct answer *a;

	(void)state;
	is_case(call("GET", PHONE "/ping", .headers = {"X-Development-Key: any"}), 200,
		"ping.success");
	conf.messenger_development_key = "the-key";
	is_case(call("GET", PHONE "/ping", .headers = {"X-Development-Key: the-key"}),
		200, "ping.success");
	a = call("GET", PHONE "/ping");
	is_case(a, 200, "user.sign_out");
	assert_non_null(strstr(a->head,
		"Set-Cookie: refresh_token=DUMMY; path=/api/dev/account; Expires=Thu, "
		"01 Jan 1970 00:00:00 GMT; SameSite=Lax; HttpOnly\r\n"));
	assert_non_null(strstr(
		a->head, "Set-Cookie: admin_token=DUMMY; path=/api/dev/admin; "));
	assert_string_equal(answer_header(a, "Access-Control-Expose-Headers"),
		"Set-Cookie, Set-Cookie");
	is_case(call("GET", PHONE "/nothing"), 200, "user.sign_out");
	conf.messenger_development_key = "";
}

static void
too_many_requests_wait_for_their_turn(void **state)
{
	const char *phone = "REMOTE_ADDR=198.51.100.7";
	int64_t burst = conf.messenger_address_burst,
		rate = conf.messenger_address_rate;

	(void)state;
	conf.messenger_address_burst = 3;
	conf.messenger_address_rate = 1;
	for (int i = 0; i < 3; i++)
		is_case(call("GET", PHONE "/ping", .params = {phone}), 200,
			"ping.success");
	const struct answer *a = call("GET", PHONE "/ping", .params = {phone});
	is_case(a, 429, "request.rate_limit");
	assert_string_equal(answer_header(a, "Retry-After"), "1");
	is_case(call("GET", PHONE "/ping", .params = {"REMOTE_ADDR=198.51.100.8"}), 200,
		"ping.success");
	conf.messenger_address_burst = burst;
	conf.messenger_address_rate = rate;
}

/* Programs read the sub_code, people the message. */
static void
what_was_wrong_is_said_in_the_caller_s_language(void **state)
{
	static const struct {
		const char *header, *message;
	} wanted[] = {{"X-1: 1", "존재하지 않는 주소입니다"},
		{"Accept-Language: ru-RU,ru;q=0.9", "Такого адреса здесь нет"},
		{"Accept-Language: de, en;q=0.5", "no such address"},
		{"Accept-Language: en;q=0.1, RU", "Такого адреса здесь нет"}};

	(void)state;
	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++) {
		const struct answer *a =
			call("GET", "/api/dev/nowhere", .headers = {wanted[i].header});

		assert_int_equal(a->status, 404);
		assert_string_equal(answer_text(a, "message"), wanted[i].message);
	}
}

static const struct CMUnitTest tests[] = {
	EDGE_TEST(what_was_wrong_is_said_in_the_caller_s_language),
	EDGE_TEST(ping_answers_in_the_envelope),
	EDGE_TEST(the_programme_stays_where_it_is),
	EDGE_TEST(options_names_what_there_is),
	EDGE_TEST(browsers_of_the_service_may_call),
	EDGE_TEST(a_development_key_is_asked_for_where_one_is_set),
	EDGE_TEST(too_many_requests_wait_for_their_turn),
};

int
main(int argc, char **argv)
{
	(void)argc;
	return edge_run("messenger", tests, argv);
}
