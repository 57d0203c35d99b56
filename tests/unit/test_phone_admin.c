/* Pages for administrators of the messenger: contract 12. */
#include "account/account.h"
#include "messenger.h"

/* A phone whose owner administers, and the cookie for the pages. */
static const char *
given_admin(struct phone *p)
{
	*p = given_phone();
	value("insert into account.permission (account_id, name) values (%lld, "
	      "'can_manage_messenger')",
		(long long)p->uuid);
	const struct answer *a = call("POST", PHONE "/account/signin",
		.body = text("{\"id\":\"%s\",\"pw\":\"" PASSWORD "\"}", p->name),
		.headers = {AGENT, CSRF});
	is_case(a, 200, "user.sign_in");
	assert_non_null(data_text(a, "user.admin_token.exp"));
	assert_non_null(strstr(a->head, "; path=/api/dev/admin; "));
	take_login(p, a);
	return text("Cookie: admin_token=%s", set_cookie(a, "admin_token"));
}

static const struct answer *
get(const char *path, const char *cookie)
{
	return call("GET", text(PHONE "/admin%s", path),
		.headers = {cookie == NULL ? "X-1: 1" : cookie, "Accept: text/html"});
}

/* The hidden field of a page's form. */
static const char *
csrf_in(const struct answer *a)
{
	const char *at = strstr(a->body, "name=\"csrf\" value=\"");

	assert_non_null(at);
	return text("%.64s", at + strlen("name=\"csrf\" value=\""));
}

static const struct answer *
post(const char *path, const char *cookie, const char *body)
{
	return call("POST", text(PHONE "/admin%s", path), .body = body,
		.headers = {cookie, "Accept: application/json"},
		.type = "application/x-www-form-urlencoded");
}

static void
pages_show_no_secret(void **state)
{
	static const char *const pages[] = {
		"", "/", "/user", "/refreshtoken", "/emailtoken/", "/token-revoke/"};
	struct phone p;
	const char *cookie = given_admin(&p);

	(void)state;
	value("update account.session set push_token = 'secret-push' where account_id "
	      "= "
	      "%lld and kind = 'refresh'",
		(long long)p.uuid);
	value("update messenger.person set nickname = '<b>Nick</b>' where account_id = "
	      "%lld",
		(long long)p.uuid);
	for (size_t i = 0; i < sizeof(pages) / sizeof(*pages); i++) {
		const struct answer *a = get(pages[i], cookie);

		assert_int_equal(a->status, 200);
		assert_null(strstr(a->body, "argon2"));
		assert_null(strstr(a->body, "secret-push"));
		assert_null(strstr(a->body, "<b>"));
		assert_null(strstr(a->body, "<script"));
	}
	assert_non_null(strstr(get("/user", cookie)->body, "&lt;b&gt;Nick"));
}

static void
others_do_not_get_in(void **state)
{
	struct phone p;
	const char *cookie = given_admin(&p);

	(void)state;
	const struct answer *a = get("/user", NULL);
	assert_int_equal(a->status, 403);
	assert_non_null(strstr(a->body, "<html"));
	assert_null(strstr(a->body, "administrator")); /* in Korean */
	is_case(call("GET", PHONE "/admin/user", .headers = {p.cookie}), 403,
		"admin.forbidden");
	a = call("GET", PHONE "/admin/user",
		.headers = {text("Cookie: admin_token=%s", p.cookie + 22)});
	is_case(a, 401, "admin_token.invalid");
	assert_string_equal(set_cookie(a, "admin_token"), "DUMMY");
	/* Who is an administrator no more is none at once. */
	value("delete from account.permission where account_id = %lld",
		(long long)p.uuid);
	is_case(call("GET", PHONE "/admin/user", .headers = {cookie}), 401,
		"admin_token.invalid");
}

static void
a_change_of_the_right_ends_what_tokens_say(void **state)
{
	struct phone p;
	struct account a = {0};
	struct ctx c;

	(void)state;
	given_admin(&p);
	is_case(by(&p, "GET", PHONE "/profiles"), 200, "resource.multiple_result");
	a.id = p.uuid;
	edge_ctx(&c);
	assert_int_equal(account_revoke(&c, &a, "can_manage_messenger"), OK);
	ctx_committed(&c);
	ctx_end(&c);
	is_case(by(&p, "GET", PHONE "/profiles"), 401, "access_token.invalid");
	const struct answer *again = call(
		"POST", PHONE "/account/refresh", .headers = {AGENT, CSRF, p.cookie});
	is_case(again, 200, "access_token.refreshed");
	assert_null(data_of(again, "user.admin_token"));
	take_login(&p, again);
	is_case(by(&p, "GET", PHONE "/profiles"), 200, "resource.multiple_result");
}

