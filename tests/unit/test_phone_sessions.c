/* Sessions of phones: what tokens open, how they are exchanged and end: contract 3. */
#include <time.h>

#include "base/hash.h"
#include "base/jwt.h"
#include "base/secret.h"
#include "messenger.h"

static void
a_refresh_gives_an_access_token_and_keeps_the_cookie(void **state)
{
	struct phone p = given_phone(), old = p;
	const struct answer *a = refresh(&p);

	(void)state;
	is_case(a, 200, "access_token.refreshed");
	assert_null(set_cookie(a, "refresh_token"));
	assert_null(data_of(a, "user.refresh_token"));
	take_login(&p, a);
	is_live(&p);
	is_live(&old);
	is_case(post_account("refresh", NULL, NULL), 401, "user.not_signed_in");
	a = post_account("refresh", NULL, "Cookie: refresh_token=x.y.z");
	is_case(a, 401, "refresh_token.invalid");
	assert_string_equal(set_cookie(a, "refresh_token"), "DUMMY");
	assert_string_equal(set_cookie(a, "admin_token"), "DUMMY");
}

static void
what_is_revoked_stays_dead_after_a_refresh(void **state)
{
	struct phone p = given_phone(), old = p;

	(void)state;
	is_case(by(&p, "POST", PHONE "/profiles",
			.body = "{\"name\":\"second\",\"data\":\"{}\"}"),
		201, "resource.created");
	is_dead(&p);
	take_login(&p, refresh(&p));
	is_live(&p);
	is_dead(&old);
}

static void
a_refresh_token_that_ends_soon_is_exchanged_once(void **state)
{
	struct phone p = given_phone(), old;
	int64_t grace = conf.token_refresh_grace;

	(void)state;
	conf.messenger_refresh_lifetime = 86400;
	p = signed_in_again(&p);
	old = p;
	conf.messenger_refresh_lifetime = 61 * 86400;
	const struct answer *a = refresh(&p);
	is_case(a, 200, "access_token.refreshed");
	assert_non_null(data_text(a, "user.refresh_token.exp"));
	assert_string_not_equal(
		text("Cookie: refresh_token=%s", set_cookie(a, "refresh_token")),
		p.cookie);
	take_login(&p, a);
	/* Two at once get the same; later it is somebody else. */
	is_case(refresh(&old), 200, "access_token.refreshed");
	is_case(post_account("account", NULL, old.cookie), 404, "http.not_found");
	is_live(&p);
	conf.token_refresh_grace = -1;
	is_case(refresh(&old), 401, "refresh_token.invalid");
	conf.token_refresh_grace = grace;
	is_dead(&p);
	is_case(refresh(&p), 401, "refresh_token.invalid");
}

static void
another_browser_cannot_use_the_cookie(void **state)
{
	struct phone p = given_phone();
	const struct answer *a = call("POST", PHONE "/account/refresh",
		.headers = {"User-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64) "
			    "AppleWebKit/537.36 Chrome/120.0",
			CSRF, p.cookie});

	(void)state;
	is_case(a, 401, "refresh_token.invalid");
	a = call("POST", PHONE "/account/refresh",
		.headers = {"User-Agent: Dalvik/2.1.0 (Linux; U; Android 13; Pixel)",
			CSRF, p.cookie});
	is_case(a, 200, "access_token.refreshed");
	a = call("POST", PHONE "/account/refresh",
		.headers = {AGENT, CSRF, p.cookie, "Origin: https://evil.example"});
	is_case(a, 403, "http.forbidden");
}

static void
the_key_has_the_csrf_token_in_it(void **state)
{
	struct phone p = given_phone();
	const char *const others[] = {"X-Csrf-Token: of-that-phone", NULL};

	(void)state;
	is_live(&p);
	is_case(call("GET", PHONE "/profiles", .headers = {p.token, others[0]}), 401,
		"access_token.invalid");
	const struct answer *a = call("GET", PHONE "/profiles", .headers = {p.token});
	is_case(a, 400, "request.header.omitted");
	assert_string_equal(data_text(a, "lacks.0"), "X-Csrf-Token");
	is_case(call("GET", PHONE "/profiles",
			.headers = {given_person("can_view_file"), CSRF}),
		401, "access_token.invalid");
	assert_int_equal(
		call("GET", "/users/api/v1/users/me/", .headers = {p.token})->status,
		401);
}

