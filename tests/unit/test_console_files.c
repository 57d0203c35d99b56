/* The console: one's own files, and the servers. */
#include <string.h>

#include "console.h"
#include "s3/sigv4.h"

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

/* What a browser sends along with a part. */
struct part_headers {
	const char *host, *length;
};

static const char *
part_header(const void *headers, const char *name)
{
	const struct part_headers *h = headers;

	return str_eq(name, "host")             ? h->host
	       : str_eq(name, "content-length") ? h->length
						: NULL;
}

/* Would a city take a part of so many bytes through this address? */
static enum err
sent_to(const char *address, const char *bytes)
{
	struct ctx c = {.now = utc_now()};
	const char *host = strstr(address, "://") + 3, *path = strchr(host, '/'),
		   *query = strchr(path, '?') + 1;
	const struct part_headers h = {text("%.*s", (int)(path - host), host), bytes};
	const struct s3_request q = {.method = "PUT",
		.path = text("%.*s", (int)(query - 1 - path), path),
		.query = query,
		.header = part_header,
		.headers = &h};
	const struct s3_key key = {.id = conf.s3_user,
		.secret = conf.s3_password,
		.region = conf.s3_region};
	struct s3_payload payload;

	enum err e = s3_check(&c, &q, &key, &payload);
	arena_end(&c.arena);
	return e;
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
	assert_int_equal(json_number(a->json, "part_bytes"), 8 << 20);
	/* What was announced is 11 parts of 8 MiB and a smaller one. */
	a = post(path, "{\"upload_id\":\"a&b\",\"first\":12,\"count\":5}", cookie);
	struct json_object *last = json_member(a->json, "parts", json_type_array);
	assert_int_equal(json_object_array_length(last), 1);
	const char *to = json_object_get_string(json_object_array_get_idx(last, 0));
	assert_int_equal(sent_to(to, "6725312"), OK);
	assert_int_equal(sent_to(to, "8388608"), E_S3_SIGNATURE);
	is_error(post(path, "{\"upload_id\":\"a\",\"first\":13,\"count\":1}", cookie),
		422, "Request.Validation");
	is_error(post(path, "{\"upload_id\":\"a\",\"count\":1}", cookie), 422,
		"Request.Validation");
	a = post(path, "{\"upload_id\":\"a&b\",\"first\":3,\"count\":2}", cookie);
	struct json_object *parts = json_member(a->json, "parts", json_type_array);
	assert_int_equal(json_object_array_length(parts), 2);
	const char *first = json_object_get_string(json_object_array_get_idx(parts, 0));
	assert_non_null(strstr(first, file));
	assert_non_null(strstr(first, "partNumber=3&uploadId=a%26b"));
	assert_int_equal(sent_to(first, "8388608"), OK);
	assert_int_equal(sent_to(first, "8388609"), E_S3_SIGNATURE);
	is_error(post(path, "{}", given_console(RIGHTS, NULL)), 404, "Console.Gone");
}

/* How long the newest upload may last from its beginning, in minutes. */
static int64_t
minutes(void)
{
	return number("select round(extract(epoch from link_expires - created) / 60) "
		      "from storage.file_version");
}

static int64_t
looks(void)
{
	return number("select count(*) from job.job where kind = 'upload.poll' and "
		      "subject = (select id::text from storage.file_version)");
}

static void
an_upload_in_parts_goes_on_and_comes_to_an_end(void **state)
{
	(void)state;
	clear();
	const char *cookie = given_console(RIGHTS, NULL);

	given_server("perm");
	const struct answer *a = post(
		"/files/upload", "{\"name\":\"film.mkv\",\"size\":99000000}", cookie);
	const char *path = text("/files/%s/parts",
		json_text(json_member(a->json, "file", json_type_object), "id"));
	/* Its link has expired long ago: it goes on, and somebody looks whether it has
	 * come. */
	value("update storage.file_version set created = now() - interval '2 hours', "
	      "link_expires = now() - interval '105 minutes'");
	assert_int_equal(looks(), 0);
	assert_int_equal(
		post(path, "{\"upload_id\":\"a\",\"first\":1,\"count\":1}", cookie)
			->status,
		200);
	assert_int_equal(minutes(), 135);
	assert_true(number("select (link_expires > now())::int from "
			   "storage.file_version"));
	assert_int_equal(looks(), 0);
	a = post(path, "{\"upload_id\":\"a\",\"first\":1,\"count\":0}", cookie);
	assert_int_equal(a->status, 200);
	assert_int_equal(looks(), 1);
	assert_int_equal(post(path, "{}", cookie)->status, 200);
	assert_int_equal(looks(), 1);
	/* Not for ever. */
	value("update storage.file_version set created = now() - interval '1439 "
	      "minutes', link_expires = now() - interval '1 minute'");
	assert_int_equal(post(path, "{}", cookie)->status, 200);
	assert_int_equal(minutes(), 1440);
	value("update storage.file_version set created = now() - interval '25 hours'");
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

static void
a_password_that_cannot_be_hashed_is_none(void **state)
{
	(void)state;
	clear();
	const char *cookie = given_console(RIGHTS, NULL),
		   *file = given_file("plan.pdf", given_server("perm")),
		   *links = text("/files/%s/links", file);
	const char *link = answer_text(post(links, "{}", cookie), "id");
	int64_t memory = conf.account_argon2_memory;

	conf.account_argon2_memory = 32;
	assert_int_equal(post(links, "{\"password\":\"abc\"}", cookie)->status, 500);
	assert_int_equal(
		post(text("/links/%s", link), "{\"password\":\"abc\"}", cookie)->status,
		500);
	conf.account_argon2_memory = memory;
	assert_int_equal(number("select count(*) from storage.link"), 1);
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
	value("update account.session set proved_at = null");
	is_error(post("/servers", text(PERM, "false"), op), 403, "Auth.FreshNeeded");
	is_error(send("PUT", path, text(PERM, "true"), op, "If-Match: *"), 403,
		"Auth.FreshNeeded");
	value("update account.session set proved_at = now()");
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
	/* One that is switched off can be given up, too. */
	value("update storage.server set is_on = false where id = '%s'", perm);
	assert_non_null(strstr(get("/servers", op)->body, "\"state\" : \"leaving\""));
	value("update storage.server set is_on = true where id = '%s'", perm);
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
		EDGE_TEST(an_upload_in_parts_goes_on_and_comes_to_an_end),
		EDGE_TEST(a_password_that_cannot_be_hashed_is_none),
		EDGE_TEST(a_link_has_a_code_to_show),
		EDGE_TEST(a_server_is_added_asked_and_used),
		EDGE_TEST(a_server_is_given_up_step_by_step),
	};

	(void)argc;
	return edge_run("console files", tests, argv);
}
