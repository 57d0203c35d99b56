/* The console: one's own files, and the servers. */
#include "console.h"

#define RIGHTS                                                                         \
	"can_view_file can_download_file can_upload_file can_rename_file "             \
	"can_delete_file "                                                             \
	"can_add_filesharelink"

static const char *
given_server(const char *name)
{
	return value("insert into storage.server (name, host, port, location, zone, "
		     "latitude, longitude, is_on, is_active) values ('%s', '%s.test', "
		     "9000, 'Perm', 'ural', 58, 56, true, true) returning id",
		name, name);
}

/* Nobody's files and servers. */
static void
clear(void)
{
	value("set client_min_messages = warning; truncate storage.file, "
	      "storage.server "
	      "cascade; delete from job.job");
}

static const struct answer *
send(const char *method, const char *path, const char *body, const char *cookie,
	const char *version)
{
	return call(method, text(API "%s", path), .body = body,
		.headers = {SAME_ORIGIN, cookie, version});
}

/* A file of whom given_console() has just made, of which this server has a copy. */
static const char *
given_file(const char *name, const char *server)
{
	const char *file =
		value("insert into storage.file (account_id, name, size) "
		      "select max(id), '%s', 5 from account.account returning "
		      "id",
			name);

	value("with v as (insert into storage.file_version (file_id, key, state, "
	      "announced_size, size, stored_at) values ('%s', '%s/' || "
	      "gen_random_uuid(), 'stored', 5, 5, now()) returning id, file_id), f as "
	      "(insert into storage.copy (version_id, server_id) select id, '%s' from "
	      "v) "
	      "select 1",
		file, file, server);
	value("update storage.file f set current_version = v.id from "
	      "storage.file_version v where v.file_id = f.id and f.id = '%s'",
		file);
	return file;
}

static void
a_file_tells_where_it_is_and_what_became_of_it(void **state)
{
	(void)state;
	clear();
	const char *cookie = given_console(RIGHTS, NULL),
		   *server = given_server("perm"),
		   *file = given_file("plan.pdf", server),
		   *path = text("/files/%s", file);
	const struct answer *a = get(path, cookie);

	assert_int_equal(a->status, 200);
	assert_string_equal(answer_text(a, "state"), "stored");
	assert_non_null(strstr(a->body, "\"server\" : \"perm\""));
	assert_int_equal(
		send("PUT", path, "{\"name\":\"other.pdf\"}", cookie, NULL)->status,
		200);
	a = get(path, cookie);
	assert_non_null(strstr(a->body, "FILE.RENAMED"));
	assert_non_null(strstr(get("/files?query=OTHER", cookie)->body, file));
	/* Somebody else's is none. */
	const char *other = given_console(RIGHTS, NULL);
	is_error(get(path, other), 404, "Console.Gone");
	assert_null(strstr(get("/files", other)->body, file));
	is_error(send("DELETE", path, NULL, other, NULL), 404, "Console.Gone");
	assert_int_equal(json_number(get("/me/usage", cookie)->json, "used"), 5);
	assert_int_equal(send("DELETE", path, NULL, cookie, NULL)->status, 204);
	is_error(get(path, cookie), 404, "Console.Gone");
}

static void
an_upload_in_parts_is_signed_for_its_owner(void **state)
{
	(void)state;
	clear();
	const char *cookie = given_console(RIGHTS, NULL);

	given_server("perm");
	const struct answer *a = post(
		"/files/upload", "{\"name\":\"film.mkv\",\"size\":99000000}", cookie);
	assert_int_equal(a->status, 200);
	const char *file =
		json_text(json_member(a->json, "file", json_type_object), "id");
	const char *path = text("/files/%s/parts", file);
	a = post(path, "{}", cookie);
	assert_int_equal(a->status, 200);
	assert_non_null(strstr(answer_text(a, "open"), "uploads"));
	a = post(path, "{\"upload_id\":\"a&b\",\"first\":3,\"count\":2}", cookie);
	struct json_object *parts = json_member(a->json, "parts", json_type_array);
	assert_int_equal(json_object_array_length(parts), 2);
	const char *first = json_object_get_string(json_object_array_get_idx(parts, 0));
	assert_non_null(strstr(first, file));
	assert_non_null(strstr(first, "partNumber=3&uploadId=a%26b"));
	is_error(post(path, "{}", given_console(RIGHTS, NULL)), 404, "Console.Gone");
	value("update storage.file_version set link_expires = now() - interval '1 "
	      "second'");
	is_error(post(path, "{}", cookie), 404, "Console.Gone");
}

