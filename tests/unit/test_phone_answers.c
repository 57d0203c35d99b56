/* What phones can count on in every answer: tags, and each case of the contract. */
#include "messenger.h"

static const struct answer *
known(const struct phone *p, const char *path, const char *tag)
{
	return call("GET", path,
		.headers = {p->token, CSRF, p->acting, text("If-None-Match: %s", tag)});
}

/* A list's tag is good until the list changes, with or without quotation marks. */
static const char *
is_tagged(const struct phone *p, const char *path)
{
	const struct answer *a = by(p, "GET", path);
	const char *tag = answer_header(a, "ETag");

	is_case(a, 200, "resource.multiple_result");
	assert_int_equal(strlen(tag), 64);
	assert_non_null(strstr(a->head, "Access-Control-Expose-Headers: ETag"));
	assert_string_equal(answer_header(by(p, "HEAD", path), "ETag"), tag);
	assert_string_equal(answer_header(known(p, path, "older"), "ETag"), tag);
	assert_int_equal(known(p, path, "older")->status, 200);
	a = known(p, path, tag);
	assert_int_equal(a->status, 304);
	assert_int_equal(a->size, 0);
	assert_string_equal(answer_header(a, "ETag"), tag);
	assert_int_equal(known(p, path, text("\"%s\"", tag))->status, 304);
	return tag;
}

static void
a_list_has_a_tag(void **state)
{
	struct phone anna = given_phone(), boris = given_guest();
	int64_t room = given_room(&anna, &boris);
	const char *paths[] = {PHONE "/profiles", PHONE "/chats",
		room_path(room, "/events"), PHONE "/cards",
		text(PHONE "/profiles/%lld/cards", (long long)anna.profile),
		text(PHONE "/profiles/%lld/follow-request", (long long)anna.profile)};
	const char *tags[6];

	(void)state;
	value("insert into messenger.card (profile_id, account_id, name, data, "
	      "preview_url) values (%lld, %lld, 'Work', '{}', '/uploads/tagged.png')",
		(long long)anna.profile, (long long)anna.uuid);
	value("insert into messenger.relation (from_profile_id, from_account_id, "
	      "to_profile_id, to_account_id, status) values (%lld, %lld, %lld, %lld, "
	      "4)",
		(long long)boris.profile, (long long)boris.uuid,
		(long long)anna.profile, (long long)anna.uuid);
	for (size_t i = 0; i < 6; i++)
		tags[i] = is_tagged(&anna, paths[i]);
	is_case(say(&boris, room, "Hello"), 201, "resource.created");
	value("update messenger.profile set name = 'New' where id in (%lld, %lld)",
		(long long)anna.profile, (long long)boris.profile);
	value("update messenger.card set name = 'New' where profile_id = %lld",
		(long long)anna.profile);
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(known(&anna, paths[i], tags[i])->status, 200);
}

static void
a_sign_up_tells_the_tag_of_the_copy_to_come(void **state)
{
	const struct answer *a = call("POST", PHONE "/account/signup",
		.body = "{\"id\":\"tagged\",\"pw\":\"" PASSWORD
			"\",\"nick\":\"tagged\",\"email\":\"tagged@example.com\"}",
		.headers = {AGENT, CSRF});
	struct phone anna = {0};

	(void)state;
	is_case(a, 201, "user.sign_up");
	take_login(&anna, a);
	assert_int_equal(strlen(answer_header(a, "ETag")), 32);
	assert_string_equal(answer_header(by(&anna, "HEAD", PHONE "/sync"), "ETag"),
		answer_header(a, "ETag"));
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {EDGE_TEST(a_list_has_a_tag),
		EDGE_TEST(a_sign_up_tells_the_tag_of_the_copy_to_come)};

	(void)argc;
	setenv("SAMOVAR_MESSENGER_CONFIRM_EMAIL", "false", 1);
	return edge_run("phone_answers", tests, argv);
}
