/* Cards, rooms and what is said in them. */
#include "messenger.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

/* -- rooms */

static void
a_room_has_what_phones_need(void **state)
{
	struct phone anna = given_phone(), boris = given_guest();
	const struct answer *a =
		by(&anna, "POST", PHONE "/chats", .body = inviting(&boris));

	(void)state;
	is_case(a, 201, "resource.created");
	assert_int_equal(data_number(a, "chat_room.participant_count"), 2);
	assert_int_equal(data_number(a, "chat_room.participant_num"), 2);
	assert_int_equal(data_number(a, "chat_room.owner_profile_id"), anna.profile);
	assert_string_equal(
		data_text(a, "chat_room.name"), text("Nick %s", boris.name));
	/* by account, the newest first */
	assert_int_equal(
		data_number(a, "chat_room.participants.0.profile_id"), boris.profile);
	assert_int_equal(
		data_number(a, "chat_room.participants.1.profile_id"), anna.profile);
	assert_string_equal(
		data_text(a, "chat_room.events.0.event_type"), "PARTICIPANT_IN");
	assert_int_equal(data_number(a, "chat_room.events.0.event_index"), 0);
	is_case(by(&boris, "GET", PHONE "/chats"), 200, "resource.multiple_result");
}

static void
who_is_in_no_room_has_none(void **state)
{
	struct phone anna = given_phone();

	(void)state;
	is_case(by(&anna, "GET", PHONE "/chats"), 404, "resource.not_found");
}

static void
messages_count_from_zero_without_gap(void **state)
{
	struct phone anna = given_phone(), boris = given_guest();
	int64_t room = given_room(&anna, &boris);
	const struct answer *a;

	(void)state;
	for (int i = 1; i <= 3; i++) {
		a = say(&boris, room, text("hello %d", i));
		is_case(a, 201, "resource.created");
		assert_int_equal(data_number(a, "chat_event.event_index"), i);
	}
	a = by(&anna, "GET", room_path(room, "/events"));
	assert_int_equal(json_object_array_length(data_of(a, "chat_events")), 4);
	a = by(&anna, "GET", room_path(room, "/events?after_index=1&limit=1"));
	assert_int_equal(json_object_array_length(data_of(a, "chat_events")), 1);
	assert_string_equal(data_text(a, "chat_events.0.message"), "hello 2");
	is_case(by(&anna, "GET", room_path(room, "/events?after_index=3")), 404,
		"resource.not_found");
	is_case(by(&anna, "GET", room_path(room, "/events?after_index=-1")), 422,
		"request.body.bad_semantics");
}

static void
an_event_is_got_by_its_number(void **state)
{
	struct phone anna = given_phone(), boris = given_guest(), eve = given_phone();
	int64_t room = given_room(&anna, &boris);
	const char *path = room_path(room,
		text("/events/%lld", (long long)data_number(say(&boris, room, "x"),
					     "chat_event.uuid")));

	(void)state;
	is_case(by(&anna, "GET", path), 200, "resource.result");
	is_case(by(&eve, "GET", path), 403, "resource.forbidden");
	is_case(by(&anna, "PUT", path, .body = "{\"message\":\"y\"}"), 404,
		"http.not_found");
	is_case(by(&anna, "GET", room_path(room, "/events/2147483647")), 404,
		"resource.not_found");
}

static void
what_was_said_a_week_ago_is_past(void **state)
{
	struct phone anna = given_phone(), boris = given_guest();
	int64_t room = given_room(&anna, &boris);

	(void)state;
	say(&anna, room, "old");
	value("update messenger.event set created = now() - interval '9 days' where "
	      "room_id = "
	      "%lld",
		(long long)room);
	is_case(by(&anna, "GET", room_path(room, "/events")), 404,
		"resource.not_found");
	say(&anna, room, "new");
	const struct answer *a = by(&anna, "GET", room_path(room, "/events"));
	assert_int_equal(json_object_array_length(data_of(a, "chat_events")), 1);
	assert_int_equal(data_number(a, "chat_events.0.event_index"), 2);
}

