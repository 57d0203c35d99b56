/* The console: sign-in, the second factor, the pulse; people, the audit, oneself. */
#include "console.h"

#include <liboath/oath.h>
#include <time.h>

/* -- sign-in */

static void
one_signs_in_by_name_or_by_address(void **state)
{
	(void)state;
	const char *cookie = given_console("", NULL), *name = last_name();
	const struct answer *a = get("/me", cookie);

	assert_int_equal(a->status, 200);
	assert_string_equal(answer_text(a, "username"), name);
	assert_string_equal(answer_header(a, "Cache-Control"), "private, no-store");
	a = sign_in(text("%s@EXAMPLE.com", name), "Right12345", NULL);
	assert_int_equal(get("/me", cookie_of(a))->status, 200);
	is_error(sign_in(name, "Wrong12345", NULL), 401, "Auth.Credentials");
	is_error(sign_in("nobody-at-all", "Wrong12345", NULL), 401, "Auth.Credentials");
}

static void
the_cookie_is_no_scripts_and_no_other_sites(void **state)
{
	(void)state;
	given_console("", NULL);
	const char *name = last_name(), *url = conf.site_url;
	const char *set =
		answer_header(sign_in(name, "Right12345", NULL), "Set-Cookie");

	assert_true(str_starts(set, "samovar="));
	assert_non_null(strstr(set, "; Path=/; HttpOnly; SameSite=Strict"));
	assert_null(strstr(set, "Secure"));
	conf.site_url = "https://localhost";
	const struct answer *a = sign_in(name, "Right12345", NULL);
	set = answer_header(a, "Set-Cookie");
	assert_true(str_starts(set, "__Host-samovar="));
	assert_non_null(strstr(set, "; Path=/; HttpOnly; SameSite=Strict; Secure"));
	assert_int_equal(get("/me", cookie_of(a))->status, 200);
	conf.site_url = url;
}

static void
a_sign_in_ends_the_older_one_of_the_browser(void **state)
{
	(void)state;
	const char *old = given_console("", NULL), *name = last_name();
	const char *other = cookie_of(sign_in(name, "Right12345", NULL)),
		   *new = cookie_of(sign_in(name, "Right12345", old));

	assert_string_not_equal(old, new);
	is_error(get("/me", old), 401, "Auth.Expired");
	assert_int_equal(get("/me", new)->status, 200);
	assert_int_equal(get("/me", other)->status, 200);
}

static void
a_cookie_that_the_server_has_not_made_becomes_no_session(void **state)
{
	(void)state;
	given_console("", NULL);
	const char *theirs = text("Cookie: samovar=%s", repeated("ab", 32));
	const char *mine = cookie_of(sign_in(last_name(), "Right12345", theirs));

	assert_string_not_equal(mine, theirs);
	is_error(get("/me", theirs), 401, "Auth.Expired");
}

static void
the_table_has_nothing_to_sign_in_with(void **state)
{
	(void)state;
	const char *cookie = given_console("", NULL), *secret = strchr(cookie, '=') + 1;

	assert_int_equal(strlen(secret), 64);
	assert_int_equal(
		number("select count(*) from account.session s where to_jsonb(s)::text "
		       "like '%%%.12s%%'",
			secret),
		0);
	const char *jti =
		value("select replace(jti::text, '-', '') from account.session "
		      "order by created desc, expires desc limit 1");
	is_error(get("/me", text("Cookie: samovar=%s%s", jti, jti)), 401,
		"Auth.Expired");
}

static void
signing_out_ends_it(void **state)
{
	(void)state;
	const char *cookie = given_console("", NULL);
	const struct answer *a = post("/auth/logout", NULL, cookie);

	assert_int_equal(a->status, 204);
	assert_non_null(strstr(answer_header(a, "Set-Cookie"), "Max-Age=0"));
	is_error(get("/me", cookie), 401, "Auth.Expired");
}

static int64_t
minutes_left(void)
{
	return number("select (extract(epoch from expires - now()) / 60)::int from "
		      "account.session where account_id = (select max(id) from "
		      "account.account)");
}

