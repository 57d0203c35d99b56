/* The console: children who are away, words of staff to many, reminders, the pause. */
#include "console.h"

#include <unistd.h>

#include "base/utc.h"
#include "db/db.h"
#include "job/job.h"
#include "programme/day.h"
#include "programme/task_date.h"
#include "programme/notice.h"
#include "programme/outbox.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

static const char *
iso(struct date d)
{
	return text("%04d-%02d-%02d", d.year, d.month, d.day);
}

static struct date
current(void)
{
	return programme_task_date(utc_now());
}

/* A running shift of six children, the first three of Perm; nobody has reported. */
static void
given_shift(void)
{
	struct date day = current();

	value("set client_min_messages = warning; truncate programme.shift, "
	      "programme.task, programme.participant, programme.outbox, "
	      "programme.broadcast cascade");
	value("with t as (insert into programme.task (url, title) values ('/t.jpg', "
	      "'Wash up') returning id),"
	      " s as (insert into programme.shift (status, started_at, finished_at, "
	      "title, final_message, tasks) select 'started', '%s'::date - 8, "
	      "'%s'::date + 30, 'Autumn', 'Thank you all', (select "
	      "jsonb_object_agg(d::text, t.id) from generate_series(1, 31) d) from t "
	      "returning id),"
	      " p as (insert into programme.participant (name, surname, date_of_birth, "
	      "city, phone_number, telegram_id) select 'Anna', 'Belova ' || i, "
	      "'2015-01-01', case when i <= 3 then 'Perm' else 'Ufa' end, '+7 900 ' || "
	      "i, 66000 + i from generate_series(1, 6) i returning id),"
	      " m as (insert into programme.member (participant_id, shift_id) select "
	      "p.id, s.id from p, s returning id, shift_id)"
	      " insert into programme.report (shift_id, task_id, member_id, task_date) "
	      "select m.shift_id, t.id, m.id, '%s' from m, t",
		iso(day), iso(day), iso(day));
}

static const char *
child(int n)
{
	return value("select m.id from programme.member m join programme.participant p "
		     "on p.id = m.participant_id where p.telegram_id = 66000 + %d",
		n);
}

static const char *
shift(void)
{
	return value("select id from programme.shift");
}

static struct json_object *
good(const struct answer *a)
{
	if (a->status != 200)
		fail_msg("%d %s", a->status, a->body);
	return a->json;
}

/* -- absences */

static void
staff_moves_a_childs_absence(void **state)
{
	const char *staff = given_console("", "expert");
	struct date day = current(), from = date_after(day, -2),
		    to = date_after(day, 2);
	const char *days = text("\"from\":\"%s\",\"to\":\"%s\"", iso(from), iso(to));

	(void)state;
	given_shift();
	const char *path = text("/children/%s", child(1));
	value("insert into programme.report (shift_id, task_id, member_id, task_date, "
	      "status) select shift_id, task_id, member_id, task_date - 1, 'skipped' "
	      "from programme.report where member_id = '%s'",
		child(1));
	struct json_object *found = good(get("/children?q=belova%201", staff));
	assert_int_equal(json_object_array_length(found), 1);
	good(post(
		text("%s/absence", path), text("{%s,\"kind\":\"ill\"}", days), staff));
	assert_int_equal(number("select count(*) from programme.report where status = "
				"'not_participate'"),
		2);
	struct json_object *list = good(get("/absences", staff));
	assert_int_equal(json_object_array_length(list), 1);
	assert_int_equal(
		json_number(good(get(path, staff)), "left"), 14); /* not theirs */
	/* What cannot be moved stays. */
	const char *instead = text(
		"\"instead_from\":\"%s\",\"instead_to\":\"%s\"", iso(from), iso(to));
	is_error(post(text("%s/absence", path),
			 text("{\"from\":\"2020-01-01\",\"to\":\"2020-01-02\",\"kind\":"
			      "\"ill\",%s}",
				 instead),
			 staff),
		422, "Request.Validation");
	assert_int_equal(number("select count(*) from programme.absence"), 5);
	good(post(text("%s/absence", path),
		text("{\"from\":\"%s\",\"to\":\"%s\",\"kind\":\"away\",%s}", iso(from),
			iso(date_after(to, 1)), instead),
		staff));
	/* What is there already cannot be added. */
	is_error(post(text("%s/absence", path), text("{%s,\"kind\":\"ill\"}", days),
			 staff),
		409, "Console.Conflict");
	assert_int_equal(
		number("select count(*) from programme.absence where kind = 'away'"),
		6);
	days = text("\"from\":\"%s\",\"to\":\"%s\"", iso(from), iso(date_after(to, 1)));
	good(post(text("%s/back", path), text("{%s}", days), staff));
	assert_int_equal(number("select count(*) from programme.absence"), 0);
	assert_string_equal(value("select status from programme.report where member_id "
				  "= '%s' order by task_date limit 1",
				    child(1)),
		"skipped");
	assert_int_equal(number("select count(*) from account.audit where action like "
				"'absence.%%' and object_id = '%s'",
				 child(1)),
		4);
	is_error(post(text("%s/absence", path),
			 "{\"from\":\"2020-01-01\",\"to\":\"2020-01-02\",\"kind\":"
			 "\"ill\"}",
			 staff),
		422, "Request.Validation");
	is_error(post("/children/00000000-0000-4000-8000-000000000005/back",
			 text("{%s}", days), staff),
		404, "Console.Gone");
}

