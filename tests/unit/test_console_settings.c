/* The console: settings. */
#include "console.h"

#include <stdio.h>
#include <unistd.h>

static char file[64];

static void
given_no_file(void)
{
	snprintf(file, sizeof(file), "/tmp/samovar-settings-%d", (int)getpid());
	unlink(file);
	unlink(text("%s.before", file));
	conf.console_settings_file = file;
}

static const char *
version_of(const char *cookie)
{
	const struct answer *a = get("/settings", cookie);

	assert_int_equal(a->status, 200);
	return text("If-Match: \"%lld\"", (long long)json_number(a->json, "version"));
}

static const struct answer *
set(const char *cookie, const char *name, const char *value, const char *version)
{
	return call("PUT", text(API "/settings/%s", name),
		.body = text("{\"value\":\"%s\"}", value),
		.headers = {SAME_ORIGIN, cookie, version});
}

static const char *
written(const char *path)
{
	char line[2000] = "";
	FILE *f = fopen(path, "re");

	if (f == NULL)
		return "";
	size_t n = fread(line, 1, sizeof(line) - 1, f);
	fclose(f);
	line[n] = '\0';
	return text("%s", line);
}

static void
all_are_shown_and_no_secret(void **state)
{
	(void)state;
	given_no_file();
	const struct answer *a = get("/settings", given_console("can_operate", NULL));

	assert_int_equal(a->status, 200);
	assert_true(json_object_array_length(
			    json_member(a->json, "settings", json_type_array)) > 150);
	assert_non_null(strstr(a->body, "\"name\":\"programme.review_undo\""));
	assert_non_null(
		strstr(a->body, "\"least\":\"1m\",\"most\":\"1g\",\"words\":null"));
	assert_non_null(strstr(a->body, "\"words\":\"off later before\""));
	assert_null(strstr(a->body, conf.token_secret));
}

static void
one_is_set_taken_back_and_noted(void **state)
{
	(void)state;
	given_no_file();
	const char *op = given_console("can_operate", NULL), *seen = version_of(op);

	is_error(set(op, "programme.review_undo", "15", NULL), 412, "Console.Changed");
	assert_int_equal(set(op, "programme.review_undo", "15", seen)->status, 204);
	is_error(set(op, "programme.review_undo", "16", seen), 412, "Console.Changed");
	assert_int_equal(
		set(op, "site.cors_origins", "https://a.test", "If-Match: *")->status,
		204);
	assert_non_null(strstr(written(file), "[programme]\nreview_undo = 15\n"));
	assert_non_null(strstr(written(file), "cors_origins = https://a.test\n"));
	assert_non_null(strstr(get("/settings", op)->body,
		"{\"name\":\"programme.review_undo\",\"value\":\"15\"}"));
	assert_int_equal(number("select count(*) from account.audit where action = "
				"'setting.change' and object_id = "
				"'programme.review_undo' and data->'after'->>'value' = "
				"'15'"),
		1);
	const struct answer *a = call("POST", API "/settings/undo",
		.headers = {SAME_ORIGIN, op, version_of(op)});
	assert_int_equal(a->status, 204);
	assert_null(strstr(written(file), "cors_origins"));
	assert_string_equal(
		value("select data->>'before' || (data->>'after') from account.audit "
		      "where action = 'setting.undo'"),
		"{\"site.cors_origins\": \"https://a.test\"}{}");
	a = call("DELETE", API "/settings/programme.review_undo",
		.headers = {SAME_ORIGIN, op, version_of(op)});
	assert_int_equal(a->status, 204);
	assert_null(strstr(written(file), "review_undo"));
	a = call("DELETE", API "/settings/programme.review_undo",
		.headers = {SAME_ORIGIN, op, "If-Match: *"});
	is_error(a, 404, "Console.Gone");
}

static void
what_will_not_do_is_refused(void **state)
{
	(void)state;
	static const char *const wrong[][2] = {{"programme.review_undo", "soon"},
		{"nothing.at_all", "1"}, {"db.host", "elsewhere"},
		{"token.secret", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},
		{"console.settings_file", "/etc/passwd"},
		{"site.cors_origins", "a\\n[token]\\nsecret = x"},
		{"account.confirm_email", "perhaps"}, {"fcgi.max_requests", "0"},
		{"fcgi.max_body", "32k"}, {"console.idle", "5m"},
		{"console.fresh", "1"}, {"account.sign_in_per_address", "0"},
		{"account.argon2_memory", "32"}, {"account.argon2_memory", "2g"},
		{"account.argon2_passes", "0"}, {"console.second_factor", "always"},
		{"console.second_factor", ""}};

	given_no_file();
	const char *op = given_console("can_operate", NULL);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		is_error(set(op, wrong[i][0], wrong[i][1], "If-Match: *"), 422,
			"Request.Validation");
	assert_string_equal(written(file), "");
	value("update account.session set proved_at = null");
	is_error(set(op, "programme.review_undo", "15", "If-Match: *"), 403,
		"Auth.FreshNeeded");
	conf.console_settings_file = "";
	op = given_console("can_operate", NULL);
	is_error(set(op, "programme.review_undo", "15", "If-Match: *"), 409,
		"Console.Conflict");
	assert_int_equal(get("/settings", op)->status, 200);
}

