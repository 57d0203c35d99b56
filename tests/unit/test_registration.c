/* Addresses: registration, confirmation, reset, change; every answer the same. */
#include "edge.h"

#include <glob.h>
#include <unistd.h>

#include "account/account_job.h"
#include "account/invitation.h"
#include "account/person_mail.h"
#include "base/hash.h"
#include "base/seal.h"

#define API "/people/api/v1"
#define SENT "{\"status\":\"mail_sent\"}"

static const struct answer *
post(const char *path, const char *body)
{
	return call("POST", text(API "%s", path), .body = body);
}

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

static void
confirm_mode(const char *mode)
{
	conf.account_confirm_email = mode;
	number("delete from job.job");
	empty_cache();
}

static const struct answer *
registered(const char *email, const char *password)
{
	empty_cache(); /* the limit of one mail a minute is another test's */
	return post("/register",
		text("{\"email\":\"%s\",\"password\":\"%s\",\"name\":\"Вера\","
		     "\"language\":\"ko\"}",
			email, password));
}

static const struct answer *
sign_in(const char *email, const char *password)
{
	return post("/auth/login",
		text("{\"email\":\"%s\",\"password\":\"%s\"}", email, password));
}

/* What the newest mail of this kind carries: the token of its link, or the code. */
static const char *
mailed(const char *kind, bool code)
{
	const char *subject = value("select subject from job.job where kind = "
				    "'mail.send' and subject like '%s %%' "
				    "order by id desc limit 1",
		kind);
	struct ctx c;

	assert_non_null(subject);
	edge_ctx(&c);
	const char *secret =
		unseal(&c, "samovar person mail", strrchr(subject, ' ') + 1);
	assert_non_null(secret);
	size_t n = strcspn(secret, " ");
	const char *out =
		code ? text("%s", secret + n + 1) : text("%.*s", (int)n, secret);
	ctx_end(&c);
	return out;
}

static int64_t
mails(const char *kind)
{
	return number("select count(*) from job.job where kind = 'mail.send' and "
		      "subject like '%s %%'",
		kind);
}

static const struct answer *
confirmed(const char *token)
{
	return post("/confirm", text("{\"token\":\"%s\"}", token));
}

static const char *
given_confirmed(const char *password)
{
	const char *email = text("%s@example.org", unique("vera"));

	is_status(registered(email, password), 202);
	is_status(confirmed(mailed("confirm", false)), 200);
	return email;
}

static const char *
bearer(const struct answer *a)
{
	is_status(a, 200);
	return text("Authorization: Bearer %s", answer_text(a, "access_token"));
}

static const struct answer *
me(const char *header)
{
	return call("GET", API "/me", .headers = {header});
}

/* -- registration */

static void
an_answer_tells_nobody_which_addresses_are_known(void **state)
{
	const char *email = text("%s@example.org", unique("same"));

	(void)state;
	confirm_mode("before");
	const struct answer *fresh = registered(email, "Right12345"),
			    *waiting = registered(email, "Other12345");
	is_status(fresh, 202);
	assert_string_equal(fresh->body, SENT);
	assert_int_equal(mails("confirm"), 2);
	is_status(confirmed(mailed("confirm", false)), 200);
	const struct answer *taken = registered(email, "Right12345");
	assert_int_equal(mails("exists"), 1);
	assert_string_equal(fresh->body, waiting->body);
	assert_string_equal(fresh->body, taken->body);
	assert_string_equal(fresh->head, waiting->head);
	assert_string_equal(fresh->head, taken->head);
	assert_int_equal(
		number("select count(*) from account.account where email = '%s'",
			email),
		1);
}