static void
signing_out_ends_the_session(void **state)
{
	struct phone p = given_phone(), other = signed_in_again(&p);
	const struct answer *a =
		post_account("signout", "{\"signout\":true}", p.cookie);

	(void)state;
	is_case(a, 200, "user.sign_out");
	assert_string_equal(set_cookie(a, "refresh_token"), "DUMMY");
	is_dead(&p);
	is_case(refresh(&p), 401, "refresh_token.invalid");
	is_live(&other);
	is_case(post_account("signout", "{\"signout\":true}", NULL), 200,
		"user.sign_out");
	is_case(post_account("signout", "{}", NULL), 400, "request.body.omitted");
}

static void
blocking_an_account_ends_its_phones(void **state)
{
	struct phone p = given_phone();

	(void)state;
	is_live(&p);
	value("update account.account set status = 'blocked' where id = %lld",
		(long long)p.uuid);
	empty_cache();
	conf.token_near_time = 0;
	is_dead(&p);
	conf.token_near_time = 1000;
	is_case(refresh(&p), 401, "refresh_token.invalid");
	is_case(post_account("signin",
			text("{\"id\":\"%s\",\"pw\":\"" PASSWORD "\"}", p.name), NULL),
		401, "user.locked");
}

static void
the_oldest_sessions_end_above_the_limit(void **state)
{
	struct phone first = given_phone(), last = first;

	(void)state;
	conf.messenger_sessions = 3;
	for (int i = 0; i < 3; i++)
		last = signed_in_again(&first);
	conf.messenger_sessions = 20;
	is_dead(&first);
	is_live(&last);
}

/* The token as we would sign it if one of its claims were another; csrf is in the key.
 */
static const char *
with_claim(const char *token, const char *csrf, const char *name,
	struct json_object *claim)
{
	struct json_object *json = claims(token);
	struct ctx c;
	const char *out;

	json_object_object_add(json, name, claim);
	edge_ctx(&c);
	assert_int_equal(
		jwt_sign(&c, json_object_to_json_string(json),
			text("%s%s", hkdf_hex(&c.arena, secret_key(0), "messenger"),
				csrf),
			&out),
		OK);
	out = text("%s", out);
	ctx_end(&c);
	json_object_put(json);
	return out;
}

static const char *
expired(const char *token, const char *csrf)
{
	return with_claim(token, csrf, "exp", json_object_new_int64(time(NULL) - 1));
}

static void
a_token_that_has_expired_is_called_so(void **state)
{
	struct phone p = given_phone();

	(void)state;
	value("insert into account.permission (account_id, name) values (%lld, "
	      "'can_manage_messenger')",
		(long long)p.uuid);
	const struct answer *a = post_account("signin",
		text("{\"id\":\"%s\",\"pw\":\"" PASSWORD "\"}", p.name), NULL);
	is_case(a, 200, "user.sign_in");
	const char *admin = expired(set_cookie(a, "admin_token"), ""),
		   *cookie = expired(set_cookie(a, "refresh_token"), "");
	p.token = text("Authorization: Bearer %s",
		expired(data_text(a, "user.access_token.token"), "of-this-phone"));
	is_case(by(&p, "GET", PHONE "/profiles"), 401, "access_token.expired");
	is_case(by(&p, "GET", text(PHONE "/profiles/%lld", (long long)p.profile)), 401,
		"access_token.expired"); /* where none is needed, too */
	a = post_account("refresh", NULL, text("Cookie: refresh_token=%s", cookie));
	is_case(a, 401, "refresh_token.expired");
	assert_string_equal(set_cookie(a, "refresh_token"), "DUMMY");
	a = call("GET", PHONE "/admin",
		.headers = {text("Cookie: admin_token=%s", admin)});
	is_case(a, 401, "admin_token.expired");
	assert_string_equal(set_cookie(a, "admin_token"), "DUMMY");
}

struct claim {
	const char *name, *json;
};

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

/* Signed by us, of another installation, version, kind, account or session. */
static void
each_claim_of_a_token_is_looked_at(void **state)
{
	static const struct claim others[] = {{"api_ver", "\"v1\""},
		{"iss", "\"evil.example\""}, {"iss", "null"}, {"sub", "\"Other\""},
		{"user", "1"}, {"user", "\"1\""}, {"jti", "0"}};
	static const struct claim refresh_only[] = {{"sub", "\"Access\""},
		{"otp", "\"\""}, {"otp", "\"000000000000000000000001\""}, {"jti", "1"}};
	struct phone p = given_phone();
	const char *access = strrchr(p.token, ' ') + 1,
		   *cookie = strchr(p.cookie, '=') + 1;

	(void)state;
	p.token = text(
		"Authorization: Bearer %s", with_claim(access, "of-this-phone", "sub",
						    json_object_new_string("Access")));
	is_live(&p); /* as it was */
	for (size_t i = 0; i < COUNT(others) + COUNT(refresh_only); i++) {
		bool both = i < COUNT(others);
		const struct claim *x =
			both ? &others[i] : &refresh_only[i - COUNT(others)];

		p.token = text("Authorization: Bearer %s",
			with_claim(access, "of-this-phone", x->name,
				json_tokener_parse(x->json)));
		if (both)
			is_dead(&p);
		is_case(post_account("refresh", NULL,
				text("Cookie: refresh_token=%s",
					with_claim(cookie, "", x->name,
						json_tokener_parse(x->json)))),
			401, "refresh_token.invalid");
	}
	is_case(refresh(&p), 200, "access_token.refreshed");
}

