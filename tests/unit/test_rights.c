/* Roles, permissions, and who may change them. */
#include "edge.h"

#define API "/people/api/v1"

static void
is_error(const struct answer *a, int status, const char *code)
{
	if (a->status != status || !str_eq(answer_text(a, "error"), code))
		fail_msg("%d %s", a->status, a->body);
}

static void
is_status(const struct answer *a, int status)
{
	if (a->status != status)
		fail_msg("%d %s", a->status, a->body);
}

struct person {
	const char *token, *uuid;
};

static struct person
given(const char *permissions)
{
	struct person p = {given_member(permissions), NULL};

	p.uuid = value("select uuid from account.account order by id desc limit 1");
	return p;
}

static const struct answer *
get(struct person who, const char *path)
{
	return call("GET", text(API "%s", path), .headers = {who.token});
}

static const struct answer *
post(struct person who, struct person whom, const char *what)
{
	return call("POST", text(API "/people/%s/%s", whom.uuid, what),
		.headers = {who.token});
}

static const struct answer *
put(struct person who, struct person whom, const char *what, const char *names)
{
	return call("PUT", text(API "/people/%s/%s", whom.uuid, what),
		.body = text("{\"%s\":[%s]}", what, names),
		.headers = {who.token, "If-Match: *"});
}

static const char *
me(struct person who)
{
	return get(who, "/me")->body;
}

static void
what_is_given_shows_at_the_next_refresh_and_what_is_taken_at_once(void **state)
{
	struct person boss = given(
			      "can_manage_people can_view_film can_edit_catalogue"),
		      editor = given("");

	(void)state;
	is_status(put(boss, editor, "roles", "\"editor\""), 200);
	const struct answer *a = get(boss, text("/people/%s", editor.uuid));
	assert_non_null(strstr(a->body, "\"roles\" : [\"editor\"]"));
	assert_non_null(strstr(a->body, "can_edit_catalogue"));
	assert_string_equal(answer_header(a, "ETag"), "\"2\"");
	assert_non_null(strstr(me(editor), "can_edit_catalogue"));
	is_status(put(boss, editor, "roles", ""), 200);
	is_error(get(editor, "/me"), 401, "Auth.Expired");
	assert_string_equal(value("select data->'before'->>'roles' || "
				  "(data->'after'->>'roles') from "
				  "account.audit where action = 'account.roles' order "
				  "by id desc limit 1"),
		"[\"editor\"][]");
}

static void
nobody_gives_what_they_do_not_hold(void **state)
{
	struct person boss = given("can_manage_people can_view_film"),
		      other = given("");

	(void)state;
	is_error(put(boss, other, "roles", "\"editor\""), 403, "Auth.NoPermission");
	is_error(put(boss, other, "permissions", "\"can_operate\""), 403,
		"Auth.NoPermission");
	is_error(put(boss, boss, "permissions",
			 "\"can_manage_people\",\"can_view_film\",\"can_operate\""),
		403, "Auth.NoPermission");
	is_status(put(boss, other, "permissions", "\"can_view_film\""), 200);
	is_error(call("PUT", API "/roles/mine", .headers = {boss.token},
			 .body = "{\"permissions\":[\"can_operate\"]}"),
		403, "Auth.NoPermission");
	is_status(put(given(SUPERUSER), other, "permissions", "\"can_operate\""), 200);
	/* What somebody has already, nobody has to hold. */
	is_status(put(boss, other, "permissions", "\"can_operate\",\"can_view_film\""),
		200);
}

static void
names_that_are_none_are_refused(void **state)
{
	static const char *const bad[] = {"\"nothing\"", "\"\"", "\"member editor\"",
		"\"programme.expert\"", "\"a\\\"b\""};
	struct person boss = given(SUPERUSER), other = given("");

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		is_error(put(boss, other, "roles", bad[i]), 422, "Request.Validation");
		is_error(put(boss, other, "permissions", bad[i]), 422,
			"Request.Validation");
	}
	is_error(call("PUT", API "/roles/Bad", .headers = {boss.token},
			 .body = "{\"permissions\":[]}"),
		404, "People.Gone");
}