static void
a_post_needs_the_word_of_the_page(void **state)
{
	struct phone p, other = given_phone();
	const char *cookie = given_admin(&p), *csrf;
	const char *form = text("user_uuid=%lld", (long long)other.uuid);

	(void)state;
	is_case(post("/token-revoke", cookie, form), 403, "admin.forbidden");
	is_case(post("/token-revoke", cookie, text("%s&csrf=x", form)), 403,
		"admin.forbidden");
	csrf = csrf_in(get("/token-revoke", cookie));
	is_case(call("POST", PHONE "/admin/token-revoke",
			.body = text("%s&csrf=%s", form, csrf),
			.headers = {cookie, "Origin: https://evil.example"}),
		403, "http.forbidden");
	is_case(by(&other, "GET", PHONE "/profiles"), 200, "resource.multiple_result");
	const struct answer *a =
		post("/token-revoke", cookie, text("%s&csrf=%s", form, csrf));
	assert_int_equal(a->status, 303);
	assert_int_equal(json_number(a->json, "code"), 200);
	assert_string_equal(
		answer_header(a, "Location"), "/api/dev/admin/token-revoke");
	is_case(by(&other, "GET", PHONE "/profiles"), 401, "access_token.invalid");
	is_case(call("POST", PHONE "/account/refresh",
			.headers = {AGENT, CSRF, other.cookie}),
		200, "access_token.refreshed");
	assert_int_equal(number("select count(*) from account.audit where action = "
				"'messenger.revoke' and actor = %lld",
				 (long long)p.uuid),
		1);
}

static void
a_session_is_revoked_for_good_by_its_number(void **state)
{
	struct phone p, other = given_phone();
	const char *cookie = given_admin(&p),
		   *csrf = csrf_in(get("/token-revoke", cookie));
	int64_t jti = number("select max(number) from account.session where account_id "
			     "= %lld",
		(long long)other.uuid);

	(void)state;
	const struct answer *a = post("/token-revoke", cookie, text("csrf=%s", csrf));
	is_case(a, 400, "request.body.omitted");
	assert_string_equal(json_object_to_json_string_ext(
				    data_of(a, "lacks"), JSON_C_TO_STRING_PLAIN),
		"[\"user_uuid\",\"target_jti\"]");
	is_case(post("/token-revoke", cookie,
			text("csrf=%s&target_jti=2000000000", csrf)),
		401, "refresh_token.invalid");
	is_case(post("/token-revoke", cookie,
			text("csrf=%s&user_uuid=2000000000", csrf)),
		404, "user.not_found");
	a = post("/token-revoke", cookie,
		text("csrf=%s&target_jti=%lld&do_delete=true", csrf, (long long)jti));
	assert_int_equal(a->status, 303);
	is_case(call("POST", PHONE "/account/refresh",
			.headers = {AGENT, CSRF, other.cookie}),
		401, "refresh_token.invalid");
}

static void
a_user_is_locked_and_let_in_again(void **state)
{
	struct phone p, other = given_phone();
	const char *cookie = given_admin(&p), *csrf = csrf_in(get("/user", cookie));
	const char *signin =
		text("{\"id\":\"%s\",\"pw\":\"" PASSWORD "\"}", other.name);

	(void)state;
	assert_int_equal(post("/user", cookie,
				 text("csrf=%s&user_uuid=%lld&action=lock&reason=spam",
					 csrf, (long long)other.uuid))
				 ->status,
		303);
	const struct answer *a = call("POST", PHONE "/account/signin", .body = signin,
		.headers = {AGENT, CSRF});
	is_case(a, 401, "user.locked");
	assert_string_equal(data_text(a, "reason"), "spam");
	assert_int_equal(post("/user", cookie,
				 text("csrf=%s&user_uuid=%lld&action=unlock", csrf,
					 (long long)other.uuid))
				 ->status,
		303);
	is_case(call("POST", PHONE "/account/signin", .body = signin,
			.headers = {AGENT, CSRF}),
		200, "user.sign_in");
	is_case(post("/user", cookie,
			text("csrf=%s&user_uuid=%lld&action=lock", csrf,
				(long long)p.uuid)),
		403, "resource.forbidden");
}

