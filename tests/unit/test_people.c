/* People: sign-in, addresses, rights. */
#include "edge.h"

#define API "/people/api/v1"

static const struct answer *
post(const char *path, const char *body, const char *header)
{
	return call("POST", text(API "%s", path), .body = body, .headers = {header});
}

static const struct answer *
me(const char *header)
{
	return call("GET", API "/me", .headers = {header});
}

static void
is_error(const struct answer *a, int status, const char *code)
{
	if (a->status != status || !str_eq(answer_text(a, "error"), code))
		fail_msg("%d %s", a->status, a->body);
}

static const char *
bearer(const struct answer *a, const char *member)
{
	return text("Authorization: Bearer %s", answer_text(a, member));
}

/* Has it the permission can_view_file? Made by given_member(). */
static const char *
last_name(void)
{
	return value("select username from account.account order by id desc limit 1");
}

static const struct answer *
sign_in(const char *name)
{
	return post("/auth/login",
		text("{\"username\":\"%s\",\"password\":\"Right12345\"}", name), NULL);
}

/* -- sessions */

static void
one_signs_in_by_name_or_by_address(void **state)
{
	(void)state;
	given_member("");
	const char *name = last_name();
	const struct answer *a = sign_in(name);
	assert_int_equal(a->status, 200);
	assert_string_equal(answer_text(a, "token_type"), "bearer");
	assert_int_equal(
		json_number(a->json, "expires_in"), conf.token_access_lifetime);
	assert_string_equal(answer_header(a, "Cache-Control"), "no-store");
	assert_int_equal(post("/auth/login",
				 text("{\"email\":\"%s@EXAMPLE.com\",\"password\":"
				      "\"Right12345\"}",
					 name),
				 NULL)
				 ->status,
		200);
	is_error(post("/auth/login", "{\"password\":\"x\"}", NULL), 422,
		"Request.Validation");
	is_error(post("/auth/login",
			 "{\"email\":\"a\",\"username\":\"a\",\"password\":\"x\"}",
			 NULL),
		422, "Request.Validation");
	is_error(post("/auth/login",
			 text("{\"username\":\"%s\",\"password\":\"x\"}", name), NULL),
		401, "Auth.Credentials");
	is_error(post("/auth/login", "{\"username\":\"nobody\",\"password\":\"x\"}",
			 NULL),
		401, "Auth.Credentials");
}

static void
a_person_sees_what_the_contract_says(void **state)
{
	const char *token = given_member("can_view_file");
	const struct answer *a = me(token);

	(void)state;
	assert_int_equal(a->status, 200);
	assert_string_equal(answer_text(a, "username"), last_name());
	assert_string_equal(
		a->body, value("select account.as_person(a, null, "
			       "'[\"can_view_file\"]', null)::text "
			       "from account.account a order by id desc limit 1"));
	assert_int_equal(call("GET", API "/me/", .headers = {token})->status, 200);
}

static void
a_refresh_token_is_exchanged_once(void **state)
{
	(void)state;
	given_member("");
	const struct answer *first = sign_in(last_name()),
			    *next = post("/auth/refresh", NULL,
				    bearer(first, "refresh_token"));
	assert_int_equal(next->status, 200);
	is_error(me(bearer(first, "access_token")), 401, "Auth.Expired");
	assert_int_equal(me(bearer(next, "access_token"))->status, 200);
	is_error(post("/auth/refresh", NULL, bearer(next, "access_token")), 401,
		"Auth.Unsigned");
	is_error(me(bearer(next, "refresh_token")), 401, "Auth.Unsigned");
	number("update account.session set spent_at = spent_at - interval '1 hour' "
	       "where spent_at is not null");
	is_error(post("/auth/refresh", NULL, bearer(first, "refresh_token")), 401,
		"Auth.Expired");
	is_error(me(bearer(next, "access_token")), 401, "Auth.Expired");
}

static void
signing_out_ends_this_sign_in_only(void **state)
{
	(void)state;
	given_member("");
	const char *name = last_name();
	const struct answer *here = sign_in(name), *there = sign_in(name);

	assert_int_equal(
		post("/auth/logout", NULL, bearer(here, "access_token"))->status, 204);
	is_error(me(bearer(here, "access_token")), 401, "Auth.Expired");
	is_error(post("/auth/refresh", NULL, bearer(here, "refresh_token")), 401,
		"Auth.Expired");
	assert_int_equal(me(bearer(there, "access_token"))->status, 200);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		EDGE_TEST(one_signs_in_by_name_or_by_address),
		EDGE_TEST(a_person_sees_what_the_contract_says),
		EDGE_TEST(a_refresh_token_is_exchanged_once),
		EDGE_TEST(signing_out_ends_this_sign_in_only),
	};

	(void)argc;
	return edge_run("people", tests, argv);
}
