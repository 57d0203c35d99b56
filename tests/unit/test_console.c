/* The console: sign-in, the pulse, the day, review. */
#include "edge.h"

#include <liboath/oath.h>
#include <time.h>

#include "programme/review.h"

#define API "/console/api/v1"

static const struct answer *
get(const char *path, const char *cookie)
{
	return call("GET", text(API "%s", path), .headers = {cookie});
}

static const struct answer *
post(const char *path, const char *body, const char *cookie)
{
	return call("POST", text(API "%s", path), .body = body,
		.headers = {SAME_ORIGIN, cookie});
}

static void
is_error(const struct answer *a, int status, const char *code)
{
	if (a->status != status || !str_eq(answer_text(a, "error"), code))
		fail_msg("%d %s", a->status, a->body);
}

/* Whom given_console() has just made. */
static const char *
last_name(void)
{
	return value("select username from account.account order by id desc limit 1");
}

static const struct answer *
sign_in(const char *name, const char *password, const char *cookie)
{
	return post("/auth/login",
		text("{\"name\":\"%s\",\"password\":\"%s\"}", name, password), cookie);
}

static const char *
cookie_of(const struct answer *a)
{
	const char *set = answer_header(a, "Set-Cookie");

	assert_int_equal(a->status, 204);
	return text("Cookie: %.*s", (int)strcspn(set, ";"), set);
}

/* -- sign-in */

static void
one_signs_in_by_name_or_by_address(void **state)
{
	(void)state;
	const char *cookie = given_console("", NULL), *name = last_name();
	const struct answer *a = get("/me", cookie);

	assert_int_equal(a->status, 200);
	assert_string_equal(answer_text(a, "username"), name);
	assert_string_equal(answer_header(a, "Cache-Control"), "private, no-store");
	a = sign_in(text("%s@EXAMPLE.com", name), "Right12345", NULL);
	assert_int_equal(get("/me", cookie_of(a))->status, 200);
	is_error(sign_in(name, "Wrong12345", NULL), 401, "Auth.Credentials");
	is_error(sign_in("nobody-at-all", "Wrong12345", NULL), 401, "Auth.Credentials");
}

static void
the_cookie_is_no_scripts_and_no_other_sites(void **state)
{
	(void)state;
	given_console("", NULL);
	const char *name = last_name(), *url = conf.site_url;
	const char *set =
		answer_header(sign_in(name, "Right12345", NULL), "Set-Cookie");

	assert_true(str_starts(set, "samovar="));
	assert_non_null(strstr(set, "; Path=/; HttpOnly; SameSite=Strict"));
	assert_null(strstr(set, "Secure"));
	conf.site_url = "https://localhost";
	const struct answer *a = sign_in(name, "Right12345", NULL);
	set = answer_header(a, "Set-Cookie");
	assert_true(str_starts(set, "__Host-samovar="));
	assert_non_null(strstr(set, "; Path=/; HttpOnly; SameSite=Strict; Secure"));
	assert_int_equal(get("/me", cookie_of(a))->status, 200);
	conf.site_url = url;
}

static void
a_sign_in_ends_the_older_one_of_the_browser(void **state)
{
	(void)state;
	const char *old = given_console("", NULL), *name = last_name();
	const char *other = cookie_of(sign_in(name, "Right12345", NULL)),
		   *new = cookie_of(sign_in(name, "Right12345", old));

	assert_string_not_equal(old, new);
	is_error(get("/me", old), 401, "Auth.Expired");
	assert_int_equal(get("/me", new)->status, 200);
	assert_int_equal(get("/me", other)->status, 200);
}

static void
a_cookie_that_the_server_has_not_made_becomes_no_session(void **state)
{
	(void)state;
	given_console("", NULL);
	const char *theirs = text("Cookie: samovar=%s", repeated("ab", 32));
	const char *mine = cookie_of(sign_in(last_name(), "Right12345", theirs));

	assert_string_not_equal(mine, theirs);
	is_error(get("/me", theirs), 401, "Auth.Expired");
}

static void
the_table_has_nothing_to_sign_in_with(void **state)
{
	(void)state;
	const char *cookie = given_console("", NULL), *secret = strchr(cookie, '=') + 1;

	assert_int_equal(strlen(secret), 64);
	assert_int_equal(
		number("select count(*) from account.session s where to_jsonb(s)::text "
		       "like '%%%.12s%%'",
			secret),
		0);
	const char *jti =
		value("select replace(jti::text, '-', '') from account.session "
		      "order by created desc, expires desc limit 1");
	is_error(get("/me", text("Cookie: samovar=%s%s", jti, jti)), 401,
		"Auth.Expired");
}

static void
signing_out_ends_it(void **state)
{
	(void)state;
	const char *cookie = given_console("", NULL);
	const struct answer *a = post("/auth/logout", NULL, cookie);

	assert_int_equal(a->status, 204);
	assert_non_null(strstr(answer_header(a, "Set-Cookie"), "Max-Age=0"));
	is_error(get("/me", cookie), 401, "Auth.Expired");
}