static void
staff_and_those_of_other_faces_are_left_alone(void **state)
{
	static const char *const forms[][2] = {{"/user", "&action=lock"},
		{"/user/delete", ""}, {"/user/edit", "&nickname=taken"}};
	struct phone p, other = given_phone(), boss = given_phone();
	const char *cookie = given_admin(&p), *csrf = csrf_in(get("/user", cookie));
	int64_t elsewhere = number("insert into account.account (username) values "
				   "('elsewhere') returning id");

	(void)state;
	value("update account.account set role = 'expert' where id = %lld",
		(long long)other.uuid);
	value("update account.account set is_superuser = true where id = %lld",
		(long long)boss.uuid);
	for (size_t i = 0; i < 3; i++) {
		const char *form = text("csrf=%s%s&user_uuid=", csrf, forms[i][1]);

		is_case(post(forms[i][0], cookie,
				text("%s%lld", form, (long long)other.uuid)),
			403, "resource.forbidden");
		is_case(post(forms[i][0], cookie,
				text("%s%lld", form, (long long)boss.uuid)),
			403, "resource.forbidden");
		is_case(post(forms[i][0], cookie,
				text("%s%lld", form, (long long)elsewhere)),
			404, "user.not_found");
	}
	assert_int_equal(number("select count(*) from account.account where status = "
				"'active' and id in (%lld, %lld, %lld)",
				 (long long)other.uuid, (long long)boss.uuid,
				 (long long)elsewhere),
		3);
}

static void
copies_are_flushed(void **state)
{
	struct phone p;
	const char *cookie = given_admin(&p), *csrf = csrf_in(get("/user", cookie));

	(void)state;
	is_case(post("/userdb-flush", cookie, text("csrf=%s", csrf)), 400,
		"request.body.empty");
	is_case(post("/userdb-flush", cookie, text("csrf=%s&flushUserDB=true", csrf)),
		200, "http.ok");
	is_case(post("/userdb-flush", cookie,
			text("csrf=%s&flushTaskQueue=true", csrf)),
		200, "http.ok");
}

static void
what_is_reported_is_decided_by_staff(void **state)
{
	struct phone p, reporter = given_phone(), other = given_phone();
	const char *cookie = given_admin(&p),
		   *path = text(
			   PHONE "/profiles/%lld/report", (long long)other.profile);

	(void)state;
	is_case(by(&reporter, "POST", path, .body = "{}"), 400, "request.body.omitted");
	const struct answer *a = by(&reporter, "POST", path,
		.body = "{\"reason\":\"spam\",\"note\":\"<i>look</i>\"}");
	is_case(a, 201, "resource.created");
	is_case(by(&reporter, "POST", path, .body = "{\"reason\":\"again\"}"), 409,
		"resource.conflict");
	is_case(by(&reporter, "POST", PHONE "/profiles/1999999999/report",
			.body = "{\"reason\":\"x\"}"),
		404, "resource.not_found");
	is_case(by(&reporter, "POST", PHONE "/chats/1999999999/events/1/report",
			.body = "{\"reason\":\"x\"}"),
		404, "resource.not_found");
	const struct answer *page = get("/report", cookie);
	assert_non_null(strstr(page->body, "&lt;i&gt;look"));
	const char *form = text("csrf=%s&report_id=%lld&decision=locked", csrf_in(page),
		(long long)data_number(a, "report.uuid"));
	assert_int_equal(post("/report", cookie, form)->status, 303);
	is_case(post("/report", cookie, form), 404, "resource.not_found");
	assert_int_equal(
		number("select count(*) from job.job j join account.account a on "
		       "j.subject like 'report_acted ' || a.uuid || ' %%' where "
		       "j.kind = 'mail.send' and a.id = %lld",
			(long long)reporter.uuid),
		1);
	is_case(by(&reporter, "GET",
			text(PHONE "/profiles/%lld", (long long)other.profile)),
		404, "resource.not_found");
}

static void
a_mail_is_tried_by_staff(void **state)
{
	struct phone p;
	const char *cookie = given_admin(&p),
		   *form = text("csrf=%s&to_address=you@example.com&title=Hello&body="
				"there",
			   csrf_in(get("/token-revoke", cookie)));

	(void)state;
	assert_int_equal(get("/mail-test", cookie)->status, 405);
	is_case(post("/mail-test", cookie, "to_address=you@example.com&title=a&body=b"),
		403, "admin.forbidden");
	is_case(post("/mail-test", cookie, text("%s&to_address=nobody", form)), 201,
		"resource.created"); /* the first of a name counts */
	assert_int_equal(number("select count(*) from job.job where kind = 'mail.send' "
				"and subject like 'test %%' and subject not like "
				"'%%example%%'"),
		1);
	conf.messenger_mail = false;
	const struct answer *a = post("/mail-test", cookie, form);
	conf.messenger_mail = true;
	is_case(a, 403, "resource.forbidden");
	assert_string_equal(data_text(a, "resource_name.0"), "mail");
}