static void
a_message_has_some_characters_and_not_too_many(void **state)
{
	struct phone anna = given_phone(), boris = given_guest();
	int64_t room = given_room(&anna, &boris);

	(void)state;
	is_case(say(&anna, room, "  "), 400, "request.body.omitted");
	/* Blanks of every script: ideographic, no-break, thin. */
	is_case(say(&anna, room, "\u3000\u00a0\u2009"), 400, "request.body.omitted");
	const struct answer *a = say(&anna, room, "\u3000a\u3000b\u00a0");
	is_case(a, 201, "resource.created");
	assert_string_equal(data_text(a, "chat_event.message"), "a\u3000b");
	is_case(say(&anna, room, repeated("가", 4000)), 201, "resource.created");
	is_case(say(&anna, room, repeated("가", 4001)), 422,
		"request.body.bad_semantics");
}

static void
outsiders_hear_nothing(void **state)
{
	struct phone anna = given_phone(), boris = given_guest(), eve = given_phone();
	int64_t room = given_room(&anna, &boris);

	(void)state;
	is_case(by(&eve, "GET", room_path(room, "")), 403, "resource.forbidden");
	is_case(by(&eve, "GET", room_path(room, "/events")), 403, "resource.forbidden");
	is_case(say(&eve, room, "hi"), 403, "resource.forbidden");
	is_case(by(&eve, "DELETE", room_path(room, "")), 403, "resource.forbidden");
	is_case(by(&eve, "PATCH", room_path(room, ""), .body = "{\"name\":\"x\"}"), 403,
		"resource.forbidden");
	is_case(say(&eve, 2000000000, "hi"), 404, "resource.not_found");
	/* A public room shows who is there, not what they say. */
	is_case(by(&anna, "PATCH", room_path(room, ""), .body = "{\"private\":false}"),
		201, "resource.modified");
	const struct answer *a = by(&eve, "GET", room_path(room, ""));
	is_case(a, 200, "resource.result");
	assert_int_equal(json_object_array_length(data_of(a, "chat_room.events")), 0);
	assert_false(
		json_object_get_boolean(data_of(a, "chat_room.is_profile_entered")));
	is_case(by(&eve, "PUT", room_path(room, ""), .body = inviting(&eve)), 201,
		"resource.created");
	assert_true(json_object_get_boolean(data_of(
		by(&eve, "GET", room_path(room, "")), "chat_room.is_profile_entered")));
}

/* -- invitations: the decision list, in its order */

static void
relate(const struct phone *from, const struct phone *to, int status)
{
	value("insert into messenger.relation (from_profile_id, from_account_id, "
	      "to_profile_id, to_account_id, status) values (%lld, %lld, %lld, %lld, "
	      "%d) "
	      "on conflict (from_profile_id, to_profile_id) do update set status = "
	      "excluded.status",
		(long long)from->profile, (long long)from->uuid, (long long)to->profile,
		(long long)to->uuid, status);
}

static void
who_is_no_acquaintance_refuses(void **state)
{
	struct phone anna = given_phone(), boris = given_phone();
	const char *body = inviting(&boris);

	(void)state;
	is_case(by(&anna, "POST", PHONE "/chats", .body = body), 403,
		"resource.forbidden");
	relate(&boris, &anna, 4);
	is_case(by(&anna, "POST", PHONE "/chats", .body = body), 403,
		"resource.forbidden");
	relate(&boris, &anna, 2);
	is_case(by(&anna, "POST", PHONE "/chats", .body = body), 201,
		"resource.created");
	assert_int_equal(number("select count(*) from messenger.room r where "
				"created_by_profile_id = %lld",
				 (long long)anna.profile),
		1);
}