/* Browsers send cookies by themselves, whoever's page asks. */
static void
a_page_of_another_site_does_nothing_with_cookies(void **state)
{
	static const char *const paths[][2] = {{"refresh", ""}, {"", "nickname=evil"},
		{"deactivate", "email=a@b.cd&password=x"},
		{"change-password",
			"original_password=" PASSWORD
			"&new_password=Other123!&new_password_check=Other123!"},
		{"signout", "signout=true"}};
	struct phone p = given_phone();

	(void)state;
	for (size_t i = 0; i < COUNT(paths); i++) {
		const struct answer *a = call("POST",
			text(PHONE "/account/%s", paths[i][0]), .body = paths[i][1],
			.headers = {
				AGENT, CSRF, p.cookie, "Origin: https://evil.example"});

		if (str_eq(paths[i][0], "signout")) { /* which answers all alike */
			is_case(a, 200, "user.sign_out");
			assert_null(set_cookie(a, "refresh_token"));
		} else if (str_eq(paths[i][0], "change-password"))
			is_case(a, 401, "user.not_signed_in");
		else
			is_case(a, 403, "http.forbidden");
	}
	is_live(&p);
	is_case(refresh(&p), 200, "access_token.refreshed");
}

/* Phones of one class are behind one address. */
static void
a_session_waits_for_its_own_turn_only(void **state)
{
	struct phone p = given_phone(), other = given_phone();
	int64_t burst = conf.messenger_burst, rate = conf.messenger_rate;

	(void)state;
	conf.messenger_burst = 2;
	conf.messenger_rate = 1;
	is_live(&p);
	is_live(&p);
	is_case(by(&p, "GET", PHONE "/profiles"), 429, "request.rate_limit");
	is_live(&other);
	is_case(by(&p, "GET", PHONE "/cards"), 404, "resource.not_found");
	conf.messenger_burst = burst;
	conf.messenger_rate = rate;
}

static void
locking_an_account_ends_its_phones_and_pages(void **state)
{
	struct phone p = given_phone();

	(void)state;
	value("insert into account.permission (account_id, name) values (%lld, "
	      "'can_manage_messenger')",
		(long long)p.uuid);
	const struct answer *a = post_account("signin",
		text("{\"id\":\"%s\",\"pw\":\"" PASSWORD "\"}", p.name), NULL);
	const char *admin =
		text("Cookie: admin_token=%s", set_cookie(a, "admin_token"));
	take_login(&p, a);
	is_live(&p);
	assert_int_equal(call("GET", PHONE "/admin", .headers = {admin})->status, 200);
	value("update account.account set status = 'locked' where id = %lld",
		(long long)p.uuid);
	empty_cache();
	conf.token_near_time = 0;
	is_dead(&p);
	is_case(call("GET", PHONE "/admin", .headers = {admin}), 401,
		"admin_token.invalid");
	conf.token_near_time = 1000;
}

static const struct CMUnitTest tests[] = {
	EDGE_TEST(a_refresh_gives_an_access_token_and_keeps_the_cookie),
	EDGE_TEST(what_is_revoked_stays_dead_after_a_refresh),
	EDGE_TEST(a_refresh_token_that_ends_soon_is_exchanged_once),
	EDGE_TEST(another_browser_cannot_use_the_cookie),
	EDGE_TEST(the_key_has_the_csrf_token_in_it),
	EDGE_TEST(signing_out_ends_the_session),
	EDGE_TEST(blocking_an_account_ends_its_phones),
	EDGE_TEST(the_oldest_sessions_end_above_the_limit),
	EDGE_TEST(a_token_that_has_expired_is_called_so),
	EDGE_TEST(each_claim_of_a_token_is_looked_at),
	EDGE_TEST(a_page_of_another_site_does_nothing_with_cookies),
	EDGE_TEST(a_session_waits_for_its_own_turn_only),
	EDGE_TEST(locking_an_account_ends_its_phones_and_pages),
};

int
main(int argc, char **argv)
{
	(void)argc;
	setenv("SAMOVAR_MESSENGER_CONFIRM_EMAIL", "false", 1);
	return edge_run("phone sessions", tests, argv);
}