/* What takes time is the hash: one each, whatever is known. */
static void
each_registration_costs_the_same_work(void **state)
{
	const char *email = text("%s@example.org", unique("work"));

	(void)state;
	confirm_mode("before");
	for (int i = 0; i < 3; i++) {
		uint64_t before = hash_count();

		is_status(registered(email, "Right12345"), 202);
		assert_int_equal(hash_count() - before, 1);
		if (i == 1)
			is_status(confirmed(mailed("confirm", false)), 200);
	}
	assert_int_equal(mails("exists"), 1);
}

static void
without_confirmation_the_account_comes_at_once(void **state)
{
	const char *email = text("%s@example.org", unique("off"));

	(void)state;
	confirm_mode("off");
	const struct answer *a = registered(email, "Right12345");
	is_status(a, 201);
	assert_string_equal(answer_text(a, "email"), email);
	assert_false(json_truth(a->json, "email_confirmed"));
	is_status(sign_in(email, "Right12345"), 200);
	assert_int_equal(mails("confirm"), 0);
	is_error(registered(email, "Right12345"), 409, "People.Taken");
	conf.account_registration_open = false;
	is_error(registered("x@example.org", "Right12345"), 403, "Registration.Closed");
	conf.account_registration_open = true;
}

static void
a_form_is_refused_with_its_field(void **state)
{
	static const struct {
		const char *body, *field;
	} bad[] = {{"{\"password\":\"Right12345\"}", "email"},
		{"{\"email\":\"no\",\"password\":\"Right12345\"}", "email"},
		{"{\"email\":\"a@example.org\",\"password\":\"short\"}", "password"},
		{"{\"email\":\"a@example.org\",\"password\":\"Right12345\","
		 "\"language\":\"de\"}",
			"language"},
		{"{\"email\":\"a@example.org\",\"password\":\"Right12345\","
		 "\"username\":\"#1\"}",
			"username"}};

	(void)state;
	confirm_mode("before");
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		const struct answer *a = post("/register", bad[i].body);
		is_error(a, 422, "Request.Validation");
		assert_string_equal(answer_text(a, "field"), bad[i].field);
	}
	given_member("");
	const char *name =
		value("select username from account.account order by id desc limit 1");
	const struct answer *a = post("/register",
		text("{\"email\":\"%s@example.net\",\"password\":\"Right12345\","
		     "\"username\":\"%s\"}",
			name, name));
	is_error(a, 422, "Request.Validation");
	assert_string_equal(answer_text(a, "field"), "username");
}

/* -- confirmation */

static void
a_link_confirms_as_often_as_it_is_used(void **state)
{
	const char *email = text("%s@example.org", unique("link"));

	(void)state;
	confirm_mode("later");
	registered(email, "Right12345");
	const char *token = mailed("confirm", false);
	assert_int_equal(strlen(token), 43);
	for (int i = 0; i < 10; i++)
		assert_int_equal(
			call("GET", API "/confirm?token=x", .headers = {NULL})->status,
			405);
	for (int i = 0; i < 2; i++) {
		const struct answer *a = confirmed(token);
		is_status(a, 200);
		assert_true(json_truth(a->json, "email_confirmed"));
		assert_null(answer_header(a, "Set-Cookie"));
	}
	const struct answer *wrong = confirmed("x");
	is_error(wrong, 410, "Email.TokenExpired");
	number("update account.email_token set expires = now() - interval '1 day'");
	const struct answer *late = confirmed(token);
	assert_int_equal(late->status, 410);
	assert_string_equal(late->body, wrong->body);
	assert_true(json_truth(
		me(bearer(sign_in(email, "Right12345")))->json, "email_confirmed"));
}