static int64_t
minutes_left(void)
{
	return number("select (extract(epoch from expires - now()) / 60)::int from "
		      "account.session where account_id = (select max(id) from "
		      "account.account)");
}

static void
twelve_hours_without_a_hand_end_it(void **state)
{
	(void)state;
	const char *cookie = given_console("", NULL);

	assert_in_range(minutes_left(), 719, 720);
	value("update account.session set expires = expires - interval '1 hour' where "
	      "account_id = (select max(id) from account.account)");
	assert_int_equal(get("/pulse?topics=jobs", cookie)->status, 200);
	call("GET", API "/today", .headers = {cookie, "Samovar-Background: 1"});
	assert_in_range(minutes_left(), 659, 660);
	assert_int_equal(get("/me", cookie)->status, 200);
	assert_in_range(minutes_left(), 719, 720);
	value("update account.session set expires = now() where account_id = (select "
	      "max(id) from account.account)");
	empty_cache();
	conf.token_near_time = 0;
	is_error(get("/me", cookie), 401, "Auth.Expired");
	conf.token_near_time = 1000;
}

static void
who_is_blocked_is_out_at_once(void **state)
{
	(void)state;
	const char *cookie = given_console("can_operate", NULL), *name = last_name();
	const char *manager = given_member(SUPERUSER);

	assert_int_equal(get("/me", cookie)->status, 200);
	const struct answer *a = call("POST",
		text("/people/api/v1/people/%s/block",
			value("select uuid from account.account where username = '%s'",
				name)),
		.body = "{}", .headers = {manager});
	assert_int_equal(a->status, 200);
	is_error(get("/me", cookie), 401, "Auth.Expired");
	is_error(sign_in(name, "Right12345", NULL), 403, "Auth.Blocked");
}

static void
it_leaves_a_sign_in_at_the_file_store_alone(void **state)
{
	(void)state;
	const char *token = given_person("can_view_file"), *name = last_name();

	cookie_of(sign_in(name, "Right12345", NULL));
	assert_int_equal(
		call("GET", "/storage/api/v1/files/", .headers = {token})->status, 200);
}

static void
one_is_told_what_one_may(void **state)
{
	(void)state;
	const struct answer *a = get("/me", given_console("can_moderate", "expert"));

	assert_non_null(
		strstr(a->body, "\"may\" : [\"signed_in\",\"staff\",\"moderator\"]"));
}

/* -- the pulse */

static void
the_pulse_is_unchanged_while_nothing_changes(void **state)
{
	(void)state;
	const char *cookie = given_console("can_operate", NULL);

	conf.token_near_time = 0;
	const struct answer *a =
		get("/pulse?topics=jobs,servers,review,nothing", cookie);
	const char *etag = answer_header(a, "ETag");
	assert_int_equal(a->status, 200);
	assert_non_null(json_member(a->json, "jobs", json_type_object));
	assert_non_null(json_member(a->json, "servers", json_type_object));
	assert_null(json_member(a->json, "review", json_type_object));
	const char *same = text("If-None-Match: %s", etag);
	a = call("GET", API "/pulse?topics=jobs,servers", .headers = {cookie, same});
	assert_int_equal(a->status, 304);
	assert_int_equal(a->size, 0);
	value("insert into job.job (kind, state) values ('job.nothing', 'parked')");
	a = call("GET", API "/pulse?topics=jobs,servers", .headers = {cookie, same});
	assert_int_equal(a->status, 200);
	conf.token_near_time = 1000;
	value("delete from job.job");
}

/* -- the day */

/* A shift in its ninth day, with six children: one has sent nothing, two photos wait.
 */
static void
given_shift(const char *staff)
{
	value("set client_min_messages = warning; truncate programme.shift cascade");
	value("truncate programme.task, programme.participant cascade");
	value("with t as (insert into programme.task (url, title) values ('/t.jpg', "
	      "'Wash up') returning id),"
	      " s as (insert into programme.shift (status, started_at, finished_at, "
	      "title, final_message, tasks)"
	      "  select 'started', d - 8, d + 30, 'Autumn', 'Thank you all', '{}' from "
	      "(select '%s'::date as d) n returning id, started_at + 8 as d),"
	      " p as (insert into programme.participant (name, surname, date_of_birth, "
	      "city, phone_number, telegram_id)"
	      "  select 'Anna', 'Ivanova', '2012-01-01', 'Perm', '+7 900 ' || i, 77000 "
	      "+ i from generate_series(1, 6) i returning id),"
	      " m as (insert into programme.member (participant_id, shift_id) select "
	      "p.id, s.id from p, s returning id, shift_id),"
	      " r as (insert into programme.report (shift_id, task_id, member_id, "
	      "task_date, status, number_attempt, uploaded_at)"
	      "  select m.shift_id, t.id, m.id, s.d, "
	      "(array['waiting','reviewing','reviewing','approved','declined','"
	      "declined'])[n]::programme.report_status,"
	      "  (n > 1)::int, case when n > 1 then now() end from (select *, "
	      "row_number() over (order by id) as n from m) m, t, s)"
	      " select 1",
		answer_text(get("/today", staff), "day"));
}