static void
a_block_is_stronger_than_an_open_door(void **state)
{
	struct phone anna = given_phone(), boris = given_guest(), eve = given_guest();

	(void)state;
	relate(&boris, &anna, 3);
	relate(&anna, &eve, 3);
	is_case(by(&anna, "POST", PHONE "/chats", .body = inviting(&boris)), 403,
		"resource.forbidden");
	is_case(by(&anna, "POST", PHONE "/chats", .body = inviting(&eve)), 403,
		"resource.forbidden");
}

static void
some_may_be_refused(void **state)
{
	struct phone anna = given_phone(), boris = given_guest(), eve = given_phone();
	const struct answer *a = by(&anna, "POST", PHONE "/chats",
		.body = text(
			"{\"inviting_profiles\":\"[%lld, %lld, %lld, 2000000000]\"}",
			(long long)boris.profile, (long long)eve.profile,
			(long long)anna.profile));

	(void)state;
	is_case(a, 200, "resource.multiple_result");
	assert_int_equal(data_number(a, "chat_room.participant_count"), 2);
	assert_int_equal(
		data_number(a, text("reason.%lld.code", (long long)eve.profile)), 403);
	assert_int_equal(
		data_number(a, text("reason.%lld.code", (long long)anna.profile)), 409);
	assert_int_equal(data_number(a, "reason.2000000000.code"), 409);
	assert_int_equal(json_object_object_length(data_of(a, "reason")), 3);
}

static void
invitations_come_in_several_forms(void **state)
{
	static const char *const bad[] = {"{\"inviting_profiles\":\"x\"}",
		"{\"inviting_profiles\":\"[]\"}", "{\"inviting_profiles\":\"{}\"}",
		"{\"inviting_profiles\":\"[1.5]\"}",
		"{\"inviting_profiles\":\"[[1]]\"}", "{\"inviting_profiles\":-1}",
		"{\"inviting_profiles\":\"[0]\"}",
		"{\"inviting_profiles\":99999999999999999999}"};
	struct phone anna = given_phone();
	struct phone guests[] = {given_guest(), given_guest(), given_guest()};
	const char *const good[] = {"{\"inviting_profiles\":%lld}",
		"{\"inviting_profiles\":\"%lld\"}", "{\"inviting_profiles\":[%lld]}"};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		is_case(by(&anna, "POST", PHONE "/chats", .body = bad[i]), 400,
			"request.body.invalid");
	is_case(by(&anna, "POST", PHONE "/chats", .body = "{}"), 400,
		"request.body.omitted");
	for (size_t i = 0; i < COUNT(good); i++) {
		const char *at = strstr(good[i], "%lld");
		const char *body = text("%.*s%lld%s", (int)(at - good[i]), good[i],
			(long long)guests[i].profile, at + 4);
		is_case(by(&anna, "POST", PHONE "/chats", .body = body), 201,
			"resource.created");
	}
	is_case(by(&anna, "POST", PHONE "/chats",
			.body = "{\"inviting_profiles\":2000000000}"),
		404, "resource.not_found");
}

static void
two_have_one_room(void **state)
{
	struct phone anna = given_phone(), boris = given_guest();
	int64_t room = given_room(&anna, &boris);
	const struct answer *a =
		by(&anna, "POST", PHONE "/chats", .body = inviting(&boris));

	(void)state;
	is_case(a, 409, "resource.conflict");
	assert_int_equal(data_number(a, "room.uuid"), room);
	assert_int_equal(data_number(a, "chat_room.uuid"), room);
	is_case(by(&anna, "POST", PHONE "/chats",
			.body = text("{\"inviting_profiles\":[%lld,%lld]}",
				(long long)boris.profile, (long long)boris.profile)),
		409, "resource.conflict");
	assert_int_equal(by(&boris, "DELETE", room_path(room, ""))->status, 204);
	given_room(&anna, &boris);
}

