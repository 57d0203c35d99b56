/* What is too much or not offered: contract 11 and 18; and who may have which file. */
#include "messenger.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

/* -- files */

static const char *
given_upload(const struct phone *p, const char *more)
{
	const char *name = text("%s.png", unique("limit"));

	value("insert into messenger.upload (account_id, filename, original_filename, "
	      "mimetype, size) values (%lld, '%s', 'a.png', 'image/png', 4)",
		(long long)p->uuid, name);
	if (more != NULL)
		value("update messenger.upload set %s where filename = '%s'", more,
			name);
	return text(PHONE "/uploads/%s", name);
}

static const struct answer *
send_file(const struct phone *p, const char *method, const char *path, const char *tag)
{
	return call(method, path,
		.body = "--b\r\nContent-Disposition: form-data; name=\"file\"; "
			"filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n"
			"\x89PNG\r\n\x1a\nno picture\r\n--b--\r\n",
		.type = "multipart/form-data; boundary=b",
		.headers = {p->token, CSRF, p->acting, tag});
}

static void
a_private_file_is_its_sender_s(void **state)
{
	struct phone anna = given_phone(), boris = given_phone(), boss = given_phone();
	const char *hidden = given_upload(&anna, "private = true"),
		   *shown = given_upload(&anna, NULL);

	(void)state;
	value("insert into account.permission (account_id, name) values (%lld, "
	      "'can_manage_messenger')",
		(long long)boss.uuid);
	boss = signed_in_again(&boss);
	is_case(call("GET", hidden), 403, "resource.forbidden");
	is_case(by(&boris, "GET", hidden), 403, "resource.forbidden");
	/* Its bytes are in no store, but that is another answer. */
	is_case(by(&anna, "GET", hidden), 404, "resource.not_found");
	is_case(by(&boss, "GET", hidden), 404, "resource.not_found");
	is_case(by(&boris, "DELETE", shown), 403, "resource.forbidden");
	assert_int_equal(by(&anna, "DELETE", shown)->status, 204);
	is_case(by(&anna, "DELETE", shown), 404, "resource.not_found");
	assert_int_equal(by(&boss, "DELETE", hidden)->status, 204);
	is_case(by(&anna, "GET", given_upload(&anna, "locked_at = now()")), 404,
		"resource.not_found");
	is_case(by(&anna, "GET", PHONE "/uploads"), 403, "http.forbidden");
	is_case(by(&anna, "DELETE", PHONE "/uploads"), 404, "http.not_found");
	is_case(by(&anna, "POST", shown), 403, "http.forbidden");
}

static void
where_files_are_switched_off_there_are_none(void **state)
{
	struct phone p = given_phone();
	const char *file = given_upload(&p, NULL),
		   *tag = text("If-Match: %s",
			   value("select commit_id from messenger.profile where id = "
				 "%lld",
				   (long long)p.profile)),
		   *image = text(PHONE "/profiles/%lld/image", (long long)p.profile);

	(void)state;
	conf.messenger_uploads = false;
	is_case(by(&p, "GET", file), 404, "http.not_found");
	is_case(by(&p, "DELETE", file), 404, "http.not_found");
	is_case(by(&p, "GET", PHONE "/uploads"), 404, "http.not_found");
	is_case(send_file(&p, "POST", PHONE "/uploads", NULL), 404, "http.not_found");
	const struct answer *a = send_file(&p, "PATCH", image, tag);
	is_case(a, 403, "http.forbidden");
	assert_non_null(data_text(a, "reason"));
	is_case(send_file(&p, "POST", PHONE "/account/profile-image", NULL), 403,
		"http.forbidden");
	conf.messenger_uploads = true;
}

static void
an_account_has_so_many_bytes(void **state)
{
	struct phone p = given_phone();

	(void)state;
	is_case(send_file(&p, "POST", PHONE "/uploads", NULL), 422,
		"request.body.bad_semantics");
	given_upload(&p, text("size = %lld", (long long)conf.messenger_upload_quota));
	is_case(send_file(&p, "POST", PHONE "/uploads", NULL), 409,
		"resource.conflict");
	value("update messenger.upload set deleted_at = now() where account_id = %lld",
		(long long)p.uuid);
	is_case(send_file(&p, "POST", PHONE "/uploads", NULL), 422,
		"request.body.bad_semantics");
}

/* -- texts and numbers */

static void
no_text_is_longer_than_it_may_be(void **state)
{
	static const struct {
		const char *method, *path, *body;
		int most;
	} texts[] = {{"POST", "/profiles", "{\"name\":\"%s\",\"data\":\"{}\"}", 128},
		{"POST", "/profiles",
			"{\"name\":\"n\",\"data\":\"{}\",\"description\":\"%s\"}",
			2000},
		{"POST", "/chats", "{\"inviting_profiles\":%lld,\"name\":\"%s\"}", 128},
		{"POST", "/cards",
			"{\"name\":\"%s\",\"data\":\"{\\\"image\\\":\\\"x\\\"}\"}",
			128},
		{"POST", "/cards",
			"{\"name\":\"n\",\"data\":\"{\\\"image\\\":\\\"%s\\\"}\"}",
			65536 - 12}};
	struct phone p = given_phone();

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		const char *at = strstr(texts[i].body, "%s"),
			   *front = text(
				   "%.*s", (int)(at - texts[i].body), texts[i].body);
		const char *guest = strstr(front, "%lld");

		if (guest != NULL)
			front = text("%.*s%lld%s", (int)(guest - front), front,
				(long long)given_guest().profile, guest + 4);
		for (int more = 0; more < 2; more++) {
			const struct answer *a = by(&p, texts[i].method,
				text(PHONE "%s", texts[i].path),
				.body = text("%s%s%s", front,
					repeated("x", texts[i].most + more), at + 2));
			bool too_long =
				a->status == 422 && strstr(a->body, "upload") == NULL;

			if (too_long != (more == 1))
				fail_msg("%s %d: %d %.200s", texts[i].path,
					texts[i].most + more, a->status, a->body);
			p = signed_in_again(&p);
		}
	}
}