static void
a_superuser_is_changed_by_nobody(void **state)
{
	static const char *const actions[] = {"block", "unblock", "sign-out"};
	struct person boss = given(SUPERUSER), other = given(SUPERUSER);

	(void)state;
	is_error(put(boss, other, "roles", ""), 403, "People.Superuser");
	is_error(put(boss, other, "permissions", ""), 403, "People.Superuser");
	for (size_t i = 0; i < sizeof(actions) / sizeof(*actions); i++)
		is_error(post(boss, other, actions[i]), 403, "People.Superuser");
	is_error(put(boss, boss, "roles", ""), 403, "People.Superuser");
}

static void
the_last_manager_stays(void **state)
{
	struct person boss = given("can_manage_people"), other;

	(void)state;
	number("update account.account set status = 'blocked' where is_superuser");
	number("delete from account.permission where name = 'can_manage_people' and "
	       "account_id <> (select id from account.account where uuid = '%s')",
		boss.uuid);
	is_error(put(boss, boss, "permissions", ""), 409, "People.LastManager");
	other = given("can_manage_people");
	is_status(put(boss, boss, "permissions", ""), 200);
	is_error(put(other, other, "permissions", ""), 409, "People.LastManager");
	/* A role gives it as well. */
	number("insert into account.role_set (name, title, permissions) values "
	       "('managers', 'x', '{can_manage_people}')");
	is_status(put(other, other, "roles", "\"managers\""), 200);
	is_status(put(other, other, "permissions", ""), 200);
	is_status(call("PUT", API "/roles/managers",
			  .headers = {given("can_manage_people").token,
				  "If-Match: \"1\""},
			  .body = "{\"permissions\":[]}"),
		200);
}

static void
two_changes_at_once_do_not_undo_each_other(void **state)
{
	struct person boss = given(SUPERUSER), other = given("");
	const char *path = text(API "/people/%s/roles", other.uuid);

	(void)state;
	is_error(call("PUT", path, .body = "{\"roles\":[]}", .headers = {boss.token}),
		412, "People.Changed");
	is_status(call("PUT", path, .body = "{\"roles\":[\"member\"]}",
			  .headers = {boss.token, "If-Match: \"1\""}),
		200);
	is_error(call("PUT", path, .body = "{\"roles\":[]}",
			 .headers = {boss.token, "If-Match: \"1\""}),
		412, "People.Changed");
	is_error(call("PUT", path, .body = "{\"roles\":[]}",
			 .headers = {boss.token, "If-Match: x"}),
		412, "People.Changed");
}

static void
a_role_that_shrinks_cuts_its_holders(void **state)
{
	struct person boss = given(SUPERUSER), holder = given("");
	const char *name = text("r%lld",
			   (long long)number("select max(id) from account.account")),
		   *path = text(API "/roles/%s", name);

	(void)state;
	const struct answer *a = call("PUT", path, .headers = {boss.token},
		.body = "{\"title\":\"Роль\",\"permissions\":[\"can_view_film\",\"can_"
			"operate\"]}");
	is_status(a, 200);
	assert_string_equal(answer_header(a, "ETag"), "\"1\"");
	assert_string_equal(answer_text(a, "title"), "Роль");
	is_status(put(boss, holder, "roles", text("\"%s\"", name)), 200);
	is_error(call("PUT", path, .headers = {boss.token},
			 .body = "{\"permissions\":[\"can_view_film\"]}"),
		412, "People.Changed");
	is_status(get(holder, "/me"), 200);
	is_status(call("PUT", path, .headers = {boss.token, "If-Match: \"1\""},
			  .body = "{\"permissions\":[\"can_view_film\"]}"),
		200);
	is_error(get(holder, "/me"), 401, "Auth.Expired");
	assert_non_null(strstr(get(boss, "/roles")->body, "\"Роль\""));
}