static void
a_code_has_five_tries(void **state)
{
	const char *email = text("%s@example.org", unique("code"));

	(void)state;
	confirm_mode("later");
	registered(email, "Right12345");
	const char *code = mailed("confirm", true),
		   *wrong = str_eq(code, "000000") ? "000001" : "000000";
	assert_int_equal(strlen(code), 6);
	for (int i = 0; i < 4; i++)
		is_error(post("/confirm", text("{\"email\":\"%s\",\"code\":\"%s\"}",
						  email, wrong)),
			410, "Email.TokenExpired");
	is_status(post("/confirm",
			  text("{\"email\":\"%s\",\"code\":\"%s\"}", email, code)),
		200);
	number("update account.email_token set tries = 5 where address = '%s'", email);
	is_error(post("/confirm",
			 text("{\"email\":\"%s\",\"code\":\"%s\"}", email, code)),
		410, "Email.TokenExpired");
	is_error(post("/confirm",
			 "{\"email\":\"nobody@example.org\",\"code\":\"123456\"}"),
		410, "Email.TokenExpired");
	is_error(post("/confirm", "{\"email\":\"nobody@example.org\"}"), 422,
		"Request.Validation");
}

static void
the_three_newest_links_stay_good(void **state)
{
	const char *email = text("%s@example.org", unique("three")), *tokens[4];

	(void)state;
	confirm_mode("later");
	for (int i = 0; i < 4; i++) {
		registered(email, "Right12345");
		tokens[i] = mailed("confirm", false);
	}
	is_error(confirmed(tokens[0]), 410, "Email.TokenExpired");
	for (int i = 1; i < 4; i++)
		is_status(confirmed(tokens[i]), 200);
}

static void
before_confirmation_nobody_signs_in(void **state)
{
	const char *name = unique("waits"), *email = text("%s@example.org", name);

	(void)state;
	confirm_mode("before");
	is_status(
		call("POST", "/users/api/v1/auth/register/",
			.body = text("{\"username\":\"%s\",\"password\":\"Right12345\","
				     "\"email\":\"%s\",\"first_name\":\"a\","
				     "\"last_name\":\"b\"}",
				name, email)),
		201);
	is_error(sign_in(email, "Wrong12345"), 401, "Auth.Credentials");
	is_error(sign_in(email, "Right12345"), 403, "Auth.EmailNotConfirmed");
	const char *login =
		text("{\"username\":\"%s\",\"password\":\"Right12345\"}", name);
	const struct answer *a =
		call("POST", "/users/api/v1/auth/login/", .body = login);
	is_error(a, 401, "Login.Error.Credentials");
	assert_string_equal(answer_text(a, "detail"), "address not confirmed");
	is_status(confirmed(mailed("confirm", false)), 200);
	is_status(call("POST", "/users/api/v1/auth/login/", .body = login), 200);
	given_member(SUPERUSER);
}

/* Somebody registers an address that is not theirs, and waits for its owner. */
static void
whoever_registers_first_does_not_get_the_owners_account(void **state)
{
	const char *email = text("%s@example.org", unique("owner"));

	(void)state;
	confirm_mode("later");
	registered(email, "Thief12345");
	const char *thief = bearer(sign_in(email, "Thief12345"));
	registered(email, "Owner12345");
	const struct answer *a = confirmed(mailed("confirm", false));
	is_status(a, 200);
	assert_true(json_truth(a->json, "password_reset"));
	is_error(me(thief), 401, "Auth.Expired");
	is_error(sign_in(email, "Thief12345"), 401, "Auth.Credentials");
	is_status(post("/password/reset",
			  text("{\"token\":\"%s\",\"password\":\"Owner12345\"}",
				  mailed("reset", false))),
		200);
	is_status(sign_in(email, "Owner12345"), 200);
}

static void
who_repeats_their_own_registration_keeps_the_password(void **state)
{
	const char *email = text("%s@example.org", unique("again"));

	(void)state;
	confirm_mode("before");
	registered(email, "Right12345");
	registered(email, "Right12345");
	assert_false(json_truth(
		confirmed(mailed("confirm", false))->json, "password_reset"));
	is_status(sign_in(email, "Right12345"), 200);
}

/* -- mails that are asked for */