static void
a_day_without_a_shift_is_no_error(void **state)
{
	(void)state;
	const struct answer *a = get("/today", given_console("", "expert"));

	assert_int_equal(a->status, 200);
	assert_null(json_member(a->json, "programme", json_type_object));
	assert_non_null(strstr(a->body, "\"programme.daily\""));
}

static void
the_day_adds_up(void **state)
{
	(void)state;
	const char *staff = given_console("", "expert");

	given_shift(staff);
	const struct answer *a = get("/today", staff);
	struct json_object *day = json_member(a->json, "programme", json_type_object),
			   *line = json_member(day, "line", json_type_array);
	assert_int_equal(json_number(day, "issued"), 6);
	assert_int_equal(json_number(day, "reported"), 5);
	assert_int_equal(json_number(day, "reviewing"), 2);
	assert_int_equal(json_number(day, "approved"), 1);
	assert_int_equal(json_number(day, "declined"), 2);
	assert_int_equal(json_number(day, "missing"), 1);
	struct json_object *shift = json_member(day, "shift", json_type_object);
	assert_int_equal(json_number(shift, "day"), 9);
	assert_int_equal(json_number(shift, "members"), 6);
	size_t n = json_object_array_length(line);
	assert_int_equal(
		json_object_get_int(json_object_array_get_idx(line, n - 1)), 5);
	assert_null(json_member(get("/today", given_console("can_operate", NULL))->json,
		"programme", json_type_object));
}

/* -- review */

static const struct answer *
next(const char *cookie, int count, const char *hold, const char *except)
{
	const struct answer *a = post("/review/next",
		text("{\"count\":%d,\"hold\":[%s],\"except\":[%s]}", count, hold,
			except),
		cookie);

	if (a->status != 200)
		fail_msg("%d %s", a->status, a->body);
	return a;
}

/* The id of the n-th report that was claimed, NULL if there are fewer. */
static const char *
claimed(const struct answer *a, size_t n)
{
	struct json_object *list = json_member(a->json, "reports", json_type_array);

	if (n >= json_object_array_length(list))
		return NULL;
	return json_text(json_member(json_object_array_get_idx(list, n), "report",
				 json_type_object),
		"id");
}

static const struct answer *
decide(const char *cookie, const char *id, const char *how)
{
	return post(text("/review/%s/decision", id), text("{\"attempt\":1,%s}", how),
		cookie);
}

static const struct answer *
undo(const char *cookie, const char *id)
{
	return call("DELETE", text(API "/review/%s/decision", id),
		.headers = {SAME_ORIGIN, cookie});
}

#define APPROVE "\"approved\":true"
#define DECLINE "\"approved\":false,\"reason\":1"

static const char *
status_of(const char *id)
{
	return value("select status from programme.report where id = '%s'", id);
}

static void
given_photos(const char *staff)
{
	given_shift(staff);
	value("update programme.report set report_url = '/photos/' || id || '.jpg', "
	      "uploaded_at = now() where status = 'reviewing'");
}

static void
two_reviewers_never_see_the_same_photo(void **state)
{
	(void)state;
	const char *anna = given_console("", "expert"),
		   *boris = given_console("", "expert");

	given_photos(anna);
	const struct answer *a = next(anna, 1, "", "");
	const char *one = claimed(a, 0);
	assert_non_null(one);
	assert_int_equal(json_number(a->json, "left"), 2);
	assert_non_null(strstr(a->body, "signature="));
	a = next(boris, 4, "", "");
	const char *other = claimed(a, 0);
	assert_null(claimed(a, 1));
	assert_string_not_equal(one, other);
	is_error(decide(boris, one, APPROVE), 409, "Review.Taken");
	/* What one goes on holding stays one's own, what one leaves is free. */
	assert_string_equal(claimed(next(anna, 1, text("\"%s\"", one), ""), 0), one);
	assert_null(claimed(next(anna, 1, "", text("\"%s\"", one)), 0));
	assert_non_null(claimed(next(boris, 4, text("\"%s\"", other), ""), 1));
}

static void
a_decision_whose_job_was_dropped_is_none(void **state)
{
	(void)state;
	const char *anna = given_console("", "expert");

	given_photos(anna);
	const char *one = claimed(next(anna, 1, "", ""), 0);
	assert_int_equal(decide(anna, one, APPROVE)->status, 200);
	assert_null(claimed(next(anna, 0, "", ""), 0));
	assert_int_equal(number("select count(*) from programme.review_decision where "
				"report_id = '%s'",
				 one),
		1);
	value("delete from job.job where kind = 'review.settle'");
	assert_null(claimed(next(anna, 0, "", ""), 0));
	assert_int_equal(number("select count(*) from programme.review_decision"), 0);
	assert_int_equal(number("select count(*) from programme.review_claim"), 0);
}