static void
twelve_hours_without_a_hand_end_it(void **state)
{
	(void)state;
	const char *cookie = given_console("", NULL);

	assert_in_range(minutes_left(), 719, 720);
	value("update account.session set expires = expires - interval '1 hour' where "
	      "account_id = (select max(id) from account.account)");
	assert_int_equal(get("/pulse?topics=jobs", cookie)->status, 200);
	call("GET", API "/today", .headers = {cookie, "Samovar-Background: 1"});
	assert_in_range(minutes_left(), 659, 660);
	assert_int_equal(get("/me", cookie)->status, 200);
	assert_in_range(minutes_left(), 719, 720);
	value("update account.session set expires = now() where account_id = (select "
	      "max(id) from account.account)");
	empty_cache();
	conf.token_near_time = 0;
	is_error(get("/me", cookie), 401, "Auth.Expired");
	conf.token_near_time = 1000;
}

static void
anybody_sees_whose_site_it_is(void **state)
{
	(void)state;
	const char *was = conf.site_name;

	conf.site_name = "Дом <b>";
	const struct answer *a = get("/site", NULL);
	assert_int_equal(a->status, 200);
	assert_string_equal(answer_text(a, "name"), "Дом <b>");
	assert_int_equal(json_number(a->json, "lock"), 1800);
	conf.site_name = was;
}

static void
who_is_blocked_is_out_at_once(void **state)
{
	(void)state;
	const char *cookie = given_console("can_operate", NULL), *name = last_name();
	const char *manager = given_member(SUPERUSER);

	assert_int_equal(get("/me", cookie)->status, 200);
	const struct answer *a = call("POST",
		text("/people/api/v1/people/%s/block",
			value("select uuid from account.account where username = '%s'",
				name)),
		.body = "{}", .headers = {manager});
	assert_int_equal(a->status, 200);
	is_error(get("/me", cookie), 401, "Auth.Expired");
	is_error(sign_in(name, "Right12345", NULL), 403, "Auth.Blocked");
}

static void
it_leaves_a_sign_in_at_the_file_store_alone(void **state)
{
	(void)state;
	const char *token = given_person("can_view_file"), *name = last_name();

	cookie_of(sign_in(name, "Right12345", NULL));
	assert_int_equal(
		call("GET", "/storage/api/v1/files/", .headers = {token})->status, 200);
}

static void
one_is_told_what_one_may(void **state)
{
	(void)state;
	const struct answer *a = get("/me", given_console("can_moderate", "expert"));

	assert_non_null(
		strstr(a->body, "\"may\" : [\"signed_in\",\"staff\",\"moderator\"]"));
}

/* -- the pulse */

static void
the_pulse_is_unchanged_while_nothing_changes(void **state)
{
	(void)state;
	const char *cookie = given_console("can_operate", NULL);

	conf.token_near_time = 0;
	const struct answer *a =
		get("/pulse?topics=jobs,servers,review,nothing", cookie);
	const char *etag = answer_header(a, "ETag");
	assert_int_equal(a->status, 200);
	assert_non_null(json_member(a->json, "jobs", json_type_object));
	assert_non_null(json_member(a->json, "servers", json_type_object));
	assert_null(json_member(a->json, "review", json_type_object));
	const char *same = text("If-None-Match: %s", etag);
	a = call("GET", API "/pulse?topics=jobs,servers", .headers = {cookie, same});
	assert_int_equal(a->status, 304);
	assert_int_equal(a->size, 0);
	value("insert into job.job (kind, state) values ('job.nothing', 'parked')");
	a = call("GET", API "/pulse?topics=jobs,servers", .headers = {cookie, same});
	assert_int_equal(a->status, 200);
	conf.token_near_time = 1000;
	value("delete from job.job");
}

/* -- people, audit, oneself */

static const char *
last_uuid(void)
{
	return value("select uuid from account.account order by id desc limit 1");
}