static void
a_mail_is_asked_for_whoever_has_the_address(void **state)
{
	const char *email = text("%s@example.org", unique("ask"));

	(void)state;
	confirm_mode("later");
	registered(email, "Right12345");
	confirm_mode("later");
	for (int i = 0; i < 2; i++) {
		const char *path = i == 0 ? "/confirm/resend" : "/password/forgot";
		const struct answer *known = post(
					    path, text("{\"email\":\"%s\"}", email)),
				    *unknown = post(
					    path, text("{\"email\":\"%s@example.org\"}",
							  unique("nobody")));
		is_status(known, 202);
		assert_string_equal(known->body, unknown->body);
		assert_string_equal(known->head, unknown->head);
		assert_int_equal(run_jobs("mail.ask", mail_ask_job), 2);
		assert_int_equal(mails(i == 0 ? "confirm" : "reset"), 1);
		empty_cache();
	}
}

static void
an_address_gets_one_mail_a_minute_and_a_caller_so_many_an_hour(void **state)
{
	const char *email = text("%s@example.org", unique("often"));
	int64_t most = conf.people_mails_per_hour;

	(void)state;
	confirm_mode("later");
	registered(email, "Right12345");
	is_status(post("/confirm/resend", text("{\"email\":\"%s\"}", email)), 202);
	is_status(
		post("/register",
			text("{\"email\":\"%s\",\"password\":\"Right12345\"}", email)),
		202);
	assert_int_equal(mails("confirm"), 1);
	assert_int_equal(run_jobs("mail.ask", mail_ask_job), 0);
	conf.people_mails_per_hour = 2;
	empty_cache();
	for (int i = 0; i < 4; i++)
		is_status(
			post("/password/forgot",
				text("{\"email\":\"%s@example.org\"}", unique("far"))),
			202);
	conf.people_mails_per_hour = most;
	assert_int_equal(run_jobs("mail.ask", mail_ask_job), 2);
}

static void
a_new_password_ends_all_sessions_and_confirms(void **state)
{
	const char *email = text("%s@example.org", unique("forgot"));

	(void)state;
	confirm_mode("later");
	registered(email, "Right12345");
	const char *there = bearer(sign_in(email, "Right12345"));
	empty_cache();
	post("/password/forgot", text("{\"email\":\"%s\"}", email));
	run_jobs("mail.ask", mail_ask_job);
	const char *body = text("{\"token\":\"%s\",\"password\":\"Fresh12345\"}",
		mailed("reset", false));
	is_error(confirmed(mailed("reset", false)), 410, "Email.TokenExpired");
	is_status(post("/password/reset", body), 200);
	is_error(post("/password/reset", body), 410, "Email.TokenExpired");
	is_error(me(there), 401, "Auth.Expired");
	is_error(sign_in(email, "Right12345"), 401, "Auth.Credentials");
	assert_true(json_truth(
		me(bearer(sign_in(email, "Fresh12345")))->json, "email_confirmed"));
}

/* -- a change of address */

static void
an_address_changes_when_both_sides_agree(void **state)
{
	(void)state;
	confirm_mode("later");
	const char *old = given_confirmed("Right12345"),
		   *next = text("%s@example.org", unique("next")),
		   *token = bearer(sign_in(old, "Right12345"));

	empty_cache();
	is_error(call("POST", API "/me/email", .headers = {token},
			 .body = text("{\"email\":\"%s\",\"password\":\"x\"}", next)),
		403, "Auth.WrongPassword");
	is_status(call("POST", API "/me/email", .headers = {token},
			  .body = text("{\"email\":\"%s\",\"password\":\"Right12345\"}",
				  next)),
		202);
	assert_string_equal(answer_text(me(token), "email_pending"), next);
	const struct answer *a = confirmed(mailed("change_new", false));
	assert_true(json_truth(a->json, "email_pending"));
	assert_string_equal(answer_text(me(token), "email"), old);
	assert_false(json_truth(
		confirmed(mailed("change_old", false))->json, "email_pending"));
	assert_string_equal(answer_text(me(token), "email"), next);
	is_status(confirmed(mailed("change_new", false)), 200);
	is_error(sign_in(old, "Right12345"), 401, "Auth.Credentials");

	is_status(
		post("/email/undo", text("{\"token\":\"%s\"}", mailed("undo", false))),
		200);
	is_error(me(token), 401, "Auth.Expired");
	is_error(sign_in(old, "Right12345"), 401, "Auth.Credentials");
	is_status(post("/password/reset",
			  text("{\"token\":\"%s\",\"password\":\"Fresh12345\"}",
				  mailed("reset", false))),
		200);
	is_status(sign_in(old, "Fresh12345"), 200);
}

