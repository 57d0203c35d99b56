/* Mails to phones and what their links do: contract 4. */
#include "account/account_job.h"
#include "base/seal.h"
#include "messenger.h"

#define HTML "Accept: text/html,*/*;q=0.8"

/* The token of the link in the newest mail of this kind; NULL: there is none. */
static const char *
mailed(const char *kind)
{
	struct ctx c;
	const char *subject = value("select subject from job.job where kind = "
				    "'mail.send' and subject like '%s %%' "
				    "order by id desc limit 1",
		kind);

	if (subject == NULL)
		return NULL;
	edge_ctx(&c);
	const char *secret =
		unseal(&c, "samovar person mail", strrchr(subject, ' ') + 1);
	const char *out = text("%s", secret);
	ctx_end(&c);
	return out;
}

static const struct answer *
sign_up(const char *name)
{
	empty_cache(); /* a mail a minute is another test's */
	return call("POST", PHONE "/account/signup",
		.body = text("{\"id\":\"%s\",\"pw\":\"" PASSWORD
			     "\",\"nick\":\"%s\",\"email\":\"%s@example.com\"}",
			name, name, name),
		.headers = {AGENT, CSRF, "Accept-Language: fr, ru-RU;q=0.8, en;q=0.5"});
}

static const struct answer *
sign_in(const char *name, const char *pw)
{
	return call("POST", PHONE "/account/signin",
		.body = text("{\"id\":\"%s\",\"pw\":\"%s\"}", name, pw),
		.headers = {AGENT, CSRF});
}

static const struct answer *
email(const char *method, const char *token, const char *accept)
{
	return call(method, text(PHONE "/account/email/%s", token),
		.headers = {accept == NULL ? "X-Nothing: 1" : accept});
}

static void
an_address_is_confirmed_by_a_button_only(void **state)
{
	const struct answer *a;

	(void)state;
	conf.messenger_confirm_email = true;
	a = sign_up("confirms");
	conf.messenger_confirm_email = false;
	is_case(a, 201, "user.sign_up_but_need_email_verification");
	assert_null(strstr(a->head, "Set-Cookie"));
	assert_int_equal(json_object_object_length(data_of(a, "")), 0);
	conf.messenger_confirm_email = true;
	is_case(sign_in("confirms", PASSWORD), 401, "user.email_not_verified");
	is_case(sign_in("confirms", "Wrong123!"), 401, "user.wrong_password");
	const char *token = mailed("phone_confirm");
	assert_non_null(token);
	is_case(email("GET", token, NULL), 200, "email.success");
	a = email("GET", token, HTML);
	assert_int_equal(a->status, 200);
	assert_non_null(strstr(a->body, "<button>"));
	assert_non_null(strstr(answer_header(a, "Content-Type"), "text/html"));
	is_case(sign_in("confirms", PASSWORD), 401, "user.email_not_verified");
	is_case(email("POST", token, "Accept: application/json"), 200, "email.success");
	is_case(sign_in("confirms", PASSWORD), 200, "user.sign_in");
	conf.messenger_confirm_email = false;
	is_case(email("POST", token, NULL), 404, "email.not_found");
	is_case(email("GET", token, NULL), 404, "email.not_found");
	a = email("GET", token, HTML);
	assert_int_equal(a->status, 404);
	assert_non_null(strstr(a->body, "<html"));
}

static void
without_mails_nothing_has_to_be_confirmed(void **state)
{
	(void)state;
	conf.messenger_confirm_email = true;
	conf.messenger_mail = false;
	is_case(sign_up("nomails"), 201, "user.sign_up");
	is_case(sign_in("nomails", PASSWORD), 200, "user.sign_in");
	is_case(call("POST", PHONE "/account/reset-password",
			.body = "{\"email\":\"nomails@example.com\"}"),
		201, "password.reset_mail_sent");
	conf.messenger_mail = true;
	conf.messenger_confirm_email = false;
	assert_int_equal(
		number("select count(*) from job.job where kind = 'mail.ask'"), 0);
}

static void
a_link_that_is_not_ours_says_so(void **state)
{
	static const char *const bad[] = {"x", "a.b.c", "%3Cscript%3E",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		is_case(email("GET", bad[i], NULL), 410, "email.invalid");
		is_case(email("POST", bad[i], NULL), 410, "email.invalid");
		assert_int_equal(email("GET", bad[i], HTML)->status, 410);
	}
	is_case(email("GET", repeated("A", 43), NULL), 404, "email.not_found");
	is_case(call("GET", PHONE "/account/email/"), 404, "http.not_found");
}

static const char *
reset_link(const char *name)
{
	const struct answer *a;

	empty_cache();
	a = call("POST", PHONE "/account/reset-password",
		.body = text("{\"email\":\"%s@Example.com\"}", name));
	is_case(a, 201, "password.reset_mail_sent");
	run_jobs("mail.ask", mail_ask_job);
	return mailed("phone_reset");
}