static void
members_invite_and_strangers_do_not(void **state)
{
	struct phone anna = given_phone(), boris = given_guest(), eve = given_guest(),
		     olga = given_phone();
	int64_t room = given_room(&anna, &boris);

	(void)state;
	is_case(by(&olga, "PUT", room_path(room, ""), .body = inviting(&eve)), 403,
		"resource.forbidden");
	is_case(by(&olga, "PUT", room_path(room, ""), .body = inviting(&olga)), 403,
		"resource.forbidden");
	is_case(by(&boris, "PUT", room_path(room, ""), .body = inviting(&eve)), 201,
		"resource.created");
	is_case(by(&boris, "PUT", room_path(room, ""), .body = inviting(&eve)), 403,
		"resource.forbidden");
	const struct answer *a = by(&boris, "PUT", room_path(room, ""),
		.body = text("{\"inviting_profiles\":[%lld,%lld]}",
			(long long)eve.profile, (long long)boris.profile));
	is_case(a, 403, "resource.forbidden");
}

/* -- leaving */

static void
an_owner_who_leaves_hands_over(void **state)
{
	struct phone anna = given_phone(), boris = given_guest(), eve = given_guest();
	int64_t room = given_room(&anna, &boris);

	(void)state;
	by(&anna, "PUT", room_path(room, ""), .body = inviting(&eve));
	assert_int_equal(by(&anna, "DELETE", room_path(room, ""))->status, 204);
	const struct answer *a = by(&eve, "GET", room_path(room, ""));
	assert_int_equal(data_number(a, "chat_room.owner_profile_id"), boris.profile);
	assert_int_equal(data_number(a, "chat_room.participant_count"), 2);
	assert_int_equal(by(&boris, "DELETE", room_path(room, ""))->status, 204);
	assert_int_equal(by(&eve, "DELETE", room_path(room, ""))->status, 204);
	is_case(by(&eve, "GET", room_path(room, "")), 404, "resource.not_found");
	assert_int_equal(
		number("select count(*) from messenger.event where room_id = %lld "
		       "and event_type = 'PARTICIPANT_OUT'",
			(long long)room),
		3);
}

static void
a_profile_that_is_deleted_leaves_its_rooms(void **state)
{
	struct phone anna = given_phone(), boris = given_guest();
	int64_t room = given_room(&anna, &boris);
	const char *path = text(PHONE "/profiles/%lld", (long long)anna.profile);

	(void)state;
	const char *tag = answer_header(by(&anna, "GET", path), "ETag");
	assert_int_equal(edge_call(&(struct call){.method = "DELETE",
					   .path = path,
					   .headers = {anna.token, CSRF,
						   text("If-Match: %s", tag)}})
				 ->status,
		204);
	const struct answer *a = by(&boris, "GET", room_path(room, ""));
	assert_int_equal(data_number(a, "chat_room.participant_count"), 1);
	assert_int_equal(data_number(a, "chat_room.owner_profile_id"), boris.profile);
}

static void
the_owner_is_changed_alone_and_to_somebody_inside(void **state)
{
	struct phone anna = given_phone(), boris = given_guest(), eve = given_guest();
	int64_t room = given_room(&anna, &boris);

	(void)state;
	is_case(by(&anna, "PATCH", room_path(room, ""),
			.body = text("{\"owner_profile_id\":%lld,\"name\":\"x\"}",
				(long long)boris.profile)),
		422, "request.body.bad_semantics");
	is_case(by(&anna, "PATCH", room_path(room, ""),
			.body = text(
				"{\"owner_profile_id\":%lld}", (long long)eve.profile)),
		403, "resource.forbidden");
	is_case(by(&anna, "PATCH", room_path(room, ""),
			.body = "{\"owner_profile_id\":2000000000}"),
		404, "resource.not_found");
	const struct answer *a = by(&anna, "PATCH", room_path(room, ""),
		.body = text("{\"owner_profile_id\":%lld}", (long long)boris.profile));
	is_case(a, 201, "resource.modified");
	assert_int_equal(data_number(a, "owner_profile_id"), boris.profile);
	is_case(by(&anna, "PATCH", room_path(room, ""), .body = "{\"name\":\"x\"}"),
		403, "resource.forbidden");
	is_case(by(&boris, "PATCH", room_path(room, ""), .body = "{}"), 400,
		"request.body.empty");
}