static void
who_is_erased_is_named_before_and_gone_after(void **state)
{
	(void)state;
	const char *theirs = given_console("", NULL), *name = last_name(),
		   *uuid = last_uuid(),
		   *manager = given_console("can_manage_people", NULL),
		   *own = last_uuid();
	const char *path = text("/people/%s/erase", uuid),
		   *named = text("{\"name\":\"%s\"}", name);

	is_error(post(path, "{\"name\":\"somebody else\"}", manager), 422,
		"Request.Validation");
	is_error(post(text("/people/%s/erase", own),
			 text("{\"name\":\"%s\"}", last_name()), manager),
		403, "Auth.NoPermission");
	value("update account.account set is_superuser = true where uuid = '%s'", uuid);
	is_error(post(path, named, manager), 403, "People.Superuser");
	value("update account.account set is_superuser = false where uuid = '%s'",
		uuid);
	assert_int_equal(post(path, named, manager)->status, 204);
	is_error(get("/me", theirs), 401, "Auth.Expired");
	assert_int_equal(
		number("select count(*) from account.account where uuid = '%s' "
		       "and username is null and status_reason = 'erased'",
			uuid),
		1);
	assert_int_equal(number("select count(*) from account.audit where action = "
				"'account.erase' and object_id = '%s'",
				 uuid),
		1);
	value("update account.session set proved_at = now() - interval '1 hour'");
	is_error(post(path, named, manager), 403, "Auth.FreshNeeded");
}

static void
who_has_only_claimed_an_address_or_has_no_name_can_be_erased(void **state)
{
	static const struct {
		const char *has, *typed; /* NULL: the uuid */
	} rows[] = {{"email_claimed = 'claimed@example.com'", "claimed@example.com"},
		{"name = 'Anna', surname = ''", "Anna"}, {"name = ''", NULL}};
	const char *manager = given_console("can_manage_people", NULL);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		given_console("", NULL);
		const char *uuid = last_uuid(), *path = text("/people/%s/erase", uuid);
		value("update account.account set username = null, username_typed = "
		      "null, username_skeleton = null, email = null, name = '', "
		      "surname = '', email_confirmed_at = null where uuid = '%s'",
			uuid);
		value("update account.account set %s where uuid = '%s'", rows[i].has,
			uuid);
		if (rows[i].typed != NULL)
			is_error(post(path, text("{\"name\":\"%s\"}", uuid), manager),
				422, "Request.Validation");
		assert_int_equal(
			post(path,
				text("{\"name\":\"%s\"}",
					rows[i].typed == NULL ? uuid : rows[i].typed),
				manager)
				->status,
			204);
	}
}

static void
what_was_done_to_somebody_is_told_field_by_field(void **state)
{
	(void)state;
	const char *manager = given_console("can_manage_people", NULL);
	const char *name = (given_console("", NULL), last_name()), *uuid = last_uuid();
	const char *path = text("/people/%s", uuid);

	assert_int_equal(
		post(text("%s/block", path), "{\"why\":\"spam\"}", manager)->status,
		200);
	is_error(sign_in(name, "Right12345", NULL), 403, "Auth.Blocked");
	const struct answer *a =
		get(text("/audit?object_kind=account&object_id=%s", uuid), manager);
	assert_int_equal(a->status, 200);
	struct json_object *rows = json_member(a->json, "data", json_type_array),
			   *row = json_object_array_get_idx(rows, 0);
	assert_int_equal(json_object_array_length(rows), 1);
	assert_string_equal(json_text(row, "action"), "account.block");
	assert_non_null(strstr(a->body, "spam"));
	assert_non_null(json_text(json_member(row, "who", json_type_object), "uuid"));
	assert_int_equal(post(text("%s/unblock", path), NULL, manager)->status, 200);
	a = get(text("/audit?object_id=%s&limit=1", uuid), manager);
	assert_string_equal(
		json_text(json_object_array_get_idx(
				  json_member(a->json, "data", json_type_array), 0),
			"action"),
		"account.unblock");
	a = get(text("/audit?object_id=%s&limit=1&after=%lld", uuid,
			(long long)json_number(a->json, "next")),
		manager);
	if (strstr(a->body, "account.block") == NULL)
		fail_msg("%s", a->body);
	assert_null(json_member(a->json, "next", json_type_int));
	is_error(get("/audit?who=me", manager), 422, "Request.Validation");
}