static const struct answer *
set_password(
	const char *token, const char *password, const char *again, const char *cookie)
{
	return call("POST", text(PHONE "/account/change-password/%s", token),
		.body = text("{\"new_password\":\"%s\",\"new_password_check\":\"%s\"}",
			password, again),
		.headers = {AGENT, CSRF, cookie});
}

static void
a_forgotten_password_is_set_by_a_link_once(void **state)
{
	struct phone p = given_phone();
	const char *token = reset_link(p.name);
	const struct answer *a;

	(void)state;
	assert_non_null(token);
	is_case(email("GET", token, NULL), 415, "http.content_type_unsupport");
	a = email("GET", token, HTML);
	assert_int_equal(a->status, 200);
	assert_non_null(strstr(a->body,
		text("action=\"/api/dev/account/change-password/%s\"", token)));
	assert_null(strstr(a->body, "<script"));
	/* The link of one kind does not do the other's work. */
	is_case(email("POST", token, NULL), 404, "email.not_found");
	a = set_password(token, "Other123!", "Other124!", p.cookie);
	is_case(a, 400, "password.change_failed");
	assert_string_equal(data_text(a, "reason"), "RETYPE_MISMATCH");
	a = set_password(token, "short1", "short1", p.cookie);
	assert_string_equal(data_text(a, "reason"), "TOO_SHORT");
	/* Nor is it used up by that, and a cookie beside it does not matter. */
	is_case(set_password(token, "Other123!", "Other123!", p.cookie), 200,
		"password.changed");
	is_case(by(&p, "GET", PHONE "/profiles"), 401, "access_token.invalid");
	is_case(sign_in(p.name, "Other123!"), 200, "user.sign_in");
	is_case(set_password(token, "Third123!", "Third123!", NULL), 404,
		"email.not_found");
}

static void
a_link_that_confirms_sets_no_password(void **state)
{
	(void)state;
	is_case(sign_up("confirmer"), 201, "user.sign_up");
	is_case(set_password(mailed("phone_confirm"), "Other123!", "Other123!", NULL),
		404, "email.not_found");
}

static void
a_link_expires_after_two_days(void **state)
{
	struct phone p = given_phone();
	const char *token = reset_link(p.name);

	(void)state;
	assert_int_equal(number("select round(extract(epoch from expires - created)) "
				"from account.email_token where account_id = %lld and "
				"purpose = 'phone_reset'",
				 (long long)p.uuid),
		48 * 3600);
	value("update account.email_token set expires = now() where account_id = %lld",
		(long long)p.uuid);
	is_case(set_password(token, "Other123!", "Other123!", NULL), 410,
		"email.expired");
	is_case(email("GET", token, NULL), 410, "email.expired");
}

static void
nobody_learns_whose_address_it_is(void **state)
{
	(void)state;
	is_case(call("POST", PHONE "/account/reset-password",
			.body = "{\"email\":\"nobody-here@example.com\"}"),
		201, "password.reset_mail_sent");
	is_case(call("POST", PHONE "/account/reset-password",
			.body = "{\"email\":\"no address\"}"),
		201, "password.reset_mail_sent");
	is_case(call("POST", PHONE "/account/reset-password", .body = "{}"), 400,
		"request.body.omitted");
}

static void
a_mail_is_in_the_language_that_was_asked_for(void **state)
{
	(void)state;
	is_case(sign_up("russian"), 201, "user.sign_up");
	assert_non_null(strstr(value("select subject from job.job where kind = "
				     "'mail.send' order by id desc limit 1"),
		" ru "));
	struct phone p = given_phone();
	assert_non_null(p.token);
	assert_non_null(strstr(value("select subject from job.job where kind = "
				     "'mail.send' order by id desc limit 1"),
		" ko "));
}

static const struct CMUnitTest tests[] = {
	EDGE_TEST(an_address_is_confirmed_by_a_button_only),
	EDGE_TEST(without_mails_nothing_has_to_be_confirmed),
	EDGE_TEST(a_link_that_is_not_ours_says_so),
	EDGE_TEST(a_forgotten_password_is_set_by_a_link_once),
	EDGE_TEST(a_link_that_confirms_sets_no_password),
	EDGE_TEST(a_link_expires_after_two_days),
	EDGE_TEST(nobody_learns_whose_address_it_is),
	EDGE_TEST(a_mail_is_in_the_language_that_was_asked_for),
};

int
main(int argc, char **argv)
{
	(void)argc;
	setenv("SAMOVAR_MESSENGER_CONFIRM_EMAIL", "false", 1);
	setenv("SAMOVAR_MESSENGER_FIRST_ADMIN", "false", 1);
	setenv("SAMOVAR_PEOPLE_MAILS_PER_HOUR", "1000", 1);
	return edge_run("phone mails", tests, argv);
}
