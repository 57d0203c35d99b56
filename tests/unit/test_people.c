/* People: sign-in, addresses, rights. */
#include "edge.h"

#include <math.h>

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

/* Of whom given_member() has just made. */
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
the_consoles_cookie_is_as_good_as_a_token(void **state)
{
	(void)state;
	const char *cookie = given_console("can_manage_people can_view_cards", NULL);
	const char *name = last_name(), *other;
	const struct answer *a;

	assert_string_equal(answer_text(me(cookie), "username"), name);
	assert_int_equal(
		call("GET", "/cards/api/v1/cards", .headers = {cookie})->status, 200);
	is_error(call("GET", API "/me", .headers = {"Cookie: samovar=00"}), 401,
		"Auth.Unsigned");
	is_error(call("GET", API "/me",
			 .headers = {text("%s0", cookie), "Sec-Fetch-Site: none"}),
		401, "Auth.Unsigned");
	/* A header that is there is what counts. */
	is_error(call("GET", API "/me", .headers = {cookie, "Authorization: Bearer x"}),
		401, "Auth.Unsigned");
	is_error(post("/me/email", "{}", cookie), 403, "Request.Origin");
	is_error(call("POST", API "/auth/logout",
			 .headers = {cookie, "Sec-Fetch-Site: same-site"}),
		403, "Request.Origin");
	is_error(call("POST", API "/auth/logout",
			 .headers = {cookie, "Origin: https://example.org"}),
		403, "Request.Origin");
	given_member("");
	other = value("select uuid from account.account order by id desc limit 1");
	assert_int_equal(call("POST", text(API "/people/%s/block", other),
				 .headers = {cookie, SAME_ORIGIN})
				 ->status,
		200);
	/* A pair of tokens that is its own: a sign-out ends one of the two. */
	a = call("POST", API "/auth/refresh", .headers = {cookie, SAME_ORIGIN});
	assert_int_equal(a->status, 200);
	const char *access = bearer(a, "access_token");
	assert_int_equal(me(access)->status, 200);
	assert_int_equal(
		call("POST", API "/auth/logout", .headers = {cookie, SAME_ORIGIN})
			->status,
		204);
	is_error(me(cookie), 401, "Auth.Expired");
	assert_int_equal(me(access)->status, 200);
}

/* site.cors_origins may name a sibling, with which the cookie comes, too. */
static void
a_page_of_another_origin_reads_nothing_by_the_cookie(void **state)
{
	static const char *const refused[][2] = {{"Sec-Fetch-Site: same-site"},
		{"Sec-Fetch-Site: cross-site"}, {"Origin: https://sibling.example.org"},
		{"Origin: null"}, {SAME_ORIGIN, "Origin: https://sibling.example.org"}};
	static const char *const fine[] = {SAME_ORIGIN, "Sec-Fetch-Site: none", NULL};
	static const char *const paths[] = {API "/me", "/cards/api/v1/cards"};
	const char *cookie = given_console("can_view_cards", NULL);
	const char *uuid =
		value("select uuid from account.account order by id desc limit 1");
	const char *own = text("Origin: %s", conf.site_url);

	(void)state;
	for (size_t p = 0; p < 2; p++) {
		for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++)
			is_error(call("GET", paths[p],
					 .headers = {cookie, refused[i][0],
						 refused[i][1]}),
				403, "Request.Origin");
		for (size_t i = 0; i < sizeof(fine) / sizeof(*fine); i++)
			assert_int_equal(
				call("GET", paths[p], .headers = {cookie, fine[i]})
					->status,
				200);
		assert_int_equal(
			call("GET", paths[p], .headers = {cookie, own})->status, 200);
	}
	assert_int_equal(
		call("HEAD", paths[0], .headers = {cookie, refused[0][0]})->status,
		403);
	/* A picture is shown as it is to everybody. */
	const char *avatar = text(API "/avatars/%s", uuid);
	assert_int_equal(
		call("GET", avatar, .headers = {cookie, refused[0][0]})->status,
		call("GET", avatar)->status);
}

static void
an_old_cookie_changes_no_rights(void **state)
{
	(void)state;
	const char *cookie = given_console("can_manage_people", NULL);
	const char *uuid =
		value("select uuid from account.account order by id desc limit 1");

	number("with old as (update account.session set proved_at = proved_at - "
	       "interval '1 day' where face = 'console' returning 1) "
	       "select count(*) from old");
	assert_int_equal(call("GET", API "/people", .headers = {cookie})->status, 200);
	is_error(call("POST", text(API "/people/%s/block", uuid),
			 .headers = {cookie, SAME_ORIGIN}),
		403, "Auth.FreshNeeded");
	is_error(call("POST", API "/auth/refresh", .headers = {cookie, SAME_ORIGIN}),
		403, "Auth.FreshNeeded");
}