static int64_t
days_of(const char *kind, bool staffs)
{
	return number("select count(*) from programme.absence where kind = '%s' and "
		      "is_staffs = %s",
		kind, staffs ? "true" : "false");
}

static const struct answer *
move(const char *staff, struct date old, struct date from, struct date to)
{
	return post(text("/children/%s/absence", child(1)),
		text("{\"from\":\"%s\",\"to\":\"%s\",\"kind\":\"away\","
		     "\"instead_from\":\"%s\",\"instead_to\":\"%s\"}",
			iso(from), iso(to), iso(old), iso(date_after(old, 2))),
		staff);
}

static void
days_of_both_stay_planned_by_whom_they_were(void **state)
{
	const char *staff = given_console("", "expert");
	struct date day = current(), next = date_after(day, 1);

	(void)state;
	given_shift();
	value("insert into programme.absence (member_id, day, kind, is_staffs) select "
	      "'%s', '%s'::date + d, 'ill', false from generate_series(0, 2) d",
		child(1), iso(next));
	good(move(staff, next, date_after(next, 1), date_after(next, 4)));
	assert_int_equal(days_of("away", false), 2);
	assert_int_equal(days_of("away", true), 2);
	assert_int_equal(number("select count(*) from programme.absence"), 4);
	assert_int_equal(number("select count(*) from account.audit where object_id = "
				"'%s' and action in ('absence.back', "
				"'absence.change', 'absence.add')",
				 child(1)),
		3);
	/* To where a report has come: nothing at all is changed. */
	value("update programme.report set status = 'approved', number_attempt = 1");
	is_error(move(staff, date_after(next, 1), day, day), 409, "Console.Conflict");
	assert_int_equal(number("select count(*) from programme.absence"), 4);
}

/* -- words to many */

static const struct answer *
broadcast(const char *staff, const char *more)
{
	return post("/broadcasts",
		text("{\"text\":\"Hello <all> & more\",\"shift\":\"%s\"%s}", shift(),
			more),
		staff);
}

static int64_t
counted(const char *staff, const char *more)
{
	return json_number(good(broadcast(staff, more)), "count");
}

static int64_t
waiting(void)
{
	return number("select count(*) from programme.outbox where state = 'waiting'");
}