static void
roles_are_changed_by_whoever_saw_them(void **state)
{
	(void)state;
	const char *manager = given_console(SUPERUSER, NULL);
	const char *path = (given_console("", NULL), text("/people/%s", last_uuid()));
	const struct answer *a = get(path, manager);
	const char *version = text("If-Match: %s", answer_header(a, "ETag"));
	const struct call change = {.method = "PUT",
		.path = text(API "%s/roles", path),
		.body = "{\"roles\":[\"moderator\"]}",
		.headers = {SAME_ORIGIN, manager, version}};

	assert_int_equal(edge_call(&change)->status, 200);
	is_error(edge_call(&change), 412, "Console.Changed");
}

static void
a_new_password_ends_all_other_sign_ins(void **state)
{
	(void)state;
	const char *first = given_console("", NULL), *name = last_name();
	const char *other = cookie_of(sign_in(name, "Right12345", NULL));

	is_error(post("/me/password", "{\"old\":\"Wrong12345\",\"new\":\"Other12345\"}",
			 first),
		403, "Auth.WrongPassword");
	const struct answer *a = get("/me/sessions", first);
	struct json_object *list = json_member(a->json, "data", json_type_array);
	assert_int_equal(json_object_array_length(list), 2);
	assert_int_equal(
		post("/me/password", "{\"old\":\"Right12345\",\"new\":\"Other12345\"}",
			first)
			->status,
		200);
	assert_int_equal(get("/me", first)->status, 200);
	is_error(get("/me", other), 401, "Auth.Expired");
	other = cookie_of(sign_in(name, "Other12345", NULL));
	assert_int_equal(post("/me/sign-out-others", NULL, other)->status, 204);
	is_error(get("/me", first), 401, "Auth.Expired");
	assert_int_equal(get("/me", other)->status, 200);
}

/* -- the second factor */

/* An app's code holds for so long, and the one before and the one after are taken, too:
 * one that is a step ahead is new whenever the steps change. */
#define STEP 30

/* The code of an app at some seconds from now. */
static const char *
code_at(const char *secret, int seconds)
{
	char *bytes = NULL, code[7];
	size_t n = 0;

	assert_int_equal(
		oath_base32_decode(secret, strlen(secret), &bytes, &n), OATH_OK);
	assert_int_equal(
		oath_totp_generate(bytes, n, time(NULL) + seconds, STEP, 0, 6, code),
		OATH_OK);
	free(bytes);
	return text("%s", code);
}

static const struct answer *
sign_in_with(const char *name, const char *code)
{
	return post("/auth/login",
		text("{\"name\":\"%s\",\"password\":\"Right12345\",\"code\":\"%s\"}",
			name, code),
		NULL);
}

/* Sets it up for whom given_console() has just made; the secret. */
static const char *
given_factor(const char *cookie, const struct answer **codes)
{
	const struct answer *a =
		post("/me/second-factor", "{\"password\":\"Right12345\"}", cookie);
	const char *secret = answer_text(a, "secret");

	assert_int_equal(a->status, 200);
	assert_non_null(strstr(answer_text(a, "address"), "otpauth://totp/"));
	assert_true(str_starts(answer_text(a, "qr"), "<svg "));
	*codes = post("/me/second-factor/confirm",
		text("{\"code\":\"%s\"}", code_at(secret, 0)), cookie);
	assert_int_equal((*codes)->status, 200);
	return secret;
}