static void
a_claim_ends_by_itself(void **state)
{
	(void)state;
	const char *anna = given_console("", "expert"),
		   *boris = given_console("", "expert");

	given_photos(anna);
	assert_non_null(claimed(next(anna, 2, "", ""), 1));
	assert_null(claimed(next(boris, 2, "", ""), 0));
	value("update programme.review_claim set until = now() - interval '1 second'");
	assert_non_null(claimed(next(boris, 2, "", ""), 1));
	assert_null(claimed(next(anna, 2, "", ""), 0));
}

static void
nothing_goes_out_before_a_decision_counts(void **state)
{
	(void)state;
	const char *anna = given_console("", "expert"), *name = last_name();

	given_photos(anna);
	value("truncate programme.outbox; delete from job.job");
	const char *id = claimed(next(anna, 1, "", ""), 0);
	const struct answer *a = decide(anna, id, APPROVE);
	assert_int_equal(a->status, 200);
	assert_int_equal(json_number(a->json, "seconds"), 10);
	assert_string_equal(status_of(id), "reviewing");
	assert_int_equal(number("select count(*) from programme.outbox"), 0);
	assert_int_equal(
		number("select (run_at > now() + interval '8 seconds')::int from "
		       "job.job where kind = 'review.settle'"),
		1);
	/* Nobody gets it again meanwhile, and nobody decides it twice. */
	is_error(decide(anna, id, APPROVE), 409, "Review.Taken");
	assert_string_not_equal(claimed(next(anna, 2, "", ""), 0), id);
	assert_int_equal(run_jobs("review.settle", review_settle_job), 1);
	assert_string_equal(status_of(id), "approved");
	assert_string_equal(
		value("select kind from programme.outbox"), "report_approved");
	assert_string_equal(value("select a.username from account.audit u join "
				  "account.account a on "
				  "a.id = u.actor where u.action = 'report.approve' "
				  "and u.object_id "
				  "= '%s'",
				    id),
		name);
	is_error(undo(anna, id), 409, "Review.Settled");
}

static void
a_decision_is_taken_back(void **state)
{
	(void)state;
	const char *anna = given_console("", "expert"),
		   *boris = given_console("", "expert");

	given_photos(anna);
	value("truncate programme.outbox; delete from job.job");
	const char *id = claimed(next(anna, 1, "", ""), 0);
	decide(anna, id, DECLINE);
	is_error(undo(boris, id), 409, "Review.Settled");
	assert_int_equal(undo(anna, id)->status, 204);
	assert_int_equal(run_jobs("review.settle", review_settle_job), 1);
	assert_string_equal(status_of(id), "reviewing");
	assert_int_equal(number("select count(*) from programme.outbox"), 0);
	/* It is before one's eyes again, and nobody else's. */
	is_error(decide(boris, id, APPROVE), 409, "Review.Taken");
	assert_int_equal(decide(anna, id, APPROVE)->status, 200);
	assert_int_equal(run_jobs("review.settle", review_settle_job), 1);
	assert_string_equal(status_of(id), "approved");
}

static void
the_older_front_end_and_the_console_decide_once(void **state)
{
	(void)state;
	const char *anna = given_console("", "expert"), *older = given_staff("expert");

	given_photos(anna);
	value("truncate programme.outbox; delete from job.job");
	const char *id = claimed(next(anna, 1, "", ""), 0);
	decide(anna, id, APPROVE);
	assert_int_equal(
		call("PATCH", text("/api/reports/%s/decline", id), .headers = {older})
			->status,
		200);
	assert_int_equal(run_jobs("review.settle", review_settle_job), 1);
	assert_string_equal(status_of(id), "declined");
	assert_int_equal(number("select count(*) from programme.outbox"), 1);
	is_error(decide(anna, id, APPROVE), 409, "Review.Reviewed");
}

static void
a_photo_that_came_meanwhile_is_another_decision(void **state)
{
	(void)state;
	const char *anna = given_console("", "expert");

	given_photos(anna);
	value("delete from job.job");
	const char *id = claimed(next(anna, 1, "", ""), 0);
	decide(anna, id, DECLINE);
	value("update programme.report set number_attempt = 2 where id = '%s'", id);
	assert_int_equal(run_jobs("review.settle", review_settle_job), 1);
	assert_string_equal(status_of(id), "reviewing");
	is_error(decide(anna, id, APPROVE), 409, "Review.Taken");
}

static void
the_child_is_told_why_and_figures_know(void **state)
{
	(void)state;
	const char *anna = given_console("", "administrator");

	given_photos(anna);
	value("truncate programme.outbox; delete from job.job");
	const struct answer *a = call("PUT", API "/review/reasons/1",
		.body = "{\"title\":\"Too dark\",\"message\":\"Take it by day.\"}",
		.headers = {SAME_ORIGIN, anna});
	assert_int_equal(a->status, 200);
	assert_non_null(strstr(a->body, "Take it by day."));
	const char *id = claimed(next(anna, 1, "", ""), 0);
	is_error(decide(anna, id, "\"approved\":false,\"reason\":9"), 422,
		"Request.Validation");
	assert_int_equal(decide(anna, id, DECLINE)->status, 200);
	assert_int_equal(run_jobs("review.settle", review_settle_job), 1);
	assert_string_equal(status_of(id), "declined");
	assert_string_equal(value("select payload->>'reason' from programme.outbox"),
		"Take it by day.");
	assert_non_null(strstr(get("/review/figures", anna)->body, "Too dark"));
	/* Other words do not change what was said. */
	call("PUT", API "/review/reasons/1",
		.body = "{\"title\":\"Blurred\",\"message\":\"Hold still.\"}",
		.headers = {SAME_ORIGIN, anna});
	assert_non_null(strstr(get("/review/figures", anna)->body, "Too dark"));
	a = call("DELETE", API "/review/reasons/1", .headers = {SAME_ORIGIN, anna});
	assert_null(strstr(a->body, "Blurred"));
	is_error(
		call("DELETE", API "/review/reasons/1", .headers = {SAME_ORIGIN, anna}),
		404, "Console.Gone");
}