static void
segments_are_counted_before_anything_goes_out(void **state)
{
	const char *staff = given_console("", "expert");

	(void)state;
	given_shift();
	value("update programme.participant set telegram_blocked = true where "
	      "telegram_id = 66006");
	value("update programme.report set status = 'reviewing' where member_id = '%s'",
		child(1));
	value("update programme.member set status = 'excluded' where id = '%s'",
		child(4));
	assert_int_equal(counted(staff, ""), 5);
	assert_int_equal(counted(staff, ",\"status\":\"active\""), 4);
	assert_int_equal(counted(staff, ",\"city\":\"Perm\""), 3);
	assert_int_equal(counted(staff, ",\"city\":\"\""), 5);
	assert_int_equal(counted(staff, ",\"city\":\"Perm\",\"unreported\":true"), 2);
	struct json_object *a = good(broadcast(staff, ""));
	assert_int_equal(json_number(a, "unreachable"), 1);
	assert_string_equal(json_text(a, "preview"), "Hello <all> & more");
	assert_int_equal(waiting(), 0);
	is_error(post("/broadcasts",
			 "{\"text\":\"x\",\"shift\":\"00000000-0000-4000-8000-"
			 "000000000005\"}",
			 staff),
		404, "Console.Gone");
}

static const char *
sent(const char *staff, const char *more)
{
	const char *token = json_text(good(broadcast(staff, more)), "confirm");
	const char *again = text("%s,\"confirm\":\"%s\"", more, token);

	assert_int_equal(json_number(good(broadcast(staff, again)), "added"), 3);
	return again;
}

static struct json_object *
first(const char *staff)
{
	return json_object_array_get_idx(
		json_member(good(get("/broadcasts", staff)), "data", json_type_array),
		0);
}

static void
a_confirmed_broadcast_goes_out_once(void **state)
{
	const char *staff = given_console("", "expert");

	(void)state;
	given_shift();
	const char *again = sent(staff, ",\"city\":\"Perm\"");
	assert_int_equal(json_number(good(broadcast(staff, again)), "added"), 0);
	assert_int_equal(waiting(), 3);
	is_error(broadcast(staff,
			 ",\"city\":\"Ufa\",\"confirm\":\"1.0123456789abcdef.x\""),
		409, "Console.Conflict");
	value("update programme.outbox set state = 'sent', sent_at = now() where "
	      "chat_id "
	      "= 66001");
	value("update programme.outbox set state = 'failed', last_error = 'Bad "
	      "Request: "
	      "odd' where chat_id = 66002");
	struct json_object *b = first(staff);
	assert_int_equal(json_number(b, "sent"), 1);
	assert_int_equal(json_number(b, "failed"), 1);
	assert_int_equal(json_number(b, "waiting"), 1);
	assert_non_null(strstr(get("/messages?state=failed", staff)->body,
		"\"why\" : \"Bad Request: odd\""));
	good(post(text("/broadcasts/%lld/retry", (long long)json_number(b, "id")), NULL,
		staff));
	assert_int_equal(waiting(), 2);
	const struct answer *stop =
		post(text("/broadcasts/%lld/stop", (long long)json_number(b, "id")),
			NULL, staff);
	assert_int_equal(json_number(good(stop), "messages"), 2);
	assert_int_equal(waiting(), 0);
	is_error(post("/broadcasts/999999999/stop", NULL, staff), 404, "Console.Gone");
}

static void
a_lost_answer_is_given_again(void **state)
{
	const char *staff = given_console("", "expert"),
		   *other = given_console("", "expert");

	(void)state;
	given_shift();
	const char *again = sent(staff, ",\"city\":\"Perm\",\"unreported\":true");
	/* Meanwhile somebody has reported: these are not those people any more. */
	value("update programme.report set status = 'reviewing' where member_id = '%s'",
		child(1));
	struct json_object *a = good(broadcast(staff, again));
	assert_int_equal(json_number(a, "added"), 0);
	assert_int_equal(json_number(a, "count"), 3);
	is_error(broadcast(other, again), 409, "Console.Conflict");
	is_error(
		post("/broadcasts",
			text("{\"text\":\"Other\",\"shift\":\"%s\"%s}", shift(), again),
			staff),
		409, "Console.Conflict");
	assert_int_equal(waiting(), 3);
}

static bool
is_stopped(void)
{
	return number("select count(stopped_at) from programme.broadcast") == 1;
}