/* -- pushes */

static void
devices_hear_of_events_unless_they_block(void **state)
{
	struct phone anna = given_phone(), boris = given_guest(), eve = given_guest();
	int64_t room = given_room(&anna, &boris);

	(void)state;
	by(&anna, "PUT", room_path(room, ""), .body = inviting(&eve));
	for (int i = 0; i < 3; i++)
		value("update account.session set push_token = 'device-%lld' where "
		      "kind = "
		      "'refresh' and account_id = %lld",
			(long long)(i == 0   ? anna
				    : i == 1 ? boris
					     : eve)
				.uuid,
			(long long)(i == 0   ? anna
				    : i == 1 ? boris
					     : eve)
				.uuid);
	relate(&eve, &anna, 3);
	int64_t event = data_number(say(&anna, room, "hello"), "chat_event.uuid");
	assert_string_equal(value("select string_agg(token, ' ' order by token) from "
				  "messenger.push where event_id = %lld",
				    (long long)event),
		text("device-%lld device-%lld", (long long)anna.uuid,
			(long long)boris.uuid));
}

/* -- cards */

static const char *
given_upload(const struct phone *p)
{
	return value("insert into messenger.upload (account_id, filename, "
		     "original_filename, mimetype, size) values (%lld, "
		     "replace(gen_random_uuid()::text, '-', '') || '.png', 'a.png', "
		     "'image/png', 1) returning '/uploads/' || filename",
		(long long)p->uuid);
}

static const char *
card_body(const char *url, const char *more)
{
	return text("{\"name\":\"Work\",\"data\":\"{\\\"image\\\":\\\"%s\\\"}\"%s}",
		url, more);
}

static const struct answer *
given_card(const struct phone *p, const char *more)
{
	const struct answer *a =
		by(p, "POST", PHONE "/cards", .body = card_body(given_upload(p), more));

	is_case(a, 201, "resource.created");
	return a;
}

static const char *
card_path(const struct answer *a, const char *more)
{
	return text(
		PHONE "/cards/%lld%s", (long long)data_number(a, "card.uuid"), more);
}

#define PUBLIC ",\"private\":false"

static void
a_card_is_made_of_an_upload_of_ones_own(void **state)
{
	struct phone anna = given_phone(), boris = given_phone();
	const char *url = given_upload(&anna);
	const struct answer *a =
		by(&anna, "POST", PHONE "/cards", .body = card_body(url, ""));

	(void)state;
	is_case(a, 201, "resource.created");
	assert_string_equal(data_text(a, "card.preview_url"), url);
	assert_true(json_object_get_boolean(data_of(a, "card.is_private")));
	assert_string_equal(answer_header(a, "ETag"), data_text(a, "card.commit_id"));
	is_case(by(&anna, "POST", PHONE "/cards", .body = card_body(url, "")), 409,
		"resource.conflict");
	is_case(by(&boris, "POST", PHONE "/cards", .body = card_body(url, "")), 422,
		"request.body.bad_semantics");
	is_case(by(&anna, "POST", PHONE "/cards",
			.body = "{\"name\":\"x\",\"data\":\"{}\"}"),
		400, "request.body.empty");
	is_case(by(&anna, "POST", PHONE "/cards", .body = "{}"), 400,
		"request.body.omitted");
}

