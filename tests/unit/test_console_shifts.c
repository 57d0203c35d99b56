/* The console: shifts. */
#include "console.h"

#define MEMBERS 5

/* A shift in preparation or running, on its fourth day: five children of whom one has
 * blocked the bot, and two requests. */
static const char *
given_shift(const char *status)
{
	value("set client_min_messages = warning; truncate programme.shift cascade");
	value("truncate programme.task, programme.participant, programme.outbox "
	      "cascade");
	value("insert into programme.task (url, title) select '/' || i || '.jpg', "
	      "'Task ' || i from generate_series(1, 31) i");
	value("insert into programme.shift (status, started_at, finished_at, title, "
	      "final_message, tasks) select '%s', current_date + %s, current_date + "
	      "60, "
	      "'Autumn', 'Goodbye, {name}: {numbers_lombaryers}', jsonb_object_agg(n, "
	      "id) "
	      "from (select id, row_number() over (order by sequence_number)::text as "
	      "n "
	      "from programme.task) t",
		status, str_eq(status, "preparing") ? "3" : "-3");
	value("insert into programme.participant (name, surname, date_of_birth, city, "
	      "phone_number, telegram_id, telegram_blocked) select 'Anna', 'I' || i, "
	      "'2012-01-01', 'Perm', '+7 900 ' || i, 5000 + i, i = 3 from "
	      "generate_series(1, %d) i",
		MEMBERS + 2);
	value("insert into programme.member (participant_id, shift_id, "
	      "numbers_lombaryers) select p.id, s.id, 2 from programme.participant p, "
	      "programme.shift s where p.surname <= 'I%d'",
		MEMBERS);
	value("insert into programme.request (participant_id, shift_id) select p.id, "
	      "s.id from programme.participant p, programme.shift s where p.surname > "
	      "'I%d'",
		MEMBERS);
	return value("select id from programme.shift");
}

static const struct answer *
put(const char *path, const char *body, const char *cookie, const char *version)
{
	return call("PUT", text(API "%s", path), .body = body,
		.headers = {SAME_ORIGIN, cookie, version});
}

static const char *
version_of(const struct answer *a)
{
	return text("If-Match: \"%lld\"", (long long)json_number(a->json, "version"));
}

static const struct answer *
shift_of(const char *id, const char *cookie)
{
	const struct answer *a = get(text("/shifts/%s", id), cookie);

	if (a->status != 200)
		fail_msg("%d %s", a->status, a->body);
	return a;
}

/* The tasks of the plan as it stands, `a` and `b` (days) in each other's place. */
static const char *
swapped(int a, int b)
{
	return value(
		"select json_build_object('tasks', json_agg(value order by case "
		"key::int when %d then %d when %d then %d else key::int end)) from "
		"programme.shift, jsonb_each_text(tasks)",
		a, b, b, a);
}

/* A day of the month whose task is not out today. */
static int
other_day(int step)
{
	int today = (int)number("select extract(day from current_date)::int");

	return (today + 9 + step) % 31 + 1;
}

static void
shifts_are_listed_and_shown(void **state)
{
	(void)state;
	const char *staff = given_console("", "expert"), *id = given_shift("started");
	const struct answer *a = get("/shifts", staff);

	assert_int_equal(a->status, 200);
	assert_non_null(strstr(a->body, "\"pending\" : 2"));
	a = shift_of(id, staff);
	assert_int_equal(
		json_object_array_length(json_member(a->json, "plan", json_type_array)),
		31);
	assert_int_equal(json_number(json_member(a->json, "members", json_type_object),
				 "active"),
		MEMBERS);
	is_error(get("/shifts/6f1c9a52-3a0e-4c1b-9d55-8a4f0c2be101", staff), 404,
		"Console.Gone");
	assert_int_equal(
		call("GET", text(API "/shifts/%s/sheet", id), .headers = {staff})
			->status,
		200);
}

