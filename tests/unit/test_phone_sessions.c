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

/* The token as it would be if it had expired a second ago; csrf is in the key. */
static const char *
expired(const char *token, const char *csrf)
{
	struct json_object *json = claims(token);
	struct ctx c;
	const char *out;

	json_object_object_add(json, "exp", json_object_new_int64(time(NULL) - 1));
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
};

int
main(int argc, char **argv)
{
	(void)argc;
	setenv("SAMOVAR_MESSENGER_CONFIRM_EMAIL", "false", 1);
	return edge_run("phone sessions", tests, argv);
}