/* -- people, audit, oneself */

static const char *
last_uuid(void)
{
	return value("select uuid from account.account order by id desc limit 1");
}

static void
what_was_done_to_somebody_is_told_field_by_field(void **state)
{
	(void)state;
	const char *manager = given_console("can_manage_people", NULL);
	const char *name = (given_console("", NULL), last_name()), *uuid = last_uuid();
	const char *path = text("/people/%s", uuid);

	assert_int_equal(
		post(text("%s/block", path), "{\"why\":\"spam\"}", manager)->status,
		200);
	is_error(sign_in(name, "Right12345", NULL), 403, "Auth.Blocked");
	const struct answer *a =
		get(text("/audit?object_kind=account&object_id=%s", uuid), manager);
	assert_int_equal(a->status, 200);
	struct json_object *rows = json_member(a->json, "data", json_type_array),
			   *row = json_object_array_get_idx(rows, 0);
	assert_int_equal(json_object_array_length(rows), 1);
	assert_string_equal(json_text(row, "action"), "account.block");
	assert_non_null(strstr(a->body, "spam"));
	assert_non_null(json_text(json_member(row, "who", json_type_object), "uuid"));
	assert_int_equal(post(text("%s/unblock", path), NULL, manager)->status, 200);
	a = get(text("/audit?object_id=%s&limit=1", uuid), manager);
	assert_string_equal(
		json_text(json_object_array_get_idx(
				  json_member(a->json, "data", json_type_array), 0),
			"action"),
		"account.unblock");
	a = get(text("/audit?object_id=%s&limit=1&after=%lld", uuid,
			(long long)json_number(a->json, "next")),
		manager);
	if (strstr(a->body, "account.block") == NULL)
		fail_msg("%s", a->body);
	assert_null(json_member(a->json, "next", json_type_int));
	is_error(get("/audit?who=me", manager), 422, "Request.Validation");
}

static void
roles_are_changed_by_whoever_saw_them(void **state)
{
	(void)state;
	const char *manager = given_console(SUPERUSER, NULL);
	const char *path = (given_console("", NULL), text("/people/%s", last_uuid()));
	const struct answer *a = get(path, manager);
	const char *version = text("If-Match: %s", answer_header(a, "ETag"));
	const struct call change = {.method = "PUT",
		.path = text(API "%s/roles", path),
		.body = "{\"roles\":[\"moderator\"]}",
		.headers = {SAME_ORIGIN, manager, version}};

	assert_int_equal(edge_call(&change)->status, 200);
	is_error(edge_call(&change), 412, "Console.Changed");
}

static void
a_new_password_ends_all_other_sign_ins(void **state)
{
	(void)state;
	const char *first = given_console("", NULL), *name = last_name();
	const char *other = cookie_of(sign_in(name, "Right12345", NULL));

	is_error(post("/me/password", "{\"old\":\"Wrong12345\",\"new\":\"Other12345\"}",
			 first),
		403, "Auth.WrongPassword");
	const struct answer *a = get("/me/sessions", first);
	struct json_object *list = json_member(a->json, "data", json_type_array);
	assert_int_equal(json_object_array_length(list), 2);
	assert_int_equal(
		post("/me/password", "{\"old\":\"Right12345\",\"new\":\"Other12345\"}",
			first)
			->status,
		200);
	assert_int_equal(get("/me", first)->status, 200);
	is_error(get("/me", other), 401, "Auth.Expired");
	other = cookie_of(sign_in(name, "Other12345", NULL));
	assert_int_equal(post("/me/sign-out-others", NULL, other)->status, 204);
	is_error(get("/me", first), 401, "Auth.Expired");
	assert_int_equal(get("/me", other)->status, 200);
}

/* -- reports */