static void
the_old_side_is_asked_only_where_it_is_to_be(void **state)
{
	(void)state;
	confirm_mode("later");
	const char *old = given_confirmed("Right12345"),
		   *next = text("%s@example.org", unique("alone")),
		   *token = bearer(sign_in(old, "Right12345"));

	empty_cache();
	conf.account_both_addresses = false;
	const struct answer *a = call("POST", API "/me/email", .headers = {token},
		.body = text("{\"email\":\"%s\",\"password\":\"Right12345\"}", next));
	conf.account_both_addresses = true;
	is_status(a, 202);
	assert_int_equal(mails("change_old"), 0);
	assert_false(json_truth(
		confirmed(mailed("change_new", false))->json, "email_pending"));
	assert_string_equal(answer_text(me(token), "email"), next);
}

static void
the_old_side_can_refuse_and_the_person_give_up(void **state)
{
	(void)state;
	confirm_mode("later");
	const char *old = given_confirmed("Right12345"),
		   *token = bearer(sign_in(old, "Right12345"));

	for (int i = 0; i < 2; i++) {
		empty_cache();
		is_status(call("POST", API "/me/email", .headers = {token},
				  .body = text("{\"email\":\"%s@example.org\","
					       "\"password\":\"Right12345\"}",
					  unique("refused"))),
			202);
		const char *agree = mailed("change_new", false);
		if (i == 0)
			is_status(post("/email/undo",
					  text("{\"token\":\"%s\"}",
						  mailed("change_old", false))),
				200);
		else
			is_status(call("DELETE", API "/me/email/pending",
					  .headers = {token}),
				204);
		assert_null(answer_text(me(token), "email_pending"));
		is_error(confirmed(agree), 410, "Email.TokenExpired");
		assert_string_equal(answer_text(me(token), "email"), old);
	}
}

static void
a_change_to_somebodys_address_looks_like_any(void **state)
{
	(void)state;
	confirm_mode("later");
	const char *one = given_confirmed("Right12345"),
		   *other = given_confirmed("Right12345"),
		   *token = bearer(sign_in(one, "Right12345"));

	confirm_mode("later");
	is_status(call("POST", API "/me/email", .headers = {token},
			  .body = text("{\"email\":\"%s\",\"password\":\"Right12345\"}",
				  other)),
		202);
	assert_string_equal(answer_text(me(token), "email_pending"), other);
	assert_int_equal(mails("change_new"), 0);
	assert_int_equal(mails("exists"), 1);
}

/* -- oneself */

static void
ones_own_password_ends_the_other_sessions(void **state)
{
	(void)state;
	confirm_mode("later");
	const char *email = given_confirmed("Right12345"),
		   *here = bearer(sign_in(email, "Right12345")),
		   *there = bearer(sign_in(email, "Right12345"));

	is_error(call("POST", API "/me/password", .headers = {here},
			 .body = "{\"old\":\"x\",\"new\":\"Fresh12345\"}"),
		403, "Auth.WrongPassword");
	is_status(call("POST", API "/me/password", .headers = {here},
			  .body = "{\"old\":\"Right12345\",\"new\":\"Fresh12345\"}"),
		200);
	is_status(me(here), 200);
	is_error(me(there), 401, "Auth.Expired");
	is_status(sign_in(email, "Fresh12345"), 200);
}

