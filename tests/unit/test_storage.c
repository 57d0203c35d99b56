/* Files, links and servers of the file store: what is refused, value by value. */
#include "edge.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))
#define BASE "/storage/api/v1"

/* 400 whose detail has all of these words. */
static void
is_invalid(const struct answer *a, const char *where, const char *words)
{
	const char *detail = answer_text(a, "detail");

	if (a->status != 400 ||
		!str_eq(answer_text(a, "error"), "Request.Error.Validation") ||
		detail == NULL || strstr(detail, where) == NULL ||
		strstr(detail, words) == NULL)
		fail_msg("%s: %d %s", where, a->status, a->body);
}

/* -- upload links */

static void
a_name_or_size_that_is_none_is_invalid(void **state)
{
	const char *const bodies[] = {"{\"size\":5}", "{\"name\":\"a\"}",
		"{\"name\":\"\",\"size\":5}",
		text("{\"name\":\"%s\",\"size\":5}", repeated("x", 256)),
		"{\"name\":\"a\\nb\",\"size\":5}",
		"{\"name\":\"a\\u0000b\",\"size\":5}",
		"{\"name\":\"\\u007f\",\"size\":5}",
		"{\"name\":\"a\\u0080\",\"size\":5}", "{\"name\":\"a\",\"size\":-1}",
		"{\"name\":\"a\",\"size\":9223372036854775808}",
		"{\"name\":\"a\",\"size\":1.5}", "{\"name\":\"a\",\"size\":\"many\"}",
		"{\"name\":\"a\",\"size\":null}", "{\"name\":null,\"size\":5}",
		"{\"name\":[\"a\"],\"size\":5}", "{\"name\":\"a\",\"size\":[5]}"};
	const char *who = given_person("can_upload_file");

	(void)state;
	for (size_t i = 0; i < COUNT(bodies); i++)
		is_invalid(call("POST", BASE "/files/upload/", .body = bodies[i],
				   .headers = {who}),
			"body", "");
	assert_int_equal(number("select count(*) from storage.file"), 0);
}

/* -- share links */

/* A live file of the account that was made last. */
static const char *
given_file(void)
{
	return value("insert into storage.file (account_id, name, size) "
		     "select max(id), 'a.txt', 1 from account.account returning id");
}

static void
what_is_no_lifetime_is_invalid(void **state)
{
	static const char *const bodies[] = {"{\"lifetime\":0}", "{\"lifetime\":-1}",
		"{\"lifetime\":1e18}", "{\"lifetime\":1000000000000}",
		"{\"lifetime\":\"x\"}", "{\"lifetime\":1.5}", "{\"password\":5.5}",
		"[]", "\"x\""};
	const char *who = given_person("can_add_filesharelink"),
		   *links = text(BASE "/files/%s/links/", given_file());

	(void)state;
	assert_int_equal(
		call("POST", links, .body = "{\"lifetime\":3600}", .headers = {who})
			->status,
		201);
	for (size_t i = 0; i < COUNT(bodies); i++)
		is_invalid(call("POST", links, .body = bodies[i], .headers = {who}),
			"body", "");
}

/* Whoever asks for an end in words of their own must not get a link for ever. */
static void
what_would_be_believed_to_hold_is_told(void **state)
{
	static const char *const names[][2] = {{"expire_at", "lifetime"},
		{"expireAt", "lifetime"}, {"expires_in", "lifetime"},
		{"Expiration", "lifetime"}, {"ttl", "lifetime"},
		{"valid_until", "lifetime"}, {"days", "lifetime"},
		{"life_time", "lifetime"}, {"Password", "password"},
		{"pass", "password"}, {"passphrase", "password"},
		{"max_downloads", "any number"}, {"is_secured", "password"},
		{"protected", "password"}, {"single_use", "any number"},
		{"delete_after", "lifetime"}, {"validity", "lifetime"},
		{"end", "lifetime"}, {"limit", "any number"}, {"code", "password"},
		{"comment", "may have"}};
	const char *who = given_person("can_add_filesharelink"), *file = given_file();

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++)
		is_invalid(call("POST", text(BASE "/files/%s/links/", file),
				   .body = text("{\"%s\":\"2026-12-24T18:00:00Z\"}",
					   names[i][0]),
				   .headers = {who}),
			text("body -> %s", names[i][0]), names[i][1]);
	assert_int_equal(
		number("select count(*) from storage.link where file_id = '%s'", file),
		0);
}

