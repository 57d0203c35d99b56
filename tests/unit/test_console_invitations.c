/* The console: staff is invited, and comes. */
#include "console.h"

#define ANNA "{\"name\":\"Анна\",\"surname\":\"Белова\",\"email\":\"%s@example.com\"}"
#define NOBODY "/invitations/00000000-0000-4000-8000-000000000001"

/* The newest invitation, after this one. */
static const char *
invited(const char *admin, const char *name)
{
	assert_int_equal(post("/invitations", text(ANNA, name), admin)->status, 204);
	return value("select id from account.invitation order by created desc limit 1");
}

static const char *
code_of(const char *id)
{
	return value("select token from account.invitation where id = '%s'", id);
}

static const struct answer *
accept(const char *code, const char *password)
{
	return post("/invitation/accept",
		text("{\"code\":\"%s\",\"name\":\"Анна\",\"surname\":\"Белых-Петрова\","
		     "\"password\":\"%s\"}",
			code, password),
		NULL);
}

static const struct answer *
look_at(const char *code)
{
	return post("/invitation", text("{\"code\":\"%s\"}", code), NULL);
}

static int64_t
mails(const char *id)
{
	return number("select count(*) from job.job where kind = 'mail.send' and "
		      "subject = 'invitation.console %s'",
		id);
}

static void
who_is_invited_becomes_an_expert(void **state)
{
	(void)state;
	const char *admin = given_console("", "administrator"),
		   *id = invited(admin, "anna1"), *code = code_of(id);

	assert_int_equal(mails(id), 1);
	assert_null(strstr(get("/invitations", admin)->body, code));
	const struct answer *a = look_at(code);
	assert_int_equal(a->status, 200);
	assert_string_equal(answer_text(a, "email"), "anna1@example.com");
	assert_null(strstr(a->body, code));
	is_error(accept(code, "simple"), 422, "Request.Validation");
	assert_int_equal(accept(code, "Right12345")->status, 204);
	a = get("/me", cookie_of(sign_in("anna1@example.com", "Right12345", NULL)));
	assert_string_equal(answer_text(a, "surname"), "Белых-Петрова");
	assert_non_null(strstr(a->body, "\"staff\""));
	assert_null(strstr(a->body, "\"administrator\""));
	is_error(accept(code, "Right12345"), 404, "Invitation.Over");
	is_error(look_at(code), 404, "Invitation.Over");
	assert_null(strstr(get("/invitations", admin)->body, "anna1"));
	is_error(post("/invitations", text(ANNA, "anna1"), admin), 409,
		"People.AddressTaken");
}

static void
what_is_withdrawn_is_over_until_it_is_mailed_again(void **state)
{
	(void)state;
	const char *admin = given_console("", "administrator"),
		   *id = invited(admin, "anna2"), *code = code_of(id);

	assert_int_equal(
		post(text("/invitations/%s/withdraw", id), NULL, admin)->status, 204);
	is_error(look_at(code), 404, "Invitation.Over");
	assert_non_null(
		strstr(get("/invitations", admin)->body, "\"is_open\" : false"));
	is_error(post(text("/invitations/%s/withdraw", id), NULL, admin), 409,
		"Console.Conflict");
	for (int64_t n = 2; n <= 3; n++) { /* over, and open */
		assert_int_equal(
			post(text("/invitations/%s/resend", id), NULL, admin)->status,
			204);
		assert_int_equal(mails(id), n);
	}
	assert_int_equal(look_at(code)->status, 200);
	is_error(post(NOBODY "/resend", NULL, admin), 404, "Console.Gone");
	is_error(post(NOBODY "/withdraw", NULL, admin), 404, "Console.Gone");
}

static void
inviting_is_for_administrators_who_are_still_there(void **state)
{
	(void)state;
	const char *admin = given_console("", "administrator");

	is_error(post("/invitations", text(ANNA, "anna3"), given_console("", "expert")),
		403, "Auth.NoPermission");
	is_error(get("/invitations", given_console("can_manage_people", NULL)), 403,
		"Auth.NoPermission");
	is_error(post("/invitations", text(ANNA, "nonsense@x"), admin), 422,
		"Request.Validation");
	value("update account.session set proved_at = now() - interval '1 hour'");
	is_error(post("/invitations", text(ANNA, "anna3"), admin), 403,
		"Auth.FreshNeeded");
}

static void
an_invitation_of_who_became_staff_meanwhile_is_not_mailed(void **state)
{
	(void)state;
	const char *admin = given_console("", "administrator"),
		   *id = invited(admin, "anna4");

	value("insert into account.account (email, name, surname, role) values "
	      "('anna4@example.com', 'Анна', 'Белова', 'expert')");
	is_error(post(text("/invitations/%s/resend", id), NULL, admin), 409,
		"Console.Conflict");
	assert_int_equal(mails(id), 1);
	is_error(accept(code_of(id), "Right12345"), 409, "People.AddressTaken");
}

static void
who_has_an_account_is_to_be_given_the_role(void **state)
{
	(void)state;
	const char *admin = given_console("", "administrator");

	value("insert into account.account (email, email_confirmed_at) values "
	      "('anna5@example.com', now())");
	is_error(post("/invitations", text(ANNA, "anna5"), admin), 409,
		"People.AddressTaken");
	/* An account that only claims the address steps aside. */
	value("update account.account set email_confirmed_at = null where email = "
	      "'anna5@example.com'");
	assert_int_equal(
		accept(code_of(invited(admin, "anna5")), "Right12345")->status, 204);
}

int
main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		EDGE_TEST(who_is_invited_becomes_an_expert),
		EDGE_TEST(what_is_withdrawn_is_over_until_it_is_mailed_again),
		EDGE_TEST(inviting_is_for_administrators_who_are_still_there),
		EDGE_TEST(an_invitation_of_who_became_staff_meanwhile_is_not_mailed),
		EDGE_TEST(who_has_an_account_is_to_be_given_the_role),
	};

	(void)argc;
	return edge_run("console_invitations", tests, argv);
}