static void
a_report_is_decided_once(void **state)
{
	(void)state;
	const char *moderator = given_console("can_moderate", NULL);
	int64_t owner = number("select max(id) from account.account");
	int64_t profile =
		number("insert into messenger.profile (account_id, name, description) "
		       "values (%lld, 'Loud', 'buy <b>this</b>') returning id",
			(long long)owner);
	int64_t id =
		number("insert into messenger.report (reporter_id, profile_id, reason) "
		       "values (%lld, %lld, 'spam') returning id",
			(long long)owner, (long long)profile);
	const char *path = text("/reports/%lld", (long long)id);
	const struct answer *a = get("/reports", moderator);

	assert_int_equal(a->status, 200);
	struct json_object *row = json_object_array_get_idx(
		json_member(a->json, "data", json_type_array), 0);
	assert_int_equal(json_number(row, "id"), id);
	assert_string_equal(json_text(row, "kind"), "profile");
	assert_string_equal(json_text(row, "title"), "Loud");
	assert_null(json_member(row, "around", json_type_array));
	assert_non_null(
		strstr(get("/pulse?topics=reports", moderator)->body, "\"waiting\""));
	is_error(post(path, "{\"decision\":\"erased\"}", moderator), 422,
		"Request.Validation");
	assert_int_equal(
		post(path, "{\"decision\":\"locked\"}", moderator)->status, 204);
	is_error(post(path, "{\"decision\":\"dismissed\"}", moderator), 404,
		"Console.Gone");
	assert_int_equal(
		number("select count(*) from messenger.profile where id = %lld "
		       "and why_locked = 'REPORTED'",
			(long long)profile),
		1);
}

/* -- jobs, timers, health */

static void
given_parked(void)
{
	value("delete from job.job; insert into job.job (kind, state, last_error, "
	      "tries) "
	      "select 'mail.send', 'parked', case when n < 4 then 'refused' else "
	      "'away' end, 8 from generate_series(1, 5) n");
}

static void
an_operator_sees_what_was_given_up_by_its_reason(void **state)
{
	(void)state;
	const char *op = given_console("can_operate", NULL);

	given_parked();
	const struct answer *a = get("/jobs", op);
	struct json_object *parked = json_member(a->json, "parked", json_type_array),
			   *first = json_object_array_get_idx(parked, 0);
	assert_int_equal(json_object_array_length(parked), 2);
	assert_int_equal(json_number(first, "count"), 3);
	assert_string_equal(json_text(first, "reason"), "refused");
	a = post("/jobs/parked",
		"{\"action\":\"retry\",\"kind\":\"mail.send\",\"reason\":"
		"\"refused\"}",
		op);
	assert_int_equal(json_number(a->json, "count"), 3);
	assert_int_equal(
		number("select count(*) from job.job where state = 'parked'"), 2);
	assert_int_equal(number("select count(*) from job.job where state = 'ready' "
				"and tries = 0"),
		3);
	a = post("/jobs/parked", "{\"action\":\"drop\",\"kind\":\"mail.send\"}", op);
	assert_int_equal(json_number(a->json, "count"), 2);
	assert_string_equal(
		value("select data->>'count' from account.audit where action = "
		      "'job.drop' order by id desc limit 1"),
		"2");
}

static void
jobs_come_in_pages_and_one_can_be_retried_or_dropped(void **state)
{
	(void)state;
	const char *op = given_console("can_operate", NULL);

	given_parked();
	const struct answer *a = get("/jobs/list?state=parked&limit=2", op);
	long long after = (long long)json_number(a->json, "next");
	assert_int_equal(
		json_object_array_length(json_member(a->json, "data", json_type_array)),
		2);
	a = get(text("/jobs/list?state=parked&limit=200&after=%lld", after), op);
	assert_int_equal(
		json_object_array_length(json_member(a->json, "data", json_type_array)),
		3);
	assert_null(json_member(a->json, "next", json_type_int));
	assert_int_equal(post(text("/jobs/%lld/retry", after), NULL, op)->status, 204);
	assert_int_equal(call("DELETE", text(API "/jobs/%lld", after),
				 .headers = {SAME_ORIGIN, op})
				 ->status,
		204);
	is_error(post(text("/jobs/%lld/retry", after), NULL, op), 404, "Console.Gone");
	value("update job.job set lease_until = now() + interval '1 minute'");
	is_error(call("DELETE", text(API "/jobs/%lld", after + 1),
			 .headers = {SAME_ORIGIN, op}),
		404, "Console.Gone");
	value("delete from job.job");
}

static void
a_timer_runs_by_hand_for_a_day_that_has_come(void **state)
{
	(void)state;
	const char *op = given_console("can_operate", NULL);

	value("delete from job.job");
	const struct answer *a =
		post("/timers/programme.remind/run", "{\"day\":\"2026-01-05\"}", op);
	assert_int_equal(a->status, 200);
	assert_string_equal(value("select subject from job.job"), "2026-01-05/asked");
	is_error(post("/timers/programme.daily/run", "{\"day\":\"2999-01-05\"}", op),
		422, "Request.Validation");
	is_error(post("/timers/nothing/run", "{\"day\":\"2026-01-05\"}", op), 404,
		"Console.Gone");
	a = call("PUT", API "/timers/bot.sweep", .body = "{\"enabled\":false}",
		.headers = {SAME_ORIGIN, op});
	assert_int_equal(a->status, 204);
	assert_non_null(strstr(
		get("/timers", op)->body, "{\"name\":\"bot.sweep\",\"enabled\":false"));
	a = get("/timers/programme.daily/effect?day=2026-01-05", op);
	assert_int_equal(a->status, 200);
	value("delete from job.job");
}