static void
null_and_false_promise_nothing(void **state)
{
	static const char *const bodies[] = {
		"{\"is_secured\":false,\"single_use\":false}",
		"{\"expire_at\":null,\"max_downloads\":null,\"comment\":null}"};
	const char *who = given_person("can_add_filesharelink"),
		   *links = text(BASE "/files/%s/links/", given_file());

	(void)state;
	for (size_t i = 0; i < COUNT(bodies); i++)
		assert_int_equal(
			call("POST", links, .body = bodies[i], .headers = {who})
				->status,
			201);
}

/* -- servers */

static const char *const members[][2] = {{"name", NULL}, {"host", "\"127.0.0.1\""},
	{"port", "9"}, {"location", "\"Nowhere\""}, {"zone", "\"zone\""},
	{"latitude", "1.5"}, {"longitude", "-2.25"}, {"is_on", "false"},
	{"is_active", "false"}};

/* A good server, but for one member. */
static const char *
server(const char *name, const char *json)
{
	const char *out = "";

	for (size_t i = 0; i < COUNT(members); i++)
		out = text("%s%s\"%s\":%s", out, i == 0 ? "" : ",", members[i][0],
			str_eq(members[i][0], name) ? json
			: i == 0                    ? text("\"%s\"", unique("city"))
						    : members[i][1]);
	return text("{%s}", out);
}

static void
what_is_no_server_is_invalid(void **state)
{
	const char *const changes[][2] = {{"port", "0"}, {"port", "65536"},
		{"port", "\"x\""}, {"latitude", "90.01"}, {"latitude", "-91"},
		{"longitude", "180.5"}, {"longitude", "null"}, {"name", "\"\""},
		{"name", "\"a b\""}, {"name", "\"a.b\""}, {"name", "\"ё\""},
		{"name", text("\"%s\"", repeated("-", 65))}, {"host", "\"\""},
		{"host", "\"a/b\""}, {"host", "\"a b\""}, {"host", "null"},
		{"host", "\"[:::\""}, {"host", "\"host/..\""}, {"host", "\"-x\""},
		{"host", "\"a..b\""}, {"host", "\"a:9\""}, {"host", "\"[::1]:9\""},
		{"host", "\"1.2.3\""}, {"host", text("\"%s\"", repeated("x", 64))},
		{"host", "\"a@b\""}, {"is_on", "\"maybe\""}, {"is_on", "null"},
		{"zone", "null"}, {"zone", "\"\""}, {"zone", "\"  \""},
		{"location", "5.5"}, {"location", "\"\""}, {"location", "\"a\\nb\""}};
	const char *who = given_person("can_add_cdnserver can_change_cdnserver");
	const struct answer *made = call(
		"POST", BASE "/servers/", .body = server("", ""), .headers = {who});

	(void)state;
	assert_int_equal(made->status, 201);
	for (size_t i = 0; i < COUNT(changes); i++) {
		const char *body = server(changes[i][0], changes[i][1]),
			   *where = text("body -> %s", changes[i][0]);

		is_invalid(
			call("POST", BASE "/servers/", .body = body, .headers = {who}),
			where, "");
		is_invalid(
			call("PUT", text(BASE "/servers/%s/", answer_text(made, "id")),
				.body = body, .headers = {who}),
			where, "");
	}
	assert_int_equal(number("select count(*) from storage.server"), 1);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		EDGE_TEST(a_name_or_size_that_is_none_is_invalid),
		EDGE_TEST(what_is_no_lifetime_is_invalid),
		EDGE_TEST(what_would_be_believed_to_hold_is_told),
		EDGE_TEST(null_and_false_promise_nothing),
		EDGE_TEST(what_is_no_server_is_invalid),
	};

	(void)argc;
	return edge_run("storage", tests, argv);
}