static void
a_picture_is_shown_whatever_the_cookie(void **state)
{
	(void)state;
	given_member("");
	const char *uuid =
		value("select uuid from account.account order by id desc limit 1");
	const char *path = text(API "/avatars/%s", uuid);

	assert_int_equal(
		call("GET", path,
			.headers = {text("Cookie: samovar=%s", repeated("0", 64))})
			->status,
		200);
	assert_int_equal(
		call("GET", path, .headers = {given_console("", NULL)})->status, 200);
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

/* -- avatars */

static const char *
last_avatar(const char *name, const char *surname, const char *query)
{
	number("update account.account set name = '%s', surname = '%s' where id = "
	       "(select max(id) from account.account)",
		name, surname);
	return text(API "/avatars/%s%s",
		value("select uuid from account.account order by id desc limit 1"),
		query);
}

static void
an_avatar_shows_initials(void **state)
{
	static const struct {
		const char *name, *surname, *shown;
	} all[] = {{"вера", "Петрова", ">ВП<"}, {"Anna", "smith", ">AS<"},
		{"민수", "김", ">민김<"}, {"<b>", "&amp;", ">P<"}, {"", "Ёж", ">Ё<"},
		{"😀", "1", ">P<"}};

	(void)state;
	given_member("");
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		const struct answer *a =
			call("GET", last_avatar(all[i].name, all[i].surname, "?s=64"));
		assert_int_equal(a->status, 200);
		if (strstr(a->body, all[i].shown) == NULL)
			fail_msg("%s: %s", all[i].shown, a->body);
		assert_non_null(strstr(a->body, "width=\"64\""));
	}
	const struct answer *a = call("GET", last_avatar("a", "b", ""));
	assert_string_equal(answer_header(a, "Cache-Control"), "public, max-age=300");
	assert_int_equal(call("GET", last_avatar("a", "b", ""),
				 .headers = {text("If-None-Match: %s",
					 answer_header(a, "ETag"))})
				 ->status,
		304);
	is_error(call("GET", last_avatar("a", "b", "?d=404")), 404, "People.Gone");
	is_error(call("GET", last_avatar("a", "b", "?s=5000")), 422,
		"Request.Validation");
	is_error(call("GET", API "/avatars/00000000-0000-4000-8000-000000000005"), 404,
		"People.Gone");
	is_error(call("GET", API "/avatars/x"), 422, "Request.Validation");
}

/* WCAG 2.1: relative luminance of "#rrggbb". */
static double
luminance(const char *colour)
{
	static const double weights[] = {.2126, .7152, .0722};
	double sum = 0;

	for (int i = 0; i < 3; i++) {
		double v = (double)strtol(text("%.2s", colour + 1 + 2 * i), NULL, 16) /
			   255;
		sum += weights[i] *
		       (v <= .03928 ? v / 12.92 : pow((v + .055) / 1.055, 2.4));
	}
	return sum;
}

static void
white_letters_can_be_read_on_each_colour(void **state)
{
	const char *seen = "";

	(void)state;
	for (int i = 0; i < 100; i++) {
		given_member("");
		const char *fill = strstr(
			call("GET", last_avatar("a", "b", ""))->body, "fill=\"#");
		const char *colour = text("%.7s", fill + 6);
		double contrast = 1.05 / (luminance(colour) + .05);

		if (contrast < 4.5)
			fail_msg("%s: %.2f", colour, contrast);
		if (strstr(seen, colour) == NULL)
			seen = text("%s %s", seen, colour);
	}
	assert_true(strlen(seen) > 8 * 8); /* not all have one colour */
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		EDGE_TEST(one_signs_in_by_name_or_by_address),
		EDGE_TEST(a_person_sees_what_the_contract_says),
		EDGE_TEST(a_refresh_token_is_exchanged_once),
		EDGE_TEST(the_consoles_cookie_is_as_good_as_a_token),
		EDGE_TEST(a_page_of_another_origin_reads_nothing_by_the_cookie),
		EDGE_TEST(an_old_cookie_changes_no_rights),
		EDGE_TEST(a_picture_is_shown_whatever_the_cookie),
		EDGE_TEST(signing_out_ends_this_sign_in_only),
		EDGE_TEST(an_avatar_shows_initials),
		EDGE_TEST(white_letters_can_be_read_on_each_colour),
	};

	(void)argc;
	return edge_run("people", tests, argv);
}