static void
health_says_what_is_wrong(void **state)
{
	(void)state;
	const char *op = given_console("can_operate", NULL);

	given_parked();
	const struct answer *a = get("/health", op);
	assert_int_equal(a->status, 200);
	assert_non_null(strstr(a->body, "5 jobs are parked after repeated failure"));
	assert_non_null(json_member(a->json, "database", json_type_object));
	assert_non_null(json_member(a->json, "programs", json_type_array));
	assert_null(strstr(a->body, conf.token_secret));
	value("delete from job.job");
}

/* -- share links */

static const char *
given_link(int64_t account)
{
	const char *file =
		value("insert into storage.file (account_id, name, size) values "
		      "(%lld, '%s.pdf', 1) returning id",
			(long long)account, unique("shared"));

	return value(
		"insert into storage.link (file_id) values ('%s') returning id", file);
}

static size_t
count_of(const struct answer *a)
{
	assert_int_equal(a->status, 200);
	return json_object_array_length(json_member(a->json, "data", json_type_array));
}

static void
links_are_ended_by_their_owner_or_an_operator(void **state)
{
	(void)state;
	const char *owner = given_console("", NULL);
	int64_t account = number("select max(id) from account.account");
	const char *first = given_link(account), *second = given_link(account);
	const char *other = given_console("", NULL),
		   *operator= given_console("can_operate", NULL);
	const char *both = text("{\"ids\":[\"%s\",\"%s\"]}", first, second);

	assert_int_equal(count_of(get("/links", owner)), 2);
	assert_int_equal(count_of(get("/links?limit=1", owner)), 1);
	assert_int_equal(count_of(get("/links?all=true", other)), 0);
	assert_true(count_of(get("/links?all=true", operator)) >= 2);
	is_error(post(text("/links/%s", first), "{\"days\":7}", other), 404,
		"Console.Gone");
	assert_int_equal(post(text("/links/%s", first),
				 "{\"days\":7,\"password\":\"word\"}", owner)
				 ->status,
		204);
	assert_int_equal(
		number("select count(*) from storage.link where id = '%s' and "
		       "password like '$argon2id$%%' and expire_at between now() "
		       "+ interval '6 days' and now() + interval '8 days'",
			first),
		1);
	assert_string_equal(
		post("/links/revoke", both, other)->body, "{\"revoked\":0}");
	is_error(post("/links/revoke", "{\"ids\":[\"x\"]}", owner), 422,
		"Request.Validation");
	is_error(post(text("/links/%s", first), "{\"password\":\"\"}", operator), 404,
		"Console.Gone"); /* nor is it opened to anybody else */
	assert_string_equal(
		post("/links/revoke", both, operator)->body, "{\"revoked\":2}");
	assert_int_equal(count_of(get("/links", owner)), 0);
	assert_int_equal(
		number("select count(*) from storage.history where account_id = "
		       "%lld and event = 'FILE_SHARE_LINK.DELETED'",
			(long long)account),
		2);
}

/* -- the second factor */

/* The code of an app at some seconds from now. */
static const char *
code_at(const char *secret, int seconds)
{
	char *bytes = NULL, code[7];
	size_t n = 0;

	assert_int_equal(
		oath_base32_decode(secret, strlen(secret), &bytes, &n), OATH_OK);
	assert_int_equal(
		oath_totp_generate(bytes, n, time(NULL) + seconds, 30, 0, 6, code),
		OATH_OK);
	free(bytes);
	return text("%s", code);
}

static const struct answer *
sign_in_with(const char *name, const char *code)
{
	return post("/auth/login",
		text("{\"name\":\"%s\",\"password\":\"Right12345\",\"code\":\"%s\"}",
			name, code),
		NULL);
}

/* Sets it up for whom given_console() has just made; the secret. */
static const char *
given_factor(const char *cookie, const struct answer **codes)
{
	const struct answer *a =
		post("/me/second-factor", "{\"password\":\"Right12345\"}", cookie);
	const char *secret = answer_text(a, "secret");

	assert_int_equal(a->status, 200);
	assert_non_null(strstr(answer_text(a, "address"), "otpauth://totp/"));
	*codes = post("/me/second-factor/confirm",
		text("{\"code\":\"%s\"}", code_at(secret, -30)), cookie);
	assert_int_equal((*codes)->status, 200);
	return secret;
}