static void
what_is_stopped_stays_so_until_it_is_sent_again(void **state)
{
	const char *staff = given_console("", "expert");
	struct message *list;
	size_t count;
	struct ctx c;

	(void)state;
	given_shift();
	conf.programme_quiet_from = conf.programme_quiet_until = 0;
	sent(staff, ",\"city\":\"Perm\"");
	const char *path =
		text("/broadcasts/%s", value("select id from programme.broadcast"));
	edge_ctx(&c);
	assert_int_equal(outbox_claim(&c, "test", 2, &list, &count), OK);
	assert_int_equal(count, 2);
	assert_int_equal(
		json_number(good(post(text("%s/stop", path), NULL, staff)), "messages"),
		1);
	/* Telegram asks for patience with one, the sender of the other dies. */
	assert_int_equal(outbox_again(&c, list[0].id, 1, "429", false), OK);
	assert_int_equal(waiting(), 0);
	assert_int_equal(outbox_recover(&c, NULL, NULL, NULL), OK);
	ctx_end(&c);
	assert_int_equal(waiting(), 0);
	assert_int_equal(number("select count(*) from programme.outbox where state = "
				"'failed' and last_error = 'stopped'"),
		2);
	assert_true(is_stopped());
	assert_non_null(strstr(get("/today", staff)->body, "\"quiet\":false"));
	/* Sent again, but not at night; and it can be stopped again. */
	conf.programme_quiet_from = utc_hour(utc_now());
	conf.programme_quiet_until = (utc_hour(utc_now()) + 22) % 24;
	assert_non_null(strstr(get("/today", staff)->body, "\"quiet\":true"));
	assert_int_equal(json_number(good(post(text("%s/retry", path), NULL, staff)),
				 "messages"),
		2);
	assert_int_equal(number("select count(*) from programme.outbox where state = "
				"'waiting' and not_before > now() + '1 hour'"),
		2);
	assert_false(is_stopped());
	assert_int_equal(
		json_number(good(post(text("%s/stop", path), NULL, staff)), "messages"),
		2);
	assert_int_equal(
		json_number(good(post(text("%s/stop", path), NULL, staff)), "messages"),
		0);
	assert_int_equal(json_number(good(post(text("%s/retry", path), NULL, staff)),
				 "messages"),
		0);
	assert_true(is_stopped());
	conf.programme_quiet_from = 21;
	conf.programme_quiet_until = 9;
}

static void
what_the_outbox_forgets_is_still_counted(void **state)
{
	const char *staff = given_console("", "expert");
	int64_t count;
	struct ctx c;

	(void)state;
	given_shift();
	sent(staff, ",\"city\":\"Perm\"");
	value("update programme.outbox set state = 'sent', sent_at = now() - interval "
	      "'40 "
	      "days', created = now() - interval '40 days'");
	edge_ctx(&c);
	assert_int_equal(outbox_sweep(&c, 30 * 86400, 100, &count), OK);
	ctx_end(&c);
	assert_int_equal(count, 3);
	assert_int_equal(json_number(first(staff), "sent"), 3);
}

static void
quiet_hours_are_kept(void **state)
{
	static const struct {
		int hour, then, days; /* begins; goes out then, so many days later */
	} rows[] = {
		{20, 20, 0}, {21, 9, 1}, {23, 9, 1}, {0, 9, 0}, {8, 9, 0}, {9, 9, 0}};
	const struct date day = {2027, 3, 10};

	(void)state;
	conf.programme_quiet_from = 21;
	conf.programme_quiet_until = 9;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct utc at = notice_time(date_at(day, rows[i].hour, 0)),
			   due = date_at(
				   date_after(day, rows[i].days), rows[i].then, 0);
		if (at.us != due.us)
			fail_msg("%d:00", rows[i].hour);
	}
	conf.programme_quiet_from = 1;
	conf.programme_quiet_until = 4;
	assert_true(notice_time(date_at(day, 3, 30)).us == date_at(day, 4, 0).us);
	assert_true(notice_time(date_at(day, 23, 0)).us == date_at(day, 23, 0).us);
	conf.programme_quiet_until = 1;
	assert_true(notice_time(date_at(day, 1, 0)).us == date_at(day, 1, 0).us);
	conf.programme_quiet_from = 21;
	conf.programme_quiet_until = 9;
}