static void
a_user_is_made_changed_and_taken_away(void **state)
{
	struct phone p;
	const char *cookie = given_admin(&p),
		   *csrf = csrf_in(get("/user/new/", cookie));
	const char *form =
		"id=made1&pw=" PASSWORD "&nick=Made&email=made1@example.com&csrf=";

	(void)state;
	is_case(post("/user/new", cookie, text("%sx", form)), 403, "admin.forbidden");
	const struct answer *a = post("/user/new", cookie, text("%s%s", form, csrf));
	assert_int_equal(a->status, 303);
	assert_string_equal(answer_header(a, "Location"), "/api/dev/admin/user");
	is_case(post("/user/new", cookie, text("%s%s", form, csrf)), 409,
		"user.already_used");
	is_case(post("/user/new", cookie,
			text("id=made2&pw=short&nick=Made2&email=m@example.com&csrf=%s",
				csrf)),
		422, "request.body.bad_semantics");
	int64_t id = number("select id from account.account where username = 'made1'");
	assert_int_equal(number("select count(*) from account.email_token t join "
				"account.account a on a.id = t.account_id where a.id = "
				"%lld and a.email_confirmed_at is null and t.purpose "
				"= 'phone_confirm'",
				 (long long)id),
		1);
	a = get(text("/user/edit/?id=%lld", (long long)id), cookie);
	assert_int_equal(a->status, 200);
	assert_non_null(strstr(a->body, "value=\"Made\""));
	assert_int_equal(get("/user/edit", cookie)->status, 400);
	assert_int_equal(get("/user/edit?id=1999999999", cookie)->status, 404);
	assert_int_equal(post("/user/edit", cookie,
				 text("user_uuid=%lld&nickname=Other&csrf=%s",
					 (long long)id, csrf))
				 ->status,
		303);
	assert_string_equal(value("select nickname from messenger.person where "
				  "account_id = %lld",
				    (long long)id),
		"Other");
	is_case(post("/user/edit", cookie,
			text("user_uuid=%lld&nickname=NICK %s&csrf=%s", (long long)id,
				p.name, csrf)),
		409, "user.already_used");
	assert_int_equal(post("/user/delete", cookie,
				 text("user_uuid=%lld&csrf=%s", (long long)id, csrf))
				 ->status,
		303);
	is_case(post_account(
			"signin", "{\"id\":\"made1\",\"pw\":\"" PASSWORD "\"}", NULL),
		401, "user.deactivated");
	assert_int_equal(number("select count(*) from messenger.profile where "
				"account_id = %lld and locked_at is not null",
				 (long long)id),
		1);
	assert_int_not_equal(
		post("/user/delete", cookie,
			text("user_uuid=%lld&csrf=%s", (long long)p.uuid, csrf))
			->status,
		303);
}

static void
what_somebody_holds_is_taken_away(void **state)
{
	struct phone p, other = given_phone();
	const char *cookie = given_admin(&p),
		   *csrf = csrf_in(get("/refreshtoken", cookie));
	int64_t jti = number("select number from account.session where account_id = "
			     "%lld and kind = 'refresh'",
		(long long)other.uuid);

	(void)state;
	is_case(post("/refreshtoken/delete/", cookie,
			text("jti=1999999999&csrf=%s", csrf)),
		401, "refresh_token.invalid");
	assert_int_equal(post("/refreshtoken/delete", cookie,
				 text("jti=%lld&csrf=%s", (long long)jti, csrf))
				 ->status,
		303);
	is_case(refresh(&other), 401, "refresh_token.invalid");
	post_account("reset-password",
		text("{\"email\":\"%s@example.com\"}", other.name), NULL);
	is_case(post("/emailtoken/delete", cookie,
			text("uuid=1999999999&csrf=%s", csrf)),
		404, "email.not_found");
	int64_t link =
		number("insert into account.email_token (account_id, purpose, "
		       "address, token_hash, expires) values (%lld, 'phone_reset', "
		       "'x@example.com', decode(repeat('0e', 32), 'hex'), now() + "
		       "interval '1 day') returning id",
			(long long)other.uuid);
	assert_int_equal(post("/emailtoken/delete", cookie,
				 text("uuid=%lld&csrf=%s", (long long)link, csrf))
				 ->status,
		303);
	assert_int_equal(number("select count(*) from account.email_token where id = "
				"%lld",
				 (long long)link),
		0);
}