static void
a_second_factor_is_asked_for_after_the_password(void **state)
{
	(void)state;
	const char *cookie = given_console("", NULL), *name = last_name();
	const struct answer *codes;

	is_error(post("/me/second-factor", "{\"password\":\"Wrong12345\"}", cookie),
		403, "Auth.WrongPassword");
	const char *secret = given_factor(cookie, &codes);
	assert_int_equal(number("select count(*) from account.second_factor f where "
				"to_jsonb(f)::text like '%%%s%%'",
				 secret),
		0);
	is_error(sign_in(name, "Wrong12345", NULL), 401, "Auth.Credentials");
	is_error(sign_in(name, "Right12345", NULL), 401, "Auth.CodeNeeded");
	is_error(sign_in_with(name, "000000"), 401, "Auth.Code");
	/* That of the confirmation counts no more, and no other counts twice. */
	is_error(sign_in_with(name, code_at(secret, -30)), 401, "Auth.Code");
	const char *now = code_at(secret, 0);
	assert_int_equal(sign_in_with(name, now)->status, 204);
	is_error(sign_in_with(name, now), 401, "Auth.Code");
	is_error(sign_in_with(name, code_at(secret, 300)), 401, "Auth.Code");
	is_error(post("/me/second-factor", "{\"password\":\"Right12345\"}", cookie),
		409, "Auth.FactorOn");
}

static void
a_recovery_code_counts_once_and_ten_wrong_ones_lock(void **state)
{
	(void)state;
	const char *cookie = given_console("", NULL), *name = last_name();
	const struct answer *codes;

	given_factor(cookie, &codes);
	struct json_object *list =
		json_member(codes->json, "recovery_codes", json_type_array);
	assert_int_equal(json_object_array_length(list), 10);
	const char *code = json_object_get_string(json_object_array_get_idx(list, 3));
	assert_int_equal(sign_in_with(name, code)->status, 204);
	is_error(sign_in_with(name, code), 401, "Auth.Code");
	for (int i = 0; i < 9; i++)
		is_error(sign_in_with(name, "123"), 401, "Auth.Code");
	code = json_object_get_string(json_object_array_get_idx(list, 4));
	const struct answer *a = sign_in_with(name, code);
	is_error(a, 429, "Request.TooMany");
	assert_non_null(answer_header(a, "Retry-After"));
	value("update account.second_factor set failed_at = now() - interval '1 day'");
	assert_int_equal(sign_in_with(name, code)->status, 204);
}

static void
who_sees_photos_may_have_to_have_one(void **state)
{
	(void)state;
	const char *cookie = given_console("", "expert");
	const struct answer *codes;

	conf.console_second_factor = "photos";
	is_error(get("/review/reasons", cookie), 403, "Auth.FactorNeeded");
	assert_int_equal(get("/me", cookie)->status, 200);
	given_factor(cookie, &codes);
	assert_int_equal(get("/review/reasons", cookie)->status, 200);
	assert_int_equal(
		post("/me/second-factor/off", "{\"password\":\"Right12345\"}", cookie)
			->status,
		204);
	is_error(get("/review/reasons", cookie), 403, "Auth.FactorNeeded");
	conf.console_second_factor = "optional";
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		EDGE_TEST(links_are_ended_by_their_owner_or_an_operator),
		EDGE_TEST(a_report_is_decided_once),
		EDGE_TEST(what_was_done_to_somebody_is_told_field_by_field),
		EDGE_TEST(roles_are_changed_by_whoever_saw_them),
		EDGE_TEST(a_new_password_ends_all_other_sign_ins),
		EDGE_TEST(one_signs_in_by_name_or_by_address),
		EDGE_TEST(the_cookie_is_no_scripts_and_no_other_sites),
		EDGE_TEST(a_sign_in_ends_the_older_one_of_the_browser),
		EDGE_TEST(a_cookie_that_the_server_has_not_made_becomes_no_session),
		EDGE_TEST(the_table_has_nothing_to_sign_in_with),
		EDGE_TEST(signing_out_ends_it),
		EDGE_TEST(twelve_hours_without_a_hand_end_it),
		EDGE_TEST(who_is_blocked_is_out_at_once),
		EDGE_TEST(it_leaves_a_sign_in_at_the_file_store_alone),
		EDGE_TEST(one_is_told_what_one_may),
		EDGE_TEST(the_pulse_is_unchanged_while_nothing_changes),
		EDGE_TEST(a_day_without_a_shift_is_no_error),
		EDGE_TEST(the_day_adds_up),
		EDGE_TEST(two_reviewers_never_see_the_same_photo),
		EDGE_TEST(a_decision_whose_job_was_dropped_is_none),
		EDGE_TEST(a_claim_ends_by_itself),
		EDGE_TEST(nothing_goes_out_before_a_decision_counts),
		EDGE_TEST(a_decision_is_taken_back),
		EDGE_TEST(the_older_front_end_and_the_console_decide_once),
		EDGE_TEST(a_photo_that_came_meanwhile_is_another_decision),
		EDGE_TEST(the_child_is_told_why_and_figures_know),
		EDGE_TEST(an_operator_sees_what_was_given_up_by_its_reason),
		EDGE_TEST(jobs_come_in_pages_and_one_can_be_retried_or_dropped),
		EDGE_TEST(a_timer_runs_by_hand_for_a_day_that_has_come),
		EDGE_TEST(health_says_what_is_wrong),
		EDGE_TEST(a_second_factor_is_asked_for_after_the_password),
		EDGE_TEST(a_recovery_code_counts_once_and_ten_wrong_ones_lock),
		EDGE_TEST(who_sees_photos_may_have_to_have_one),
	};

	(void)argc;
	return edge_run("console", tests, argv);
}