static void
a_second_factor_is_asked_for_after_the_password(void **state)
{
	(void)state;
	const char *cookie = given_console("", NULL), *name = last_name();
	const struct answer *codes;

	is_error(post("/me/second-factor", "{\"password\":\"Wrong12345\"}", cookie),
		403, "Auth.WrongPassword");
	const char *secret = given_factor(cookie, &codes);
	assert_int_equal(number("select count(*) from account.second_factor f where "
				"to_jsonb(f)::text like '%%%s%%'",
				 secret),
		0);
	is_error(sign_in(name, "Wrong12345", NULL), 401, "Auth.Credentials");
	is_error(sign_in(name, "Right12345", NULL), 401, "Auth.CodeNeeded");
	is_error(sign_in_with(name, "000000"), 401, "Auth.Code");
	/* None counts twice, and none that is older than the last one. */
	const char *older = code_at(secret, 0), *next = code_at(secret, STEP);
	assert_int_equal(sign_in_with(name, next)->status, 204);
	is_error(sign_in_with(name, next), 401, "Auth.Code");
	is_error(sign_in_with(name, older), 401, "Auth.Code");
	is_error(sign_in_with(name, code_at(secret, 300)), 401, "Auth.Code");
	is_error(post("/me/second-factor", "{\"password\":\"Right12345\"}", cookie),
		409, "Auth.FactorOn");
}

static void
a_recovery_code_counts_once_and_ten_wrong_ones_lock(void **state)
{
	(void)state;
	const char *cookie = given_console("", NULL), *name = last_name();
	const struct answer *codes;

	given_factor(cookie, &codes);
	struct json_object *list =
		json_member(codes->json, "recovery_codes", json_type_array);
	assert_int_equal(json_object_array_length(list), 10);
	const char *code = json_object_get_string(json_object_array_get_idx(list, 3));
	assert_int_equal(sign_in_with(name, code)->status, 204);
	is_error(sign_in_with(name, code), 401, "Auth.Code");
	for (int i = 0; i < 9; i++)
		is_error(sign_in_with(name, "123"), 401, "Auth.Code");
	code = json_object_get_string(json_object_array_get_idx(list, 4));
	const struct answer *a = sign_in_with(name, code);
	is_error(a, 429, "Request.TooMany");
	assert_non_null(answer_header(a, "Retry-After"));
	value("update account.second_factor set failed_at = now() - interval '1 day'");
	is_error(sign_in_with(name, "123"), 401, "Auth.Code");
	/* It is locked again, and the trail has each of them. */
	is_error(sign_in_with(name, code), 429, "Request.TooMany");
	const char *uuid = last_uuid();
	assert_int_equal(number("select count(*) from account.audit where action = "
				"'account.wrong_code' and object_id = '%s'",
				 uuid),
		11);
	assert_int_equal(post(text("/people/%s/unlock", uuid), NULL,
				 given_console("can_manage_people", NULL))
				 ->status,
		200);
	assert_int_equal(sign_in_with(name, code)->status, 204);
}

static void
wrong_codes_count_before_the_first_right_one_too(void **state)
{
	(void)state;
	const char *cookie = given_console("", NULL);
	const struct answer *a =
		post("/me/second-factor", "{\"password\":\"Right12345\"}", cookie);
	const char *secret = answer_text(a, "secret");

	for (int i = 0; i < 10; i++)
		is_error(
			post("/me/second-factor/confirm", "{\"code\":\"123\"}", cookie),
			401, "Auth.Code");
	const char *right = text("{\"code\":\"%s\"}", code_at(secret, 0));
	is_error(post("/me/second-factor/confirm", right, cookie), 429,
		"Request.TooMany");
	value("update account.second_factor set failed_at = now() - interval '1 day'");
	assert_int_equal(post("/me/second-factor/confirm", right, cookie)->status, 200);
}

static const struct answer *
give_a_role(const char *manager, const char *uuid)
{
	return call("PUT", text(API "/people/%s/roles", uuid),
		.body = "{\"roles\":[\"moderator\"]}",
		.headers = {SAME_ORIGIN, manager, "If-Match: *"});
}