static void
people_are_found(void **state)
{
	struct person boss = given("can_manage_people"), found;
	const char *word = unique("zzz");

	(void)state;
	for (int i = 0; i < 3; i++) {
		found = given("");
		number("update account.account set surname = '%s_%%' where uuid = '%s'",
			word, found.uuid);
	}
	const struct answer *a = get(boss, text("/people?query=%s_%%25&limit=2", word));
	is_status(a, 200);
	assert_int_equal(
		json_object_array_length(json_member(a->json, "data", json_type_array)),
		2);
	const char *next = answer_text(a, "next");
	assert_non_null(next);
	a = get(boss, text("/people?query=%s&after=%s", word, next));
	assert_int_equal(
		json_object_array_length(json_member(a->json, "data", json_type_array)),
		1);
	assert_null(answer_text(a, "next"));
	assert_string_equal(get(boss, text("/people?query=%s%%25%%25", word))->body,
		"{\"data\" : [], \"next\" : null}");
	is_status(put(given(SUPERUSER), found, "roles", "\"moderator\""), 200);
	assert_non_null(strstr(
		get(boss, "/people?role=moderator&confirmed=true&status=active")->body,
		found.uuid));
	is_error(get(boss, "/people?limit=1000"), 422, "Request.Validation");
	is_error(get(boss, "/people?after=x"), 422, "Request.Validation");
	is_error(get(boss, "/people/00000000-0000-4000-8000-000000000005"), 404,
		"People.Gone");
}

static void
staff_blocks_and_signs_out(void **state)
{
	struct person boss = given("can_manage_people"), other = given("");

	(void)state;
	is_status(post(boss, other, "sign-out"), 200);
	is_error(get(other, "/me"), 401, "Auth.Expired");
	other = given("");
	is_status(post(boss, other, "block"), 200);
	is_error(get(other, "/me"), 401, "Auth.Expired");
	is_status(post(boss, other, "unblock"), 200);
	is_status(post(boss, other, "unlock"), 200);
	is_error(post(boss, boss, "block"), 403, "Auth.NoPermission");
	number("update account.account set email_confirmed_at = null where uuid = '%s'",
		other.uuid);
	assert_true(json_truth(
		post(boss, other, "confirm-email")->json, "email_confirmed"));
}

static void
a_programme_role_shows_and_storage_sees_what_a_role_gives(void **state)
{
	struct person boss = given(SUPERUSER), other = given("");
	const char *name = value(
		"select username from account.account where uuid = '%s'", other.uuid);

	(void)state;
	number("update account.account set role = 'expert' where uuid = '%s'",
		other.uuid);
	is_status(put(boss, other, "roles", "\"member\""), 200);
	assert_non_null(strstr(me(other), "[\"member\", \"programme.expert\"]"));
	const struct answer *a = call("POST", "/users/api/v1/auth/login/",
		.body = text(
			"{\"username\":\"%s\",\"password\":\"Right12345\"}", name));
	is_status(a, 200);
	is_status(call("GET", "/storage/api/v1/files/",
			  .headers = {text("Authorization: Bearer %s",
				  answer_text(a, "access_token"))}),
		200);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		EDGE_TEST(
			what_is_given_shows_at_the_next_refresh_and_what_is_taken_at_once),
		EDGE_TEST(nobody_gives_what_they_do_not_hold),
		EDGE_TEST(names_that_are_none_are_refused),
		EDGE_TEST(a_superuser_is_changed_by_nobody),
		EDGE_TEST(two_changes_at_once_do_not_undo_each_other),
		EDGE_TEST(a_role_that_shrinks_cuts_its_holders),
		EDGE_TEST(people_are_found), EDGE_TEST(staff_blocks_and_signs_out),
		EDGE_TEST(a_programme_role_shows_and_storage_sees_what_a_role_gives),
		EDGE_TEST(the_last_manager_stays), /* leaves no other */
	};

	(void)argc;
	return edge_run("rights", tests, argv);
}
