/* Accounts, sessions and passwords as phones have them: contract 3 and 5. */
#include "messenger.h"

static const struct answer *
sign_up(const char *id, const char *pw, const char *nick, const char *email)
{
	return post_account("signup",
		text("{\"id\":\"%s\",\"pw\":\"%s\",\"nick\":\"%s\",\"email\":\"%s\"}",
			id, pw, nick, email),
		NULL);
}

static const struct answer *
sign_in(const char *id, const char *pw)
{
	return post_account(
		"signin", text("{\"id\":\"%s\",\"pw\":\"%s\"}", id, pw), NULL);
}

static void
signing_up_gives_login_data(void **state)
{
	const struct answer *a =
		sign_up("Signer1", PASSWORD, "Signer", "s1@example.com");
	struct phone p = {0};

	(void)state;
	is_case(a, 201, "user.sign_up");
	assert_string_equal(data_text(a, "user.id"), "Signer1");
	assert_string_equal(data_text(a, "user.nickname"), "Signer");
	assert_string_equal(data_text(a, "user.email"), "s1@example.com");
	assert_non_null(data_of(a, "user.email_verified"));
	assert_non_null(data_text(a, "user.access_token.exp"));
	assert_non_null(data_text(a, "user.refresh_token.exp"));
	assert_non_null(strstr(data_text(a, "user.created_at"), " GMT"));
	take_login(&p, a);
	struct json_object *k = claims(data_text(a, "user.access_token.token"));
	assert_string_equal(json_text(k, "sub"), "Access");
	assert_string_equal(json_text(k, "api_ver"), "dev");
	assert_string_equal(json_text(k, "otp"), "");
	assert_int_equal(json_number(k, "user"), p.uuid);
	assert_string_equal(json_text(k, "role"),
		text("[{\"type\": \"profile\", \"id\": %lld}]", (long long)p.profile));
	struct json_object *refresh = claims(set_cookie(a, "refresh_token"));
	assert_int_equal(json_number(refresh, "jti"), json_number(k, "jti"));
	assert_int_equal(strlen(json_text(refresh, "otp")), 24);
	json_object_put(k);
	json_object_put(refresh);
	assert_string_equal(value("select data from messenger.profile where id = %lld",
				    (long long)p.profile),
		"{\"email\":{\"index\":0,\"value\":{\"default\":{\"index\":0,"
		"\"value\":\"s1@example.com\"}}}}");
}

static void
a_sign_up_says_what_is_wrong_in_its_order(void **state)
{
	static const struct {
		const char *id, *pw, *nick, *email, *field, *reason;
	} wrong[] = {{"a", "b", "c", "no-mail", "email", "NOT_A_VALID_EMAIL_ADDRESS"},
		{"a", "b", "c", "a@b", "email", "NOT_A_VALID_EMAIL_ADDRESS"},
		{"abc", "b", "c", "a@b.cd", "id", "TOO_SHORT"},
		{"a123456789012345678901234567890123456789012345678", "b", "c",
			"a@b.cd", "id", "TOO_LONG"},
		{"ab-cd", "b", "c", "a@b.cd", "id", "FORBIDDEN_CHAR"},
		{"abcd", "Short1!", "c", "a@b.cd", "pw", "TOO_SHORT"},
		{"abcd", "alllowercase", "c", "a@b.cd", "pw", "NEED_MORE_CHAR_TYPE"},
		{"abcd", "with blank1", "c", "a@b.cd", "pw", "FORBIDDEN_CHAR"},
		{"abcd", "пароль-Пароль1", "c", "a@b.cd", "pw", "FORBIDDEN_CHAR"},
		{"abcd12345", "ABCD12345", "c", "a@b.cd", "pw",
			"PW_REUSED_ON_ID_EMAIL_NICK"},
		{"abcd", "Nick12345", "nick12345", "a@b.cd", "pw",
			"PW_REUSED_ON_ID_EMAIL_NICK"}};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		const struct answer *a = sign_up(
			wrong[i].id, wrong[i].pw, wrong[i].nick, wrong[i].email);

		is_case(a, 422, "request.body.bad_semantics");
		assert_string_equal(
			data_text(a, text("bad_semantics.0.%s", wrong[i].field)),
			wrong[i].reason);
	}
	const struct answer *a = post_account("signup", "{\"id\":\"abcd\"}", NULL);
	is_case(a, 400, "request.body.omitted");
	assert_string_equal(json_object_to_json_string_ext(
				    data_of(a, "lacks"), JSON_C_TO_STRING_PLAIN),
		"[\"pw\",\"nick\",\"email\"]");
	a = call("POST", PHONE "/account/signup", .body = "{}");
	is_case(a, 400, "request.header.omitted");
	assert_string_equal(json_object_to_json_string_ext(
				    data_of(a, "lacks"), JSON_C_TO_STRING_PLAIN),
		"[\"User-Agent\",\"X-Csrf-Token\"]");
}