static void
a_try_goes_to_ones_own_chat(void **state)
{
	const char *staff = given_console("", "expert");

	(void)state;
	given_shift();
	is_error(post("/broadcasts/try", "{\"text\":\"x\"}", staff), 409,
		"Messages.Unlinked");
	value("update programme.participant set account_id = (select max(id) from "
	      "account.account) where telegram_id = 66001");
	assert_int_equal(
		post("/broadcasts/try", "{\"text\":\"x\"}", staff)->status, 204);
	assert_int_equal(waiting(), 1);
}

/* -- reminders and the pause */

static int64_t
reminded(const char *staff)
{
	return json_number(good(post("/today/remind", NULL, staff)), "messages");
}

static void
remind_in_the_evening(void)
{
	struct ctx c;

	edge_ctx(&c);
	assert_int_equal(db_begin(&c), OK);
	assert_int_equal(db_end(&c, programme_remind_job(&c,
					    &(struct job){.subject = text("%s/asked",
								  iso(current()))})),
		OK);
	ctx_end(&c);
}

static void
nobody_is_reminded_twice_in_an_hour(void **state)
{
	const char *staff = given_console("", "expert");

	(void)state;
	given_shift();
	value("update programme.report set status = 'reviewing' where member_id = '%s'",
		child(1));
	assert_int_equal(reminded(staff), 5);
	assert_int_equal(reminded(staff), 0);
	value("update programme.outbox set created = now() - interval '61 minutes' "
	      "where "
	      "chat_id <> 66002");
	assert_int_equal(reminded(staff), 4);
	/* Nor by the evening's own reminder. */
	value("update programme.outbox set created = now() - interval '61 minutes' "
	      "where "
	      "chat_id = 66003");
	remind_in_the_evening();
	assert_int_equal(number("select count(*) from programme.outbox where chat_id = "
				"66003 and kind = 'remind'"),
		3);
	assert_int_equal(number("select count(*) from programme.outbox where chat_id = "
				"66004 and kind = 'remind'"),
		2);
}

static size_t
claimed(void)
{
	struct message *list;
	size_t count;
	struct ctx c;

	edge_ctx(&c);
	assert_int_equal(outbox_claim(&c, "test", 10, &list, &count), OK);
	ctx_end(&c);
	return count;
}

static void
what_is_kept_for_later_holds_nothing_up(void **state)
{
	const char *staff = given_console("", "expert");

	(void)state;
	given_shift();
	sent(staff, text(",\"city\":\"Perm\",\"send_at\":\"%sT12:00:00Z\"",
			    iso(date_after(current(), 2))));
	assert_int_equal(claimed(), 0);
	assert_int_equal(reminded(staff), 6);
	assert_int_equal(claimed(), 6);
	/* What Telegram was not ready for does: messages keep their order. */
	value("update programme.outbox set state = 'waiting', last_error = '429', "
	      "not_before = now() + '1 minute' where chat_id = 66005");
	value("insert into programme.outbox (key, chat_id, kind) values ('later', "
	      "66005, 'text')");
	assert_int_equal(claimed(), 0);
}

static const struct answer *
pause_sending(const char *cookie, bool paused)
{
	return call("PUT", API "/messages/sending",
		.body = text("{\"paused\":%s}", paused ? "true" : "false"),
		.headers = {SAME_ORIGIN, cookie});
}

static const struct answer *
close_day(const char *staff, struct date day)
{
	return post("/today/closing", text("{\"day\":\"%s\"}", iso(day)), staff);
}

static const struct answer *
open_again(const char *staff, struct date day)
{
	return call("DELETE", text(API "/today/closing?day=%s", iso(day)),
		.headers = {SAME_ORIGIN, staff});
}

