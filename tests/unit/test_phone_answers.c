/* What phones can count on in every answer: tags, and each case of the contract. */
#include "db/db.h"
#include "messenger/user.h"

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

static const char *
row_of(const struct phone *p)
{
	return value("select xmin || ' ' || xmax || ' ' || asked_at from "
		     "messenger.sync_file where account_id = %lld",
		(long long)p->uuid);
}

/* Each write would wait for the disk. */
static void
a_look_at_a_copy_writes_nothing(void **state)
{
	struct phone anna = given_phone();
	const char *tag = answer_header(by(&anna, "GET", PHONE "/sync"), "ETag");

	(void)state;
	value("update messenger.sync_file set stale = false, etag = '%s', size = 1, "
	      "asked_at = now() where account_id = %lld",
		tag, (long long)anna.uuid);
	const char *row = row_of(&anna);
	assert_string_equal(
		answer_header(by(&anna, "HEAD", PHONE "/sync"), "ETag"), tag);
	assert_string_equal(row_of(&anna), row);
	value("update messenger.sync_file set asked_at = now() - interval '2 hours' "
	      "where account_id = %lld",
		(long long)anna.uuid);
	assert_int_equal(by(&anna, "HEAD", PHONE "/sync")->status, 200);
	assert_int_equal(number("select count(*) from messenger.sync_file where "
				"account_id = %lld and asked_at > now() - interval '1 "
				"minute'",
				 (long long)anna.uuid),
		1);
}

/* -- a card's QR code */

static const struct answer *
visit(int64_t card, const char *accept, const char *more)
{
	return call("GET", text(PHONE "/cards/%lld/subscribe", (long long)card),
		.headers = {text("Accept: %s", accept), "Accept-Language: en", more});
}

static void
a_browser_is_shown_a_public_card_only(void **state)
{
	static const char browser[] = "text/html,application/xhtml+xml,*/*;q=0.8";
	struct phone anna = given_phone();
	int64_t card = number("insert into messenger.card (profile_id, account_id, "
			      "name, data, preview_url) values (%lld, %lld, 'Work "
			      "<b>', '{\"image\":\"/uploads/qr.png\",\"title\":\"I & "
			      "you\"}', '/uploads/qr.png') returning id",
		(long long)anna.profile, (long long)anna.uuid);
	const struct answer *a = visit(card, browser, NULL);

	(void)state;
	if (a->status != 200)
		fail_msg("%d %s", a->status, a->body);
	assert_non_null(strstr(a->head, "Content-Type: text/html"));
	assert_non_null(strstr(a->body, "<h1>Work &lt;b&gt;</h1>"));
	assert_non_null(strstr(a->body, "I &amp; you"));
	assert_non_null(strstr(a->body, text("Nick %s", anna.name)));
	assert_non_null(strstr(a->body, "href=\"" PHONE "/uploads/qr.png\""));
	assert_null(strstr(a->body, "<script"));
	/* Whoever asks for JSON, or has a token, is a phone. */
	is_case(visit(card, "*/*", NULL), 400, "request.header.omitted");
	is_case(visit(card, browser, anna.token), 400, "request.header.omitted");
	value("update messenger.card set private = true where id = %lld",
		(long long)card);
	a = visit(card, browser, NULL);
	assert_int_equal(a->status, 404);
	assert_null(strstr(a->body, "Work"));
	assert_string_equal(visit(1999999999, browser, NULL)->body, a->body);
}

/* -- the connection of a process that serves one request */

/* How many statements this connection has prepared, once it has found somebody. */
static int64_t
prepared_by(struct db *connection, const struct phone *p)
{
	struct ctx c;
	struct user user = {0};

	ctx_start(&c, connection, NULL);
	assert_int_equal(db_begin(&c), OK);
	assert_int_equal(user_get(&c, p->uuid, &user), OK);
	assert_string_equal(user.id, p->name);
	assert_int_equal(db_end(&c, OK), OK);
	assert_int_equal(user_get(&c, -1, &user), E_PERSON_GONE);
	assert_int_equal(db_command(&c, "create table public.prepared as select "
					"count(*) as n from pg_prepared_statements"),
		OK);
	ctx_end(&c);
	int64_t n = number("select n from public.prepared");
	value("drop table public.prepared");
	return n;
}

static void
a_brief_connection_prepares_nothing(void **state)
{
	struct phone anna = given_phone();
	struct db *brief = db_new("brief"), *usual = db_new("usual");

	(void)state;
	db_set_brief(brief);
	assert_int_equal(prepared_by(brief, &anna), 0);
	assert_true(prepared_by(usual, &anna) > 100);
	db_close(brief);
	db_close(usual);
}

/* -- what is wrong with us */

static void
a_failure_of_ours_says_nothing_of_itself(void **state)
{
	struct phone anna = given_phone();
	const struct answer *a;

	(void)state;
	value("alter table messenger.profile rename column team_name to elsewhere");
	a = by(&anna, "POST", PHONE "/profiles",
		.body = "{\"name\":\"Anna\",\"data\":\"{}\"}");
	value("alter table messenger.profile rename column elsewhere to team_name");
	is_case(a, 500, "backend.error");
	assert_string_equal(json_object_to_json_string(data_of(a, "")), "{ }");
	assert_null(strstr(a->body, "team_name"));
	assert_null(strstr(a->body, "elsewhere"));
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {EDGE_TEST(a_list_has_a_tag),
		EDGE_TEST(a_sign_up_tells_the_tag_of_the_copy_to_come),
		EDGE_TEST(a_look_at_a_copy_writes_nothing),
		EDGE_TEST(a_browser_is_shown_a_public_card_only),
		EDGE_TEST(a_brief_connection_prepares_nothing),
		EDGE_TEST(a_failure_of_ours_says_nothing_of_itself)};

	(void)argc;
	setenv("SAMOVAR_MESSENGER_CONFIRM_EMAIL", "false", 1);
	return edge_run("phone_answers", tests, argv);
}