static void
what_somebody_has_is_taken_whatever_its_case(void **state)
{
	const struct answer *a;

	(void)state;
	is_case(sign_up("Taken1", PASSWORD, "Taken", "t1@example.com"), 201,
		"user.sign_up");
	a = sign_up("tAKEN1", PASSWORD, "taken", "T1@example.com");
	is_case(a, 409, "user.already_used");
	assert_string_equal(data_text(a, "duplicate.0"), "id");
	a = sign_up("Taken2", PASSWORD, "tAkEn", "T1@example.com");
	assert_string_equal(data_text(a, "duplicate.0"), "nickname");
	a = sign_up("Taken2", PASSWORD, "Taken2", "T1@EXAMPLE.com");
	assert_string_equal(data_text(a, "duplicate.0"), "email");
	a = post_account("duplicate",
		"{\"id\":\"TAKEN1\",\"nickname\":\"free\",\"email\":\"t1@example."
		"com\"}",
		NULL);
	is_case(a, 409, "user.already_used");
	assert_string_equal(json_object_to_json_string_ext(
				    data_of(a, "duplicate"), JSON_C_TO_STRING_PLAIN),
		"[\"id\",\"email\"]");
	is_case(post_account("duplicate", "", NULL), 200, "user.safe_to_use");
	is_case(post_account("duplicate", "nickname=free", NULL), 200,
		"user.safe_to_use");
}

static void
one_signs_in_by_name_or_address(void **state)
{
	struct phone p = given_phone();
	const char *const names[] = {p.name, text("@%s", p.name),
		text("%s@example.com", p.name), text("%s@EXAMPLE.com", p.name),
		text("PHONE%s", p.name + 5)};

	(void)state;
	for (size_t i = 0; i < 5; i++)
		is_case(sign_in(names[i], PASSWORD), 200, "user.sign_in");
	is_case(sign_in("nobody-at-all", PASSWORD), 404, "user.not_found");
}

static void
a_wrong_password_counts_and_the_fifth_locks(void **state)
{
	struct phone p = given_phone();

	(void)state;
	for (int left = 4; left > 0; left--) {
		const struct answer *a = sign_in(p.name, "Wrong123!");

		is_case(a, 401, "user.wrong_password");
		assert_int_equal(data_number(a, "left_chance"), left);
	}
	const struct answer *a = sign_in(p.name, "Wrong123!");
	is_case(a, 401, "user.locked");
	assert_string_equal(data_text(a, "reason"), "TOO_MUCH_LOGIN_FAIL");
	is_case(sign_in(p.name, PASSWORD), 401, "user.locked");
	/* Elsewhere nobody is locked, and neither is whoever is signed in. */
	is_live(&p);
	a = call("POST", "/users/api/v1/auth/login/",
		.body = text(
			"{\"username\":\"%s\",\"password\":\"" PASSWORD "\"}", p.name));
	assert_int_equal(a->status, 200);
	/* The lock ends by itself. */
	value("update account.lockout set locked_until = now() - interval '1 s'");
	empty_cache();
	is_case(sign_in(p.name, PASSWORD), 200, "user.sign_in");
}

static void
one_account_has_one_password_everywhere(void **state)
{
	struct phone p = given_phone();
	const char *header = given_person("can_view_file");
	const char *name = value("select username from account.account order by id "
				 "desc limit 1");
	const struct answer *a;

	(void)state;
	assert_non_null(header);
	a = sign_in(name, "Right12345");
	is_case(a, 200, "user.sign_in");
	assert_string_equal(data_text(a, "user.nickname"), name);
	a = call("POST", "/users/api/v1/auth/login/",
		.body = text(
			"{\"username\":\"%s\",\"password\":\"" PASSWORD "\"}", p.name));
	assert_int_equal(a->status, 200);
}