static void
only_the_day_that_was_looked_at_is_closed(void **state)
{
	const char *staff = given_console("", "expert");
	struct date day = current(), before = date_after(day, -1);

	(void)state;
	given_shift();
	is_error(post("/today/closing", "{}", staff), 422, "Request.Validation");
	is_error(close_day(staff, before), 409, "Console.Conflict");
	assert_int_equal(number("select count(*) from programme.closed_day"), 0);
	assert_int_equal(close_day(staff, day)->status, 204);
	is_error(open_again(staff, before), 409, "Console.Conflict");
	assert_int_equal(number("select count(*) from programme.closed_day"), 1);
}

static void
a_day_that_is_closed_reminds_nobody(void **state)
{
	const char *staff = given_console("", "expert");

	(void)state;
	given_shift();
	value("update programme.report set status = 'reviewing' where member_id = '%s'",
		child(1));
	is_error(close_day(staff, current()), 409, "Today.PhotosWait");
	value("update programme.report set status = 'approved' where member_id = '%s'",
		child(1));
	const char *before = text("%s", get("/pulse?topics=today", staff)->body);
	assert_int_equal(close_day(staff, current())->status, 204);
	assert_string_not_equal(get("/pulse?topics=today", staff)->body, before);
	assert_non_null(strstr(get("/today", staff)->body, "\"closed\" : {\"at\""));
	/* By whoever was first. */
	const char *other = given_console("", "administrator");
	assert_int_equal(close_day(other, current())->status, 204);
	assert_int_equal(number("select count(*) from programme.closed_day d join "
				"account.account a on a.id = d.closed_by "
				"where a.role = 'expert'"),
		1);
	assert_int_equal(reminded(staff), 0);
	remind_in_the_evening();
	assert_int_equal(number("select count(*) from programme.outbox"), 0);
	assert_int_equal(open_again(staff, current())->status, 204);
	is_error(open_again(staff, current()), 404, "Console.Gone");
	assert_int_equal(reminded(staff), 5);
	value("update programme.shift set status = 'finished'");
	is_error(close_day(staff, current()), 404, "Console.Gone");
}

static void
while_sending_is_paused_nothing_goes_out(void **state)
{
	const char *staff = given_console("", "expert"),
		   *operator= given_console("can_operate", "expert");

	(void)state;
	given_shift();
	assert_int_equal(reminded(staff), 6);
	is_error(pause_sending(staff, true), 403, "Auth.NoPermission");
	assert_int_equal(pause_sending(operator, true)->status, 204);
	assert_int_equal(pause_sending(operator, true)->status, 204);
	assert_int_equal(claimed(), 0);
	assert_non_null(strstr(get("/today", staff)->body, "sending_paused"));
	assert_int_equal(pause_sending(operator, false)->status, 204);
	assert_int_equal(claimed(), 6);
	assert_null(strstr(get("/today", staff)->body, "sending_paused"));
	assert_int_equal(number("select count(*) from account.audit where action in "
				"('outbox.pause', 'outbox.resume')"),
		2);
}

static void
messages_come_in_pages(void **state)
{
	const char *staff = given_console("", "expert");

	(void)state;
	given_shift();
	value("insert into programme.outbox (key, chat_id, kind, state) select 'many/' "
	      "|| "
	      "i, i, 'text', case when i %% 1000 = 0 then 'failed' else 'sent' "
	      "end::programme.outbox_state from generate_series(1, 5000) i");
	struct json_object *page = good(get("/messages?state=failed&limit=3", staff));
	int64_t next = json_number(page, "next");
	assert_true(next > 0);
	page = good(
		get(text("/messages?state=failed&limit=3&after=%lld", (long long)next),
			staff));
	assert_int_equal(
		json_object_array_length(json_member(page, "data", json_type_array)),
		2);
	is_error(get("/messages?state=x", staff), 422, "Request.Validation");
}

/* -- the demo */

