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
	assert_int_equal(
		number("select count(*) from storage.server where zone = 'zone'"), 1);
}

/* -- where a file is read from */

/* A file of the account that was made last: New York, Boston and Dallas have it. */
static const char *
given_held_file(int64_t bytes)
{
	const char *file = value(
		"insert into storage.file (account_id, name, size) select max(id), "
		"'%s', %lld from account.account returning id",
		unique("file"), (long long)bytes);

	value("with version as ("
	      "insert into storage.file_version (file_id, key, announced_size, size, "
	      "state, stored_at) "
	      "select id, id || '/v', size, size, 'stored', now() from storage.file "
	      "where id = '%s' returning id"
	      "), city as ("
	      "insert into storage.server (name, host, port, location, zone, latitude, "
	      "longitude, is_on, is_active) "
	      "select name, name || '.test', 9, name, 'east', lat, long, true, true "
	      "from (values ('new-york', 40.7, -74), ('boston', 42.4, -71), "
	      "('dallas', 32.8, -96.8)) v (name, lat, long) "
	      "on conflict (lower(name)) where deleted_at is null do update "
	      "set is_on = true returning id"
	      "), copies as ("
	      "insert into storage.copy (version_id, server_id) "
	      "select version.id, city.id from version, city"
	      ") update storage.file f set current_version = v.id from version v "
	      "where f.id = '%s' returning f.id",
		file, file);
	return file;
}

/* The city that somebody in New York gets it from. */
static const char *
city_read_from(const char *who, const char *file)
{
	const struct answer *a = call("GET", text(BASE "/files/%s/", file),
		.headers = {who, "X-Samovar-Position: 40.7,-74"});
	const char *link = answer_text(a, "link");
	static char city[40];

	assert_int_equal(a->status, 200);
	assert_int_equal(sscanf(link, "http://%39[a-z-].test:9/", city), 1);
	return city;
}

static void
what_is_nearest_is_read_from(void **state)
{
	const char *who = given_person("can_view_file can_download_file"),
		   *file = given_held_file(1);

	(void)state;
	conf.storage_geo = "header";
	for (int i = 0; i < 6; i++)
		assert_string_equal(city_read_from(who, file), "new-york");
}

static void
near_servers_share_the_readers(void **state)
{
	const char *who = given_person("can_view_file can_download_file"),
		   *small = given_held_file(1), *large = given_held_file(1 << 30);

	(void)state;
	conf.storage_geo = "header";
	conf.storage_pick = "least_loaded";
	for (int i = 0; i < 5; i++) {
		assert_string_equal(city_read_from(who, small), "new-york");
		assert_string_equal(city_read_from(who, small), "boston");
	}

	conf.storage_pick_distance = 300; /* Boston is 307 km away */
	for (int i = 0; i < 3; i++)
		assert_string_equal(city_read_from(who, small), "new-york");
	conf.storage_pick_distance = 500;

	empty_cache();
	assert_string_equal(city_read_from(who, large), "new-york");
	for (int i = 0; i < 9; i++)
		assert_string_equal(city_read_from(who, small), "boston");
	conf.storage_pick = "nearest";
}

static void
a_server_that_is_down_shares_nothing(void **state)
{
	const char *who = given_person("can_view_file can_download_file"),
		   *file = given_held_file(1);

	(void)state;
	value("insert into storage.health (server_id, is_up) select id, false from "
	      "storage.server where name = 'boston' returning server_id");
	conf.storage_geo = "header";
	conf.storage_pick = "least_loaded";
	conf.storage_pick_distance = 20000;
	empty_cache();
	for (int i = 0; i < 4; i++)
		assert_string_not_equal(city_read_from(who, file), "boston");
	conf.storage_pick_distance = 500;
	conf.storage_pick = "nearest";
	value("delete from storage.health returning server_id");
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
		EDGE_TEST(what_is_nearest_is_read_from),
		EDGE_TEST(near_servers_share_the_readers),
		EDGE_TEST(a_server_that_is_down_shares_nothing),
	};

	(void)argc;
	return edge_run("storage", tests, argv);
}