static void
cards_are_seen_by_whom_they_are_for(void **state)
{
	struct phone anna = given_phone(), boris = given_phone();
	const struct answer *hidden = given_card(&anna, ""),
			    *shown = given_card(&anna, PUBLIC);

	(void)state;
	is_case(call("GET", card_path(shown, "")), 200, "resource.result");
	is_case(call("GET", card_path(hidden, "")), 403, "resource.forbidden");
	is_case(by(&boris, "GET", card_path(hidden, "")), 403, "resource.forbidden");
	is_case(by(&anna, "GET", card_path(hidden, "")), 200, "resource.result");
	is_case(call("GET", PHONE "/cards/2000000000"), 404, "resource.not_found");
	const char *list = text(PHONE "/profiles/%lld/cards", (long long)anna.profile);
	assert_int_equal(
		json_object_array_length(data_of(call("GET", list), "cards")), 1);
	assert_int_equal(
		json_object_array_length(data_of(by(&anna, "GET", list), "cards")), 2);
	is_case(by(&boris, "GET", PHONE "/cards"), 404, "resource.not_found");
	relate(&anna, &boris, 3);
	is_case(by(&boris, "GET", card_path(shown, "")), 403, "resource.forbidden");
	is_case(by(&boris, "GET", list), 404, "resource.not_found");
}

static const struct answer *
with_match(const struct phone *p, const char *method, const char *path, const char *tag,
	const char *body)
{
	return edge_call(&(struct call){.method = method,
		.path = path,
		.body = body,
		.headers = {p->token, CSRF, text("If-Match: %s", tag)}});
}

static void
a_card_changes_by_its_commit_only(void **state)
{
	struct phone anna = given_phone(), boris = given_phone();
	const struct answer *card = given_card(&anna, PUBLIC);
	const char *path = card_path(card, ""), *tag = answer_header(card, "ETag"),
		   *body = "{\"name\":\"Other\"}";

	(void)state;
	is_case(by(&anna, "PATCH", path, .body = body), 400, "request.header.omitted");
	is_case(with_match(&anna, "PATCH", path, "0", body), 412,
		"resource.prediction_failed");
	is_case(with_match(&anna, "PATCH", path, "0", "{}"), 412,
		"resource.prediction_failed");
	is_case(with_match(&boris, "PATCH", path, tag, body), 404,
		"resource.not_found");
	is_case(with_match(&anna, "PATCH", path, tag, "{}"), 400, "request.body.empty");
	const struct answer *a = with_match(&anna, "PATCH", path, tag, body);
	is_case(a, 201, "resource.modified");
	is_case(with_match(&anna, "PATCH", path, tag, body), 412,
		"resource.prediction_failed");
	is_case(with_match(&boris, "DELETE", path, answer_header(a, "ETag"), NULL), 403,
		"resource.forbidden");
	assert_int_equal(
		with_match(&anna, "DELETE", path, answer_header(a, "ETag"), NULL)
			->status,
		204);
	is_case(by(&anna, "GET", path), 403, "resource.forbidden");
}

static void
a_subscription_makes_acquaintances(void **state)
{
	struct phone anna = given_phone(), boris = given_phone();
	const struct answer *card = given_card(&anna, PUBLIC);
	const char *path = card_path(card, "/subscribe");

	(void)state;
	is_case(by(&boris, "GET", path), 404, "card.not_subscribing");
	is_case(by(&boris, "DELETE", path), 404, "card.not_subscribing");
	is_case(by(&anna, "PUT", path), 409, "resource.conflict");
	is_case(by(&boris, "PUT", path), 201, "card.subscribed");
	is_case(by(&boris, "PUT", path), 200, "card.already_subscribed");
	is_case(by(&boris, "GET", path), 200, "card.already_subscribed");
	assert_int_equal(
		number("select count(*) from messenger.relation where "
		       "(from_profile_id, to_profile_id, status) in ((%lld, %lld, "
		       "1), (%lld, %lld, 1))",
			(long long)anna.profile, (long long)boris.profile,
			(long long)boris.profile, (long long)anna.profile),
		2);
	/* It stays with who has it when it is not shown any more. */
	value("update messenger.card set private = true where id = %lld",
		(long long)data_number(card, "card.uuid"));
	is_case(by(&boris, "GET", card_path(card, "")), 200, "resource.result");
	assert_int_equal(by(&boris, "DELETE", path)->status, 204);
	is_case(by(&boris, "GET", card_path(card, "")), 403, "resource.forbidden");
	is_case(by(&boris, "PUT", path), 404, "resource.not_found");
}