static void
members_come_by_pages_with_their_days(void **state)
{
	(void)state;
	const char *staff = given_console("", "expert"), *id = given_shift("started");

	value("insert into programme.report (shift_id, task_id, member_id, task_date, "
	      "status) select m.shift_id, (s.tasks->>'1')::uuid, m.id, d, "
	      "(case when d = s.started_at then 'approved' else 'skipped' "
	      "end)::programme.report_status from programme.member m join "
	      "programme.shift s on s.id = m.shift_id, lateral (select s.started_at + "
	      "n "
	      "as d from generate_series(0, 1) n) x");
	const struct answer *a = get(text("/shifts/%s/members?limit=3", id), staff);
	assert_int_equal(a->status, 200);
	assert_int_equal(
		json_object_array_length(json_member(a->json, "data", json_type_array)),
		3);
	if (strstr(a->body, "\"days\" : \"as--\"") == NULL &&
		strstr(a->body, "\"days\" : \"as-\"") == NULL)
		fail_msg("%s", a->body);
	a = get(text("/shifts/%s/members?limit=3&after=%s", id, answer_text(a, "next")),
		staff);
	assert_int_equal(
		json_object_array_length(json_member(a->json, "data", json_type_array)),
		2);
	assert_null(answer_text(a, "next"));
	a = get(text("/shifts/%s/members?query=i4", id), staff);
	assert_int_equal(
		json_object_array_length(json_member(a->json, "data", json_type_array)),
		1);
	a = get(text("/shifts/%s/members?query=%%25", id), staff);
	assert_int_equal(
		json_object_array_length(json_member(a->json, "data", json_type_array)),
		0);
}

static void
a_request_is_answered_once(void **state)
{
	(void)state;
	const char *staff = given_console("", "expert"), *id = given_shift("started");
	const struct answer *a =
		get(text("/shifts/%s/requests?status=pending&limit=1", id), staff);
	struct json_object *one = json_object_array_get_idx(
		json_member(a->json, "data", json_type_array), 0);
	const char *first = json_text(one, "id"), *next = answer_text(a, "next");

	assert_string_equal(first, next);
	assert_int_equal(
		post(text("/applications/%s/admit", first), NULL, staff)->status, 200);
	is_error(post(text("/applications/%s/admit", first), NULL, staff), 409,
		"Shift.RequestReviewed");
	a = get(text("/shifts/%s/requests?status=pending", id), staff);
	one = json_object_array_get_idx(
		json_member(a->json, "data", json_type_array), 0);
	assert_int_equal(post(text("/applications/%s/refuse", json_text(one, "id")),
				 "{\"message\":\"Next time\"}", staff)
				 ->status,
		200);
	assert_int_equal(number("select count(*) from programme.member"), MEMBERS + 1);
	assert_int_equal(number("select count(*) from programme.outbox"), 2);
	assert_int_equal(
		number("select count(*) from account.audit where object_id = '%s'",
			first),
		1);
}

static void
a_preview_says_what_each_child_will_be_told_and_does_nothing(void **state)
{
	(void)state;
	const char *staff = given_console("", "expert"), *id = given_shift("started");
	int64_t noted = number("select count(*) from account.audit");
	const struct answer *a =
		get(text("/shifts/%s/effect?action=finish", id), staff);
	struct json_object *counts = json_member(a->json, "counts", json_type_object);

	assert_int_equal(a->status, 200);
	assert_string_equal(json_text(counts, "status"), "finished");
	/* Four members, the fifth has blocked the bot; two requests. */
	assert_int_equal(json_number(counts, "messages"), MEMBERS - 1 + 2);
	assert_int_equal(json_number(counts, "silent"), 1);
	assert_non_null(strstr(a->body, "Goodbye, Anna: 2"));
	assert_int_equal(number("select count(*) from programme.outbox"), 0);
	assert_string_equal(value("select status from programme.shift"), "started");
	assert_int_equal(number("select count(*) from account.audit"), noted);
	is_error(get(text("/shifts/%s/effect?action=cancel", id), staff), 409,
		"Shift.State");
	assert_int_equal(post(text("/shifts/%s/finish", id), NULL, staff)->status, 200);
	assert_int_equal(
		number("select count(*) from programme.outbox"), MEMBERS - 1 + 2);
	is_error(post(text("/shifts/%s/finish", id), NULL, staff), 409, "Shift.State");
}

static void
who_would_not_hear_of_a_cancelled_shift_is_counted(void **state)
{
	(void)state;
	const char *staff = given_console("", "expert"), *id = given_shift("preparing");

	value("update programme.participant set telegram_blocked = true where surname "
	      "= 'I%d'",
		MEMBERS + 1);
	const struct answer *a =
		get(text("/shifts/%s/effect?action=cancel", id), staff);
	assert_int_equal(a->status, 200);
	assert_int_equal(
		json_number(json_member(a->json, "counts", json_type_object), "silent"),
		2);
}