static void
it_is_said_what_would_do(void **state)
{
	(void)state;
	assert_string_equal(conf_refuse("console.idle", "5m"), "must be 10m at least");
	assert_string_equal(
		conf_refuse("account.argon2_memory", "32"), "must be 1m to 1g");
	assert_string_equal(conf_refuse("console.second_factor", "x"),
		"must be one of: optional photos");
	assert_string_equal(
		conf_refuse("console.idle", "soon"), "cannot be read, expected: s");
	assert_null(conf_refuse("console.idle", "10m"));
	assert_null(conf_refuse("console.second_factor", "photos"));
}

/* The text of a file of settings with this line. */
static bool
loads_with(const char *line)
{
	const char *path = text("/tmp/samovar-conf-%d", (int)getpid());
	FILE *f = fopen(path, "we");
	struct conf saved = conf;

	assert_non_null(f);
	fprintf(f, "%s\n", line);
	fclose(f);
	bool good = conf_load(path, NULL);
	unlink(path);
	conf_load(NULL, NULL);
	conf = saved;
	return good;
}

static void
no_program_starts_out_of_bounds(void **state)
{
	(void)state;
	assert_true(loads_with("[fcgi]\nconnections = 1"));
	assert_false(loads_with("[fcgi]\nconnections = 0"));
	assert_false(loads_with("[fcgi]\nmax_requests = 0"));
	assert_false(loads_with("[console]\nsecond_factor = always"));
	/* As older .env files have it. */
	assert_true(loads_with("[log]\nlevel = WARNING"));
}

static void
a_change_waits_until_the_rest_can_be_read(void **state)
{
	(void)state;
	int64_t before = conf.programme_review_undo;

	given_no_file();
	setenv("SAMOVAR_CONSOLE_SETTINGS_FILE", file, 1);
	assert_int_equal(set(given_console("can_operate", NULL),
				 "programme.review_undo", "78", "If-Match: *")
				 ->status,
		204);
	setenv("SAMOVAR_FCGI_MAX_REQUESTS", "0", 1);
	assert_false(conf_reload());
	assert_true(conf_own_changed());
	assert_int_equal(conf.programme_review_undo, before);
	unsetenv("SAMOVAR_FCGI_MAX_REQUESTS");
	assert_true(conf_reload());
	assert_false(conf_own_changed());
	assert_int_equal(conf.programme_review_undo, 78);
	unlink(file);
	assert_true(conf_reload());
	unsetenv("SAMOVAR_CONSOLE_SETTINGS_FILE");
}

static void
a_program_takes_over_what_the_file_says(void **state)
{
	(void)state;
	int64_t before = conf.programme_review_undo;
	const char *host = conf.db_host, *op;

	given_no_file();
	op = given_console("can_operate", NULL);
	assert_int_equal(
		set(op, "programme.review_undo", "77", "If-Match: *")->status, 204);
	FILE *f = fopen(file, "ae");
	assert_non_null(f);
	fputs("[db]\nhost = elsewhere\n[programme]\nreview_claim = soon\n", f);
	fclose(f);
	setenv("SAMOVAR_CONSOLE_SETTINGS_FILE", file, 1);
	assert_true(conf_own_changed());
	assert_true(conf_reload());
	assert_false(conf_own_changed());
	assert_int_equal(conf.programme_review_undo, 77);
	assert_string_equal(conf.db_host, host);
	unlink(file);
	assert_true(conf_own_changed());
	assert_true(conf_reload());
	assert_int_equal(conf.programme_review_undo, before);
	unsetenv("SAMOVAR_CONSOLE_SETTINGS_FILE");
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		EDGE_TEST(all_are_shown_and_no_secret),
		EDGE_TEST(one_is_set_taken_back_and_noted),
		EDGE_TEST(what_will_not_do_is_refused),
		EDGE_TEST(it_is_said_what_would_do),
		EDGE_TEST(no_program_starts_out_of_bounds),
		EDGE_TEST(a_change_waits_until_the_rest_can_be_read),
		EDGE_TEST(a_program_takes_over_what_the_file_says),
	};

	(void)argc;
	int rc = edge_run("console settings", tests, argv);
	unlink(file);
	unlink(text("%s.before", file));
	return rc;
}