static void
one_deletes_oneself_with_the_password(void **state)
{
	(void)state;
	confirm_mode("later");
	const char *email = given_confirmed("Right12345"),
		   *token = bearer(sign_in(email, "Right12345"));

	is_error(post("/account/delete",
			 text("{\"email\":\"%s\",\"password\":\"x\"}", email)),
		401, "Auth.Credentials");
	is_status(
		post("/account/delete",
			text("{\"email\":\"%s\",\"password\":\"Right12345\"}", email)),
		204);
	is_error(me(token), 401, "Auth.Expired");
	assert_int_equal(
		number("select count(*) from account.account where email = '%s'",
			email),
		0);
	is_error(sign_in(email, "Right12345"), 401, "Auth.Credentials");
}

static void
an_invitation_takes_only_what_nobody_has_confirmed(void **state)
{
	const char *claimed = text("%s@example.org", unique("claimed"));
	const char *last =
		"select token from account.invitation order by created desc limit 1";

	(void)state;
	confirm_mode("later");
	const char *own = given_confirmed("Right12345"),
		   *admin = given_staff("administrator");
	registered(claimed, "Right12345");
	for (int i = 0; i < 2; i++) {
		is_status(call("POST", "/api/administrators/invitations",
				  .headers = {admin},
				  .body = text(
					  "{\"name\":\"Вера\",\"surname\":\"Петрова\","
					  "\"email\":\"%s\"}",
					  i == 0 ? own : claimed)),
			201);
		const struct answer *a = call("POST",
			text("/api/administrators/register/%s", value("%s", last)),
			.body = "{\"name\":\"Вера\",\"surname\":\"Петрова\","
				"\"password\":\"Right12345\"}");
		if (i == 0)
			assert_true(a->status >= 400 && a->status < 500);
		else
			is_status(a, 201);
	}
	assert_int_equal(
		number("select count(*) from account.account where email = '%s' "
		       "and role is null",
			own),
		1);
}

static void
what_nobody_confirms_goes(void **state)
{
	const char *email = text("%s@example.org", unique("gone"));

	(void)state;
	confirm_mode("before");
	registered(email, "Right12345");
	const char *kept_email = given_confirmed("Right12345");
	value("insert into job.job (kind, subject) values ('account.sweep', '')");
	run_jobs("account.sweep", account_sweep_job);
	assert_int_equal(
		number("select count(*) from account.account where email = '%s'",
			email),
		1);
	number("update account.account set confirm_by = now() - interval '1 day' "
	       "where confirm_by is not null");
	value("insert into job.job (kind, subject) values ('account.sweep', '')");
	run_jobs("account.sweep", account_sweep_job);
	assert_int_equal(number("select count(*) from account.account where email in "
				"('%s', '%s')",
				 email, kept_email),
		1);
}

static void
what_is_asked_for_lives_as_long_as_the_settings_say(void **state)
{
	const char *email = text("%s@example.org", unique("span"));
	int64_t account = conf.account_unconfirmed_lifetime,
		link = conf.account_confirm_lifetime, code = conf.account_code_lifetime;

	(void)state;
	confirm_mode("before");
	conf.account_unconfirmed_lifetime = 5000;
	conf.account_confirm_lifetime = 3000;
	conf.account_code_lifetime = 300;
	registered(email, "Right12345");
	conf.account_unconfirmed_lifetime = account;
	conf.account_confirm_lifetime = link;
	conf.account_code_lifetime = code;
	assert_string_equal(
		value("select concat_ws(' ', extract(epoch from a.confirm_by - "
		      "t.created)::int, extract(epoch from t.expires - "
		      "t.created)::int, "
		      "extract(epoch from t.code_expires - t.created)::int) from "
		      "account.account a join account.email_token t on t.account_id = "
		      "a.id where a.email = '%s'",
			email),
		"5000 3000 300");
}