static void
a_shift_is_made_changed_and_cancelled(void **state)
{
	(void)state;
	const char *staff = given_console("", "expert"), *id = given_shift("preparing");
	const char *dates =
		value("select format('\"started_at\":\"%%s\",\"finished_at\":"
		      "\"%%s\"', current_date + 5, current_date + 50)");
	const struct answer *a =
		post("/shifts", text("{%s,\"title\":\"Winter\"}", dates), staff);

	is_error(a, 409, "Shift.Preparing");
	const char *body = text("{%s,\"title\":\"Late autumn\",\"final_message\":\"See "
				"you all again\"}",
			   dates),
		   *path = text("/shifts/%s", id);
	is_error(put(path, body, staff, NULL), 412, "Console.Changed");
	is_error(put(path, body, staff, "If-Match: \"1\""), 412, "Console.Changed");
	const char *version = version_of(shift_of(id, staff));
	assert_int_equal(put(path, body, staff, version)->status, 200);
	is_error(put(path, body, staff, version), 412, "Console.Changed");
	assert_int_equal(post(text("%s/cancel", path),
				 "{\"final_message\":\"We are sorry, all\"}", staff)
				 ->status,
		200);
	a = post("/shifts", text("{%s,\"title\":\"Winter\"}", dates), staff);
	assert_int_equal(a->status, 201);
	is_error(post("/shifts",
			 "{\"started_at\":\"2020-02-30\",\"finished_at\":\"x\","
			 "\"title\":\"W\"}",
			 staff),
		422, "Request.Validation");
}

static void
the_plan_changes_for_days_to_come(void **state)
{
	(void)state;
	const char *staff = given_console("", "expert"), *id = given_shift("started");
	int a = other_day(0), b = other_day(5),
	    today = (int)number("select extract(day from '%s'::date)::int",
		    answer_text(shift_of(id, staff), "today"));
	const char *path = text("/shifts/%s/plan", id),
		   *before = value("select tasks->>'%d' from programme.shift", a),
		   *version = version_of(shift_of(id, staff));

	is_error(put(path, swapped(a, b), staff, NULL), 412, "Console.Changed");
	is_error(put(path, swapped(a, today), staff, version), 409, "Shift.TaskIsOut");
	assert_int_equal(put(path, swapped(a, b), staff, version)->status, 204);
	assert_string_equal(
		value("select tasks->>'%d' from programme.shift", b), before);
	is_error(put(path, swapped(a, b), staff, version), 412, "Console.Changed");
	is_error(put(path, "{\"tasks\":[]}", staff, "If-Match: *"), 422,
		"Request.Validation");
	const char *stranger = value("select replace('%s', tasks->>'%d', "
				     "gen_random_uuid()::text) from programme.shift",
		swapped(a, b), a);
	is_error(put(path, stranger, staff, "If-Match: *"), 422, "Request.Validation");
	assert_int_equal(
		number("select count(*) from account.audit where action = "
		       "'shift.plan' and object_id = '%s' and "
		       "(select count(*) from jsonb_object_keys(data->'after')) "
		       "= 2",
			id),
		1);
	/* An archived task keeps its day, and gets no new one. */
	value("update programme.task set is_archived = true where id = '%s'", before);
	assert_int_equal(put(path, swapped(a, b), staff, "If-Match: *")->status, 204);
	post(text("/shifts/%s/finish", id), NULL, staff);
	is_error(put(path, swapped(a, b), staff, "If-Match: *"), 409, "Shift.Closed");
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		EDGE_TEST(shifts_are_listed_and_shown),
		EDGE_TEST(members_come_by_pages_with_their_days),
		EDGE_TEST(a_request_is_answered_once),
		EDGE_TEST(a_preview_says_what_each_child_will_be_told_and_does_nothing),
		EDGE_TEST(who_would_not_hear_of_a_cancelled_shift_is_counted),
		EDGE_TEST(a_shift_is_made_changed_and_cancelled),
		EDGE_TEST(the_plan_changes_for_days_to_come),
	};

	(void)argc;
	return edge_run("console shifts", tests, argv);
}