static void
a_link_has_a_code_to_show(void **state)
{
	(void)state;
	clear();
	const char *cookie = given_console(RIGHTS, NULL),
		   *file = given_file("plan.pdf", given_server("perm"));
	const struct answer *a =
		post(text("/files/%s/links", file), "{\"lifetime\":3600}", cookie);

	assert_int_equal(a->status, 201);
	a = post(text("/files/%s/qr", file),
		text("{\"link\":\"%s\"}", answer_text(a, "id")), cookie);
	assert_int_equal(a->status, 200);
	assert_true(str_starts(answer_text(a, "svg"), "<svg "));
}

#define PERM                                                                           \
	"{\"name\":\"perm\",\"host\":\"perm.test\",\"port\":9000,\"location\":"        \
	"\"Perm\",\"zone\":\"ural\",\"latitude\":58,\"longitude\":56.2,\"is_on\":"     \
	"true,"                                                                        \
	"\"is_active\":%s}"

static void
a_server_is_added_asked_and_used(void **state)
{
	(void)state;
	clear();
	const char *op = given_console("can_operate", NULL);
	const struct answer *a = post("/servers", text(PERM, "false"), op);

	assert_int_equal(a->status, 201);
	const char *path = text("/servers/%s", answer_text(a, "id"));
	assert_int_equal(
		number("select count(*) from job.job where kind = 'server.prepare' or "
		       "kind = 'server.resync'") > 0,
		1);
	is_error(post("/servers", text(PERM, "false"), op), 409, "Server.Exists");
	a = get("/servers", op);
	struct json_object *row = json_object_array_get_idx(
		json_member(a->json, "servers", json_type_array), 0);
	assert_string_equal(json_text(row, "state"), "inactive");
	assert_string_equal(json_text(row, "health"), "unknown");
	const char *version =
		text("If-Match: \"%lld\"", (long long)json_number(row, "version"));
	is_error(send("PUT", path, text(PERM, "true"), op, NULL), 412,
		"Console.Changed");
	assert_int_equal(
		send("PUT", path, text(PERM, "true"), op, version)->status, 200);
	is_error(send("PUT", path, text(PERM, "true"), op, version), 412,
		"Console.Changed");
	assert_int_equal(
		number("select count(*) from account.audit where object_kind = "
		       "'server' and action in ('server.add', "
		       "'server.change')"),
		2);
}

static void
a_server_is_given_up_step_by_step(void **state)
{
	(void)state;
	clear();
	const char *op = given_console("can_operate " RIGHTS, NULL),
		   *perm = given_server("perm"), *omsk = given_server("omsk"),
		   *path = text("/servers/%s", perm);

	given_file("plan.pdf", perm);
	is_error(send("DELETE", path, NULL, op, NULL), 409, "Server.Needed");
	assert_int_equal(
		send("PUT", text("%s/leaving", path), "{\"leaves\":true}", op, NULL)
			->status,
		204);
	assert_non_null(strstr(get("/servers", op)->body, "\"sole\" : 1"));
	assert_int_equal(
		number("select count(*) from job.job where kind = 'copy.make'"), 1);
	assert_int_equal(
		send("PUT", text("%s/leaving", path), "{\"leaves\":false}", op, NULL)
			->status,
		204);
	value("insert into storage.copy (version_id, server_id) select id, '%s' from "
	      "storage.file_version",
		omsk);
	value("update account.session set proved_at = now() - interval '1 hour'");
	is_error(send("DELETE", path, NULL, op, NULL), 403, "Auth.FreshNeeded");
	assert_int_equal(
		post("/auth/fresh", "{\"proof\":\"Right12345\"}", op)->status, 204);
	assert_int_equal(send("DELETE", path, NULL, op, NULL)->status, 204);
	assert_non_null(strstr(get("/servers", op)->body, "\"deleted\""));
	is_error(send("DELETE", path, NULL, op, NULL), 404, "Console.Gone");
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		EDGE_TEST(a_file_tells_where_it_is_and_what_became_of_it),
		EDGE_TEST(an_upload_in_parts_is_signed_for_its_owner),
		EDGE_TEST(a_link_has_a_code_to_show),
		EDGE_TEST(a_server_is_added_asked_and_used),
		EDGE_TEST(a_server_is_given_up_step_by_step),
	};

	(void)argc;
	return edge_run("console files", tests, argv);
}