/* A browser that shows JSON shows nothing; a program cannot read pages. */
static void
a_refusal_is_a_page_in_a_browser_only(void **state)
{
	static const struct {
		const char *method, *path, *body, *said, *point, *sub_code;
		int status;
	} wrong[] = {
		{"POST", "/user/new", "id=x&pw=" PASSWORD "&nick=x&email=x@example.com",
			"Запрос содержит ошибку", "<li>id: TOO_SHORT</li>",
			"request.body.bad_semantics", 422},
		{"POST", "/user", "user_uuid=1&action=<b>", "Запрос содержит ошибку",
			"<li>action: ", "request.body.bad_semantics", 422},
		{"POST", "/user/delete", "", "", "<li>lacks: user_uuid</li>",
			"request.body.omitted", 400},
		{"POST", "/user/delete", "user_uuid=1999999999", "", "<ul>\n</ul>",
			"user.not_found", 404},
		{"GET", "/user/edit", NULL, "", "<li>lacks: id</li>",
			"request.path.omitted", 400}};
	struct phone p;
	const char *cookie = given_admin(&p), *csrf = csrf_in(get("/user", cookie));

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		struct call c = {.method = wrong[i].method,
			.path = text(PHONE "/admin%s", wrong[i].path),
			.body = wrong[i].body == NULL
					? NULL
					: text("%s&csrf=%s", wrong[i].body, csrf),
			.type = "application/x-www-form-urlencoded",
			.headers = {cookie, "Accept-Language: ru",
				"Accept: text/html,application/xhtml+xml,*/*;q=0.8"}};
		const struct answer *a = edge_call(&c);

		assert_int_equal(a->status, wrong[i].status);
		assert_non_null(strstr(a->head, "Content-Type: text/html"));
		if (strstr(a->body, "<html lang=\"ru\">") == NULL ||
			strstr(a->body, wrong[i].said) == NULL ||
			strstr(a->body, wrong[i].point) == NULL ||
			strstr(a->body, "<b>") != NULL)
			fail_msg("%s: %s", wrong[i].path, a->body);
		c.headers[2] = "Accept: */*";
		is_case(edge_call(&c), wrong[i].status, wrong[i].sub_code);
		c.headers[2] = "Accept: application/json";
		is_case(edge_call(&c), wrong[i].status, wrong[i].sub_code);
		c.headers[2] = NULL;
		is_case(edge_call(&c), wrong[i].status, wrong[i].sub_code);
	}
}

/* What has no words of its own in a language has those of its kind. */
static void
no_refusal_is_in_another_language(void **state)
{
	struct phone p;
	const char *cookie = given_admin(&p), *csrf = csrf_in(get("/user", cookie));
	const struct answer *a = call("POST", PHONE "/admin/user",
		.body = text(
			"user_uuid=%lld&action=lock&csrf=%s", (long long)p.uuid, csrf),
		.type = "application/x-www-form-urlencoded",
		.headers = {cookie, "Accept: text/html", "Accept-Language: ru"});

	(void)state;
	assert_int_equal(a->status, 403);
	assert_non_null(strstr(a->body, "<p>Нет прав на это действие</p>"));
}

static const struct CMUnitTest tests[] = {
	EDGE_TEST(a_mail_is_tried_by_staff),
	EDGE_TEST(what_is_reported_is_decided_by_staff),
	EDGE_TEST(pages_show_no_secret),
	EDGE_TEST(others_do_not_get_in),
	EDGE_TEST(a_change_of_the_right_ends_what_tokens_say),
	EDGE_TEST(a_post_needs_the_word_of_the_page),
	EDGE_TEST(a_session_is_revoked_for_good_by_its_number),
	EDGE_TEST(a_user_is_locked_and_let_in_again),
	EDGE_TEST(staff_and_those_of_other_faces_are_left_alone),
	EDGE_TEST(copies_are_flushed),
	EDGE_TEST(a_user_is_made_changed_and_taken_away),
	EDGE_TEST(what_somebody_holds_is_taken_away),
	EDGE_TEST(a_refusal_is_a_page_in_a_browser_only),
	EDGE_TEST(no_refusal_is_in_another_language),
};

int
main(int argc, char **argv)
{
	(void)argc;
	setenv("SAMOVAR_MESSENGER_CONFIRM_EMAIL", "false", 1);
	setenv("SAMOVAR_MESSENGER_FIRST_ADMIN", "false", 1);
	return edge_run("phone admin", tests, argv);
}
