/* The console: the day, and the review of its photos. */
#include "console.h"

#include "db/db.h"
#include "programme/review.h"
#include "programme/shift.h"

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
	/* An open page still has the words of before: they are not sent, nor others in
	 * their place. */
	is_error(decide(anna, id, DECLINE), 412, "Console.Changed");
	assert_int_equal(
		decide(anna, id,
			text("\"approved\":false,\"reason\":%lld",
				(long long)number("select id from "
						  "programme.decline_reason where "
						  "position = 1 and not is_archived")))
			->status,
		200);
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

static void
a_shift_that_ends_hears_what_has_just_been_decided(void **state)
{
	(void)state;
	const char *anna = given_console("", "expert"), *name = last_name();
	struct ctx c;

	given_photos(anna);
	value("delete from job.job; update programme.shift set status = "
	      "'ready_for_complete', finished_at = current_date - 3, started_at = "
	      "current_date - 40");
	const char *one = claimed(next(anna, 1, "", ""), 0);
	assert_int_equal(decide(anna, one, APPROVE)->status, 200);
	edge_ctx(&c);
	assert_int_equal(db_begin(&c), OK);
	assert_int_equal(db_end(&c, shift_end_overdue(&c, utc_date(c.now))), OK);
	ctx_end(&c);
	assert_string_equal(status_of(one), "approved");
	assert_string_equal(
		value("select username from account.account a join programme.report r "
		      "on r.reviewed_by = a.id where r.id = '%s'",
			one),
		name);
	assert_int_equal(number("select count(*) from programme.report where status = "
				"'reviewing'"),
		0);
	assert_string_equal(value("select status from programme.shift"), "finished");
	assert_int_equal(run_jobs("review.settle", review_settle_job), 1);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
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
		EDGE_TEST(a_shift_that_ends_hears_what_has_just_been_decided),
	};

	(void)argc;
	return edge_run("console review", tests, argv);
}