/* Somebody of another face whose name is a phone's nickname in other letters. */
static void
who_comes_by_another_face_gets_a_nickname_of_ones_own(void **state)
{
	const struct answer *a;

	(void)state;
	given_person("can_view_file");
	const char *name = value("select username from account.account order by id "
				 "desc limit 1");
	struct phone taken = given_phone();
	value("update messenger.person set nickname = upper('%s') where account_id = "
	      "%lld",
		name, (long long)taken.uuid);
	a = sign_in(name, "Right12345");
	is_case(a, 200, "user.sign_in");
	assert_string_equal(data_text(a, "user.nickname"),
		text("%s-%lld", name, (long long)data_number(a, "user.uuid")));
}

static const struct answer *
change_password(const char *old, const char *new, const char *again, const char *cookie)
{
	return post_account("change-password",
		text("{\"new_password\":\"%s\",\"new_password_check\":\"%s\"%s}", new,
			again,
			old == NULL ? "" : text(",\"original_password\":\"%s\"", old)),
		cookie);
}

static void
a_password_is_changed_by_whoever_knows_it(void **state)
{
	struct phone p = given_phone(), other = signed_in_again(&p);
	const struct answer *a;

	(void)state;
	a = change_password(PASSWORD, "Other123!", "Other124!", p.cookie);
	is_case(a, 400, "password.change_failed");
	assert_string_equal(data_text(a, "reason"), "RETYPE_MISMATCH");
	is_case(change_password(NULL, "Other123!", "Other123!", NULL), 401,
		"user.not_signed_in");
	a = change_password(NULL, "Other123!", "Other123!", p.cookie);
	is_case(a, 400, "request.body.omitted");
	assert_string_equal(data_text(a, "lacks.0"), "original_password");
	a = change_password("Wrong123!", "Other123!", "Other123!", p.cookie);
	is_case(a, 401, "user.wrong_password");
	assert_null(data_of(a, "left_chance"));
	a = change_password(PASSWORD, "short1", "short1", p.cookie);
	assert_string_equal(data_text(a, "reason"), "TOO_SHORT");
	value("update account.account set password_changed_at = null where id = %lld",
		(long long)p.uuid);
	is_case(change_password(PASSWORD, "Other123!", "Other123!", p.cookie), 200,
		"password.changed");
	assert_int_equal(number("select count(*) from account.account where id = %lld "
				"and password_changed_at > now() - interval '1 minute'",
				 (long long)p.uuid),
		1);
	is_live(&p);
	is_dead(&other);
	is_case(sign_in(p.name, PASSWORD), 401, "user.wrong_password");
	is_case(sign_in(p.name, "Other123!"), 200, "user.sign_in");
}

static const char *
farewell(const char *name, const char *pw)
{
	return text("{\"email\":\"%s@example.com\",\"password\":\"%s\"}", name, pw);
}

static void
whoever_deactivates_an_account_hides_it(void **state)
{
	struct phone p = given_phone(), other = given_phone();
	const char *profile = text(PHONE "/profiles/%lld", (long long)p.profile);
	const struct answer *a;

	(void)state;
	is_case(by(&other, "GET", profile), 200, "resource.result");
	a = post_account("deactivate", farewell("other", PASSWORD), p.cookie);
	is_case(a, 409, "user.info_mismatch");
	assert_string_equal(data_text(a, "fields.0"), "email");
	is_case(post_account("deactivate", farewell(p.name, "Wrong123!"), p.cookie),
		401, "user.wrong_password");
	a = post_account("deactivate", farewell(p.name, PASSWORD), p.cookie);
	assert_int_equal(a->status, 204);
	assert_int_equal(a->size, 0);
	assert_string_equal(set_cookie(a, "refresh_token"), "DUMMY");
	is_dead(&p);
	a = sign_in(p.name, PASSWORD);
	is_case(a, 401, "user.deactivated");
	assert_string_equal(data_text(a, "reason"), "ACCOUNT_LOCKED::USER_SELF_LOCKED");
	is_case(by(&other, "GET", profile), 404, "resource.not_found");
}