static void
there_are_not_more_than_so_many(void **state)
{
	struct phone anna = given_phone(), boris = given_guest(), eve = given_guest();
	int64_t cards = conf.messenger_cards, invitees = conf.messenger_invitees,
		most = conf.messenger_room_participants;
	int64_t room = given_room(&anna, &boris);

	(void)state;
	conf.messenger_cards = 0;
	is_case(by(&anna, "POST", PHONE "/cards",
			.body = text("{\"name\":\"n\",\"data\":\"{\\\"image\\\":"
				     "\\\"%s\\\"}\"}",
				strstr(given_upload(&anna, NULL), "/uploads/"))),
		409, "resource.conflict");
	conf.messenger_cards = cards;
	conf.messenger_invitees = 1;
	is_case(by(&anna, "POST", PHONE "/chats",
			.body = text("{\"inviting_profiles\":[%lld,%lld]}",
				(long long)boris.profile, (long long)eve.profile)),
		422, "request.body.bad_semantics");
	conf.messenger_invitees = invitees;
	conf.messenger_room_participants = 2;
	is_case(by(&anna, "PUT", room_path(room, ""), .body = inviting(&eve)), 409,
		"resource.conflict");
	conf.messenger_room_participants = most;
	is_case(by(&anna, "PUT", room_path(room, ""), .body = inviting(&eve)), 201,
		"resource.created");
}

/* -- names of rooms */

static void
a_room_is_called_as_is_said_or_as_its_guests(void **state)
{
	struct phone anna = given_phone(), boris = given_guest(), eve = given_guest();
	const char *both =
		text("[%lld,%lld]", (long long)boris.profile, (long long)eve.profile);

	(void)state;
	value("update messenger.profile set name = repeat('가', 14) where id = %lld",
		(long long)boris.profile);
	value("update messenger.profile set name = repeat('나', 13) where id = %lld",
		(long long)eve.profile);
	const struct answer *a = by(&anna, "POST", PHONE "/chats",
		.body = text("{\"inviting_profiles\":%s}", both));
	is_case(a, 201, "resource.created");
	assert_string_equal(data_text(a, "chat_room.name"),
		text("%s, %s", repeated("가", 14), repeated("나", 13))); /* 29 */
	value("update messenger.profile set name = repeat('나', 14) where id = %lld",
		(long long)eve.profile);
	a = by(&anna, "POST", PHONE "/chats",
		.body = text("{\"inviting_profiles\":%s}", both));
	assert_string_equal(data_text(a, "chat_room.name"),
		text("%s, %s...", repeated("가", 14), repeated("나", 12)));
	assert_true(json_object_get_boolean(data_of(a, "chat_room.is_private")) ||
		    data_of(a, "chat_room.is_private") == NULL);
	a = by(&anna, "POST", PHONE "/chats",
		.body = text("{\"inviting_profiles\":%s,\"name\":\"Ours\","
			     "\"private\":false}",
			both));
	assert_string_equal(data_text(a, "chat_room.name"), "Ours");
	assert_int_equal(number("select private::int from messenger.room where id = "
				"%lld",
				 (long long)data_number(a, "chat_room.uuid")),
		0);
}

static void
a_deleted_profile_takes_its_cards_along(void **state)
{
	struct phone p = given_phone();
	int64_t card = number("insert into messenger.card (profile_id, account_id, "
			      "name, data, preview_url, private) values (%lld, %lld, "
			      "'c', '{}', '/uploads/%s', false) returning id",
		(long long)p.profile, (long long)p.uuid, unique("gone"));
	const char *path = text(PHONE "/profiles/%lld", (long long)p.profile);

	(void)state;
	is_case(call("GET", text(PHONE "/cards/%lld", (long long)card)), 200,
		"resource.result");
	assert_int_equal(
		call("DELETE", path,
			.headers = {p.token, CSRF,
				text("If-Match: %s",
					answer_header(by(&p, "GET", path), "ETag"))})
			->status,
		204);
	is_case(call("GET", text(PHONE "/cards/%lld", (long long)card)), 403,
		"resource.forbidden");
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {EDGE_TEST(a_private_file_is_its_sender_s),
		EDGE_TEST(where_files_are_switched_off_there_are_none),
		EDGE_TEST(an_account_has_so_many_bytes),
		EDGE_TEST(no_text_is_longer_than_it_may_be),
		EDGE_TEST(there_are_not_more_than_so_many),
		EDGE_TEST(a_room_is_called_as_is_said_or_as_its_guests),
		EDGE_TEST(a_deleted_profile_takes_its_cards_along)};

	(void)argc;
	setenv("SAMOVAR_MESSENGER_CONFIRM_EMAIL", "false", 1);
	setenv("SAMOVAR_MESSENGER_FIRST_ADMIN", "false", 1);
	setenv("SAMOVAR_MESSENGER_UPLOADS", "true", 1);
	return edge_run("phone limits", tests, argv);
}