static void
outside_of_the_demo_it_is_not_there(void **state)
{
	static const struct {
		bool demo, production;
		const char *token;
	} rows[] = {{false, false, ""}, {true, true, ""}, {true, false, "1:abc"}};
	static const char *const paths[] = {
		"/demo/chats", "/demo/chats/66001", "/demo/mails"};
	const char *staff = given_console(SUPERUSER, "administrator");

	(void)state;
	given_shift();
	for (size_t i = 0; i < COUNT(rows); i++) {
		conf.site_demo = rows[i].demo;
		conf.site_production = rows[i].production;
		conf.bot_token = rows[i].token;
		for (size_t k = 0; k < COUNT(paths); k++)
			is_error(get(paths[k], staff), 404, "Request.NoRoute");
		is_error(post("/demo/chats/66001", "{\"text\":\"/start\"}", staff), 404,
			"Request.NoRoute");
		assert_null(strstr(get("/me", staff)->body, "\"demo\""));
	}
	conf.site_demo = conf.site_production = false;
	conf.bot_token = "";
	assert_int_equal(waiting(), 0);
}

static void
in_the_demo_one_plays_a_family(void **state)
{
	const char *staff = given_console("", "administrator");
	char folder[] = "/tmp/samovar-demo-XXXXXX";

	(void)state;
	given_shift();
	conf.site_demo = true;
	conf.bot_directory = mkdtemp(folder);
	assert_non_null(strstr(get("/me", staff)->body, "\"demo\""));
	assert_int_equal(json_object_array_length(good(get("/demo/chats", staff))), 6);
	assert_int_equal(
		post("/demo/chats/66001", "{\"text\":\"болеем\"}", staff)->status, 204);
	struct json_object *said = good(get("/demo/chats/66001", staff));
	struct json_object *buttons = json_member(
		json_object_array_get_idx(said, 0), "buttons", json_type_array);
	assert_int_equal(json_object_array_length(buttons), 4);
	const char *data = json_text(json_object_array_get_idx(buttons, 1), "data");
	assert_int_equal(
		post("/demo/chats/66001", text("{\"press\":\"%s\"}", data), staff)
			->status,
		204);
	assert_int_equal(number("select count(*) from programme.absence"), 3);
	is_error(post("/demo/chats/1", "{\"text\":\"x\"}", staff), 404, "Console.Gone");
	is_error(post("/demo/chats/66001", "{}", staff), 422, "Request.Validation");
	is_error(post("/demo/chats/66001", "{\"photo\":\"***\"}", staff), 422,
		"Request.Validation");
	assert_int_equal(
		post("/demo/chats/66002", "{\"photo\":\"aGVsbG8=\"}", staff)->status,
		204);
	assert_int_equal(number("select count(*) from programme.photo_intake"), 1);
	assert_int_equal(unlink(text("%s/files/%s", folder,
				 value("select file_id from programme.photo_intake"))),
		0);
	rmdir(text("%s/files", folder));
	rmdir(folder);
	conf.mail_directory = "/nowhere";
	assert_string_equal(get("/demo/mails", staff)->body, "[]");
	conf.site_demo = false;
}

int
main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		EDGE_TEST(staff_moves_a_childs_absence),
		EDGE_TEST(days_of_both_stay_planned_by_whom_they_were),
		EDGE_TEST(segments_are_counted_before_anything_goes_out),
		EDGE_TEST(a_confirmed_broadcast_goes_out_once),
		EDGE_TEST(a_lost_answer_is_given_again),
		EDGE_TEST(what_is_stopped_stays_so_until_it_is_sent_again),
		EDGE_TEST(what_is_kept_for_later_holds_nothing_up),
		EDGE_TEST(what_the_outbox_forgets_is_still_counted),
		EDGE_TEST(quiet_hours_are_kept),
		EDGE_TEST(a_try_goes_to_ones_own_chat),
		EDGE_TEST(nobody_is_reminded_twice_in_an_hour),
		EDGE_TEST(a_day_that_is_closed_reminds_nobody),
		EDGE_TEST(only_the_day_that_was_looked_at_is_closed),
		EDGE_TEST(while_sending_is_paused_nothing_goes_out),
		EDGE_TEST(messages_come_in_pages),
		EDGE_TEST(outside_of_the_demo_it_is_not_there),
		EDGE_TEST(in_the_demo_one_plays_a_family),
	};

	(void)argc;
	return edge_run("console_families", tests, argv);
}