/* -- the mails */

static const char *
only_file(const char *folder)
{
	glob_t found;

	assert_int_equal(glob(text("%s/*.eml", folder), 0, NULL, &found), 0);
	assert_int_equal(found.gl_pathc, 1);
	const char *name = text("%s", found.gl_pathv[0]);
	globfree(&found);
	return name;
}

static void
each_mail_is_whole_in_each_language(void **state)
{
	static const char *const kinds[] = {"confirm", "exists", "reset", "change_new",
		"change_old", "undo", "picture_removed"};
	static const char *const languages[] = {"ru", "en", "ko"};
	char folder[] = "/tmp/samovar-mail-XXXXXX";

	(void)state;
	confirm_mode("later");
	const char *email = given_confirmed("Right12345");
	const char *uuid =
		value("select uuid from account.account where email = '%s'", email);
	assert_non_null(mkdtemp(folder));
	conf.mail_directory = folder;
	conf.mail_templates = SRCDIR "/conf/mail";
	for (size_t i = 0; i < 21; i++) {
		struct ctx c;
		bool known, token = i / 3 != 1 && i / 3 != 6;

		edge_ctx(&c);
		const char *id =
			!token ? uuid
			       : value("insert into account.email_token "
				       "(account_id, purpose, address, token_hash, "
				       "expires) select id, 'reset', email, "
				       "sha256('%zu'), now() + interval '1 day' "
				       "from account.account where email = '%s' "
				       "returning id",
					 i, email);
		assert_int_equal(
			person_mail_send(&c,
				text("%s %s %s %s", kinds[i / 3], id, languages[i % 3],
					seal(&c, "samovar person mail", "x 123456")),
				&known),
			OK);
		assert_true(known);
		ctx_end(&c);
		const char *file = only_file(folder);
		assert_non_null(file);
		assert_int_equal(unlink(file), 0);
	}
	rmdir(folder);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		EDGE_TEST(an_answer_tells_nobody_which_addresses_are_known),
		EDGE_TEST(each_registration_costs_the_same_work),
		EDGE_TEST(without_confirmation_the_account_comes_at_once),
		EDGE_TEST(a_form_is_refused_with_its_field),
		EDGE_TEST(a_link_confirms_as_often_as_it_is_used),
		EDGE_TEST(a_code_has_five_tries),
		EDGE_TEST(the_three_newest_links_stay_good),
		EDGE_TEST(before_confirmation_nobody_signs_in),
		EDGE_TEST(whoever_registers_first_does_not_get_the_owners_account),
		EDGE_TEST(who_repeats_their_own_registration_keeps_the_password),
		EDGE_TEST(a_mail_is_asked_for_whoever_has_the_address),
		EDGE_TEST(
			an_address_gets_one_mail_a_minute_and_a_caller_so_many_an_hour),
		EDGE_TEST(a_new_password_ends_all_sessions_and_confirms),
		EDGE_TEST(an_address_changes_when_both_sides_agree),
		EDGE_TEST(the_old_side_is_asked_only_where_it_is_to_be),
		EDGE_TEST(the_old_side_can_refuse_and_the_person_give_up),
		EDGE_TEST(a_change_to_somebodys_address_looks_like_any),
		EDGE_TEST(ones_own_password_ends_the_other_sessions),
		EDGE_TEST(one_deletes_oneself_with_the_password),
		EDGE_TEST(an_invitation_takes_only_what_nobody_has_confirmed),
		EDGE_TEST(what_nobody_confirms_goes),
		EDGE_TEST(what_is_asked_for_lives_as_long_as_the_settings_say),
		EDGE_TEST(each_mail_is_whole_in_each_language),
	};

	(void)argc;
	return edge_run("registration", tests, argv);
}