static void
rights_are_changed_by_whoever_has_just_proved_who_they_are(void **state)
{
	(void)state;
	const char *uuid = (given_console("", NULL), last_uuid()),
		   *manager = given_console(SUPERUSER, NULL);
	const struct answer *codes;

	assert_int_equal(give_a_role(manager, uuid)->status, 200);
	value("update account.session set proved_at = now() - interval '1 hour'");
	is_error(give_a_role(manager, uuid), 403, "Auth.FreshNeeded");
	is_error(post("/auth/fresh", "{\"proof\":\"Wrong12345\"}", manager), 403,
		"Auth.WrongPassword");
	is_error(give_a_role(manager, uuid), 403, "Auth.FreshNeeded");
	assert_int_equal(
		post("/auth/fresh", "{\"proof\":\"Right12345\"}", manager)->status,
		204);
	assert_int_equal(give_a_role(manager, uuid)->status, 200);
	/* With a second factor, the password alone is no proof. */
	const char *secret = given_factor(manager, &codes);
	is_error(post("/auth/fresh", "{\"proof\":\"Right12345\"}", manager), 401,
		"Auth.Code");
	value("update account.session set proved_at = null");
	is_error(give_a_role(manager, uuid), 403, "Auth.FreshNeeded");
	assert_int_equal(
		post("/auth/fresh", text("{\"proof\":\"%s\"}", code_at(secret, STEP)),
			manager)
			->status,
		204);
	assert_int_equal(give_a_role(manager, uuid)->status, 200);
}

static void
who_sees_photos_may_have_to_have_one(void **state)
{
	(void)state;
	const char *cookie = given_console("", "expert");
	const struct answer *codes;

	conf.console_second_factor = "photos";
	is_error(get("/review/reasons", cookie), 403, "Auth.FactorNeeded");
	assert_int_equal(get("/me", cookie)->status, 200);
	given_factor(cookie, &codes);
	assert_int_equal(get("/review/reasons", cookie)->status, 200);
	assert_int_equal(
		post("/me/second-factor/off", "{\"password\":\"Right12345\"}", cookie)
			->status,
		204);
	is_error(get("/review/reasons", cookie), 403, "Auth.FactorNeeded");
	conf.console_second_factor = "optional";
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		EDGE_TEST(one_signs_in_by_name_or_by_address),
		EDGE_TEST(the_cookie_is_no_scripts_and_no_other_sites),
		EDGE_TEST(a_sign_in_ends_the_older_one_of_the_browser),
		EDGE_TEST(a_cookie_that_the_server_has_not_made_becomes_no_session),
		EDGE_TEST(the_table_has_nothing_to_sign_in_with),
		EDGE_TEST(signing_out_ends_it),
		EDGE_TEST(twelve_hours_without_a_hand_end_it),
		EDGE_TEST(who_is_erased_is_named_before_and_gone_after),
		EDGE_TEST(who_has_only_claimed_an_address_or_has_no_name_can_be_erased),
		EDGE_TEST(anybody_sees_whose_site_it_is),
		EDGE_TEST(who_is_blocked_is_out_at_once),
		EDGE_TEST(it_leaves_a_sign_in_at_the_file_store_alone),
		EDGE_TEST(one_is_told_what_one_may),
		EDGE_TEST(the_pulse_is_unchanged_while_nothing_changes),
		EDGE_TEST(what_was_done_to_somebody_is_told_field_by_field),
		EDGE_TEST(roles_are_changed_by_whoever_saw_them),
		EDGE_TEST(a_new_password_ends_all_other_sign_ins),
		EDGE_TEST(a_second_factor_is_asked_for_after_the_password),
		EDGE_TEST(a_recovery_code_counts_once_and_ten_wrong_ones_lock),
		EDGE_TEST(wrong_codes_count_before_the_first_right_one_too),
		EDGE_TEST(rights_are_changed_by_whoever_has_just_proved_who_they_are),
		EDGE_TEST(who_sees_photos_may_have_to_have_one),
	};

	(void)argc;
	return edge_run("console", tests, argv);
}