static void
who_blocks_gives_no_cards(void **state)
{
	struct phone anna = given_phone(), boris = given_phone();
	const char *path = card_path(given_card(&anna, PUBLIC), "/subscribe");

	(void)state;
	relate(&anna, &boris, 3);
	is_case(by(&boris, "PUT", path), 403, "resource.forbidden");
	relate(&anna, &boris, 1);
	relate(&boris, &anna, 3);
	is_case(by(&boris, "PUT", path), 403, "resource.forbidden");
}

/* -- the copy */

static void
a_copy_is_got_and_known_by_its_md5(void **state)
{
	struct phone anna = given_phone();
	const struct answer *head = by(&anna, "HEAD", PHONE "/sync"),
			    *got = by(&anna, "GET", PHONE "/sync");
	const char *tag = answer_header(got, "ETag");

	(void)state;
	assert_int_equal(head->status, 200);
	is_case(got, 200, "sync.ok");
	assert_string_equal(answer_header(head, "ETag"), tag);
	assert_true(str_starts(data_text(got, "db"), "U1FMaXRlIGZvcm1hdCAz"));
	assert_int_equal(
		with_match(&anna, "GET", PHONE "/sync", tag, NULL)->status, 304);
	is_case(by(&anna, "DELETE", PHONE "/sync"), 200, "sync.ok");
	value("update messenger.profile set name = 'Other' where id = %lld",
		(long long)anna.profile);
	assert_string_not_equal(
		answer_header(by(&anna, "DELETE", PHONE "/sync"), "ETag"), tag);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {EDGE_TEST(a_room_has_what_phones_need),
		EDGE_TEST(who_is_in_no_room_has_none),
		EDGE_TEST(messages_count_from_zero_without_gap),
		EDGE_TEST(an_event_is_got_by_its_number),
		EDGE_TEST(what_was_said_a_week_ago_is_past),
		EDGE_TEST(a_message_has_some_characters_and_not_too_many),
		EDGE_TEST(outsiders_hear_nothing),
		EDGE_TEST(who_is_no_acquaintance_refuses),
		EDGE_TEST(a_block_is_stronger_than_an_open_door),
		EDGE_TEST(some_may_be_refused),
		EDGE_TEST(invitations_come_in_several_forms),
		EDGE_TEST(two_have_one_room),
		EDGE_TEST(members_invite_and_strangers_do_not),
		EDGE_TEST(an_owner_who_leaves_hands_over),
		EDGE_TEST(a_profile_that_is_deleted_leaves_its_rooms),
		EDGE_TEST(the_owner_is_changed_alone_and_to_somebody_inside),
		EDGE_TEST(devices_hear_of_events_unless_they_block),
		EDGE_TEST(a_card_is_made_of_an_upload_of_ones_own),
		EDGE_TEST(cards_are_seen_by_whom_they_are_for),
		EDGE_TEST(a_card_changes_by_its_commit_only),
		EDGE_TEST(a_subscription_makes_acquaintances),
		EDGE_TEST(who_blocks_gives_no_cards),
		EDGE_TEST(a_copy_is_got_and_known_by_its_md5)};

	(void)argc;
	setenv("SAMOVAR_MESSENGER_CONFIRM_EMAIL", "false", 1);
	return edge_run("phone_talk", tests, argv);
}