static void
an_account_is_changed_by_its_owner(void **state)
{
	struct phone p = given_phone(), other = given_phone();
	const struct answer *a = call("POST", PHONE "/account",
		.body = "{\"nickname\":\"new nick\",\"private\":\"true\","
			"\"description\":\"about\"}",
		.headers = {p.cookie});

	(void)state;
	is_case(a, 200, "user.safe_to_use");
	assert_string_equal(data_text(a, "user.nickname"), "new nick");
	assert_string_equal(data_text(a, "user.description"), "about");
	a = call("POST", PHONE "/account", .body = "{\"nickname\":\"NEW nick\"}",
		.headers = {other.cookie});
	is_case(a, 409, "user.already_used");
	assert_string_equal(data_text(a, "duplicate.0"), "nickname");
	a = call("POST", PHONE "/account", .body = text("{\"id\":\"%s\"}", p.name),
		.headers = {other.cookie});
	assert_string_equal(data_text(a, "duplicate.0"), "id");
	a = call("POST", PHONE "/account", .body = "{\"id\":\"a b c d\"}",
		.headers = {p.cookie});
	is_case(a, 422, "request.body.bad_semantics");
	assert_string_equal(data_text(a, "bad_semantics.0.field"), "id");
	assert_string_equal(data_text(a, "bad_semantics.0.reason"), "FORBIDDEN_CHAR");
	is_case(call("POST", PHONE "/account", .body = "{\"id\":\"\"}",
			.headers = {p.cookie}),
		400, "request.body.empty");
	is_case(call("POST", PHONE "/account", .body = "{\"private\":\"perhaps\"}",
			.headers = {p.cookie}),
		422, "request.body.bad_semantics");
	is_case(call("POST", PHONE "/account", .body = "{\"id\":\"New_name-1\"}",
			.headers = {p.cookie}),
		200, "user.safe_to_use");
	is_case(sign_in("new_NAME-1", PASSWORD), 200, "user.sign_in");
}

static int64_t
pushed_to(const struct phone *p)
{
	return number("select count(*) from account.session where push_token = "
		      "'device-1' and account_id = %lld",
		(long long)p->uuid);
}

static void
pushes_go_to_whoever_signed_in_last_on_a_device(void **state)
{
	struct phone p = given_phone(), q = given_phone();

	(void)state;
	is_case(call("POST", PHONE "/account/signin",
			.body = text("{\"id\":\"%s\",\"pw\":\"" PASSWORD "\"}", p.name),
			.headers = {AGENT, CSRF, "X-Client-Token: device-1"}),
		200, "user.sign_in");
	assert_int_equal(pushed_to(&p), 1);
	is_case(refresh(&p), 200, "access_token.refreshed");
	assert_int_equal(pushed_to(&p), 1);
	is_case(call("POST", PHONE "/account/refresh",
			.headers = {AGENT, CSRF, q.cookie, "X-Client-Token: device-1"}),
		200, "access_token.refreshed");
	assert_int_equal(pushed_to(&q), 1);
	assert_int_equal(pushed_to(&p), 0);
}

/* Where a setting forbids it, the first is one as all are. */
static void
the_first_account_administers(void **state)
{
	const struct answer *a;

	(void)state;
	conf.messenger_first_admin = false;
	a = sign_up("First0", PASSWORD, "None", "f0@example.com");
	conf.messenger_first_admin = true;
	is_case(a, 201, "user.sign_up");
	assert_null(set_cookie(a, "admin_token"));
	value("delete from account.account");
	a = sign_up("First1", PASSWORD, "First", "f1@example.com");
	is_case(a, 201, "user.sign_up");
	assert_true(json_object_get_boolean(data_of(a, "user.email_verified")));
	assert_non_null(data_text(a, "user.admin_token.exp"));
	assert_non_null(set_cookie(a, "admin_token"));
	a = sign_up("Second1", PASSWORD, "Second", "f2@example.com");
	is_case(a, 201, "user.sign_up");
	assert_null(set_cookie(a, "admin_token"));
}

static const struct CMUnitTest tests[] = {
	EDGE_TEST(the_first_account_administers), /* before all others */
	EDGE_TEST(signing_up_gives_login_data),
	EDGE_TEST(a_sign_up_says_what_is_wrong_in_its_order),
	EDGE_TEST(what_somebody_has_is_taken_whatever_its_case),
	EDGE_TEST(one_signs_in_by_name_or_address),
	EDGE_TEST(a_wrong_password_counts_and_the_fifth_locks),
	EDGE_TEST(one_account_has_one_password_everywhere),
	EDGE_TEST(who_comes_by_another_face_gets_a_nickname_of_ones_own),
	EDGE_TEST(a_password_is_changed_by_whoever_knows_it),
	EDGE_TEST(whoever_deactivates_an_account_hides_it),
	EDGE_TEST(an_account_is_changed_by_its_owner),
	EDGE_TEST(pushes_go_to_whoever_signed_in_last_on_a_device),
};

int
main(int argc, char **argv)
{
	(void)argc;
	setenv("SAMOVAR_MESSENGER_CONFIRM_EMAIL", "false", 1);
	return edge_run("phone accounts", tests, argv);
}
