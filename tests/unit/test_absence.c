/* Days on which a family is ill or away: its words, its days, and who else is at work
 * on them. */
#include "edge.h"

#include <sys/wait.h>
#include <unistd.h>

#include "base/utc.h"
#include "cache/cache.h"
#include "db/db.h"
#include "job/job.h"
#include "programme/absence.h"
#include "programme/absence_words.h"
#include "programme/bot.h"
#include "programme/day.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

/* Wednesday, the tenth day of a shift of the whole spring. */
static const struct date today = {2027, 3, 10};
static int64_t chat; /* of the child of the test */

static void
given_child(void)
{
	static int64_t last = 880000;

	chat = ++last;
	value("set client_min_messages = warning; truncate programme.shift, "
	      "programme.task, programme.participant, programme.outbox cascade");
	value("with t as (insert into programme.task (url, title) values ('/t.jpg', "
	      "'Wash up') returning id),"
	      " s as (insert into programme.shift (status, started_at, finished_at, "
	      "title, final_message, tasks)"
	      "  select 'started', '2027-03-01', '2027-05-29', 'Spring', 'Thank you "
	      "all', "
	      "(select jsonb_object_agg(d::text, t.id) from generate_series(1, 31) d) "
	      "from t returning id),"
	      " p as (insert into programme.participant (name, surname, date_of_birth, "
	      "city, phone_number, telegram_id)"
	      "  values ('Анна', 'Белова', '2015-01-01', 'Пермь', '+7 900 %lld', %lld) "
	      "returning id)"
	      " insert into programme.member (participant_id, shift_id) select p.id, "
	      "s.id from p, s returning 1",
		(long long)chat, (long long)chat);
}

static const char *
member(void)
{
	return value("select id from programme.member");
}

/* What was said to the child last. */
static const char *
answer(void)
{
	return value(
		"select payload ->> 'text' from programme.outbox where chat_id = %lld "
		"and kind in ('text', 'edit') order by id desc limit 1",
		(long long)chat);
}

static void
hear(struct date day, int hour, const char *kind, const char *words)
{
	static int64_t last = 550000;
	struct update u = {.id = ++last,
		.kind = kind,
		.holds = "text",
		.chat_id = chat,
		.is_private = true,
		.query = str_eq(kind, "message") ? NULL : "q",
		.text = words};
	struct ctx c;

	edge_ctx(&c);
	c.now = date_at(day, hour, 0);
	assert_int_equal(bot_take(&c, &u), OK);
	ctx_end(&c);
}

/* The child writes, or presses, at ten in the morning of the tenth. */
static const char *
told(const char *words)
{
	hear(today, 10, "message", words);
	return answer();
}

static const char *
pressed(const char *data)
{
	hear(today, 10, "callback_query", data);
	return answer();
}

static void
says(const char *said, const char *part)
{
	if (said == NULL || strstr(said, part) == NULL)
		fail_msg("\"%s\" is not in: %s", part, said == NULL ? "" : said);
}

static void
in_ctx(struct date day, int hour, const char *subject,
	enum err (*job)(struct ctx *, const struct job *))
{
	struct ctx c;

	edge_ctx(&c);
	c.now = date_at(day, hour, 0);
	assert_int_equal(db_begin(&c), OK);
	assert_int_equal(db_end(&c, job(&c, &(struct job){.subject = subject})), OK);
	ctx_end(&c);
}

static const char *
iso(struct date d)
{
	return text("%04d-%02d-%02d", d.year, d.month, d.day);
}

static void
morning(struct date day)
{
	in_ctx(day, 8, iso(day), programme_daily_job);
}

static const char *
status(struct date day)
{
	return value(
		"select status from programme.report where task_date = '%s'", iso(day));
}

static int64_t
messages(const char *kind, struct date day)
{
	return number("select count(*) from programme.outbox where key like '%s/%s/%%'",
		kind, iso(day));
}

static int64_t
planned(void)
{
	return number("select count(*) from programme.absence");
}

/* -- words */

static void
words_of_families_are_understood(void **state)
{
	static const struct {
		const char *text;
		enum absence_word word;
		const char *from, *to; /* NULL: none named */
		int count;
	} rows[] = {
		{"ill", ABSENCE_ILL, NULL, NULL, 0},
		{"Болеем!", ABSENCE_ILL, NULL, NULL, 0},
		{"Мы заболели", ABSENCE_ILL, NULL, NULL, 0},
		{"ill 3 days", ABSENCE_ILL, NULL, NULL, 3},
		{"болеем 5 дней", ABSENCE_ILL, NULL, NULL, 5},
		{"болеем до 12.03", ABSENCE_ILL, "2027-03-10", "2027-03-12", 0},
		{"ill until 12 March", ABSENCE_ILL, "2027-03-10", "2027-03-12", 0},
		{"болею 15 марта", ABSENCE_ILL, "2027-03-15", "2027-03-15", 0},
		{"УЕЗЖАЕМ с 21.03 по 25.03", ABSENCE_AWAY, "2027-03-21", "2027-03-25",
			0},
		{"away from 21.03.2027 to 2.4.27", ABSENCE_AWAY, "2027-03-21",
			"2027-04-02", 0},
		{"уедем 21–25 мая", ABSENCE_AWAY, "2027-05-21", "2027-05-25", 0},
		{"уезжаем на 2 дня", ABSENCE_AWAY, NULL, NULL, 2},
		{"уезжаем на 2 недели", ABSENCE_AWAY, NULL, NULL, 14},
		{"ill 1 week", ABSENCE_ILL, NULL, NULL, 7},
		{"мама болеет 5 дней", ABSENCE_ILL, NULL, NULL, 5},
		{"болеем 5 дней, и мама тоже", ABSENCE_ILL, NULL, NULL, 5},
		{"болеем с 5 марта", ABSENCE_ILL, "2027-03-05", "2027-03-05", 0},
		{"мы вернулись", ABSENCE_BACK, NULL, NULL, 0},
		{"back", ABSENCE_BACK, NULL, NULL, 0},
		{"мы не болеем", ABSENCE_NONE, NULL, NULL, 0},
		{"illness", ABSENCE_NONE, NULL, NULL, 0},
		{"привет", ABSENCE_NONE, NULL, NULL, 0},
		{"", ABSENCE_NONE, NULL, NULL, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct absence_days d = absence_days(rows[i].text, today);
		bool named = rows[i].from != NULL;

		if (absence_word(rows[i].text) != rows[i].word || d.are_wrong ||
			d.are_named != named || d.count != rows[i].count ||
			(named && (!str_eq(iso(d.from), rows[i].from) ||
					  !str_eq(iso(d.to), rows[i].to))))
			fail_msg("%s: %s %s %d", rows[i].text, iso(d.from), iso(d.to),
				d.count);
	}
}

static void
a_year_that_is_not_said_is_the_near_one(void **state)
{
	const struct date december = {2026, 12, 20};
	struct absence_days d = absence_days("away 28.12-05.01", december);

	(void)state;
	assert_string_equal(iso(d.from), "2026-12-28");
	assert_string_equal(iso(d.to), "2027-01-05");
	d = absence_days("away 19.12", december);
	assert_string_equal(iso(d.from), "2026-12-19");
}

static void
dates_that_are_none_are_noticed(void **state)
{
	static const char *const texts[] = {"away 31.02", "away 0.3", "away 32.01",
		"away 1.13", "away from 5 to 8", "away 1.03 2.03 3.03",
		"away 2027-03-12", "away 99999999999999999999", "away 1.2.3.4",
		"ill 400", "away 29.02.2027", "болеем с 5", "ill from 5",
		"болеет сын, 7 лет", "ill, 7 years old", "уехали на 1 месяц",
		"away 2 months", "болеем 1 год", "болеем 3 часа"};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++)
		if (!absence_days(texts[i], today).are_wrong)
			fail_msg("%s", texts[i]);
}

/* -- days */

static void
ill_days_do_not_count_and_bring_no_task(void **state)
{
	(void)state;
	given_child();
	morning(today);
	assert_int_equal(messages("task", today), 1);
	says(told("болеем"), "На сколько дней");
	assert_int_equal(planned(), 0);
	assert_string_equal(
		value("select payload::jsonb ->> 'markup' from "
		      "programme.outbox where kind = 'text' and "
		      "payload ->> 'markup' like '%%ill/2027-03-10/3%%' and "
		      "payload ->> 'markup' like '%%3 дня%%'") == NULL
			? "no buttons"
			: "",
		"");
	says(pressed("ill/2027-03-10/3"), "с 10.03.2027 по 12.03.2027");
	says(answer(), "ещё 11 таких дней");
	assert_string_equal(status(today), "not_participate");
	assert_int_equal(messages("task", today), 0);
	in_ctx(today, 19, iso(today), programme_remind_job);
	assert_int_equal(messages("remind", today), 0);
	for (int i = 1; i < 3; i++) {
		struct date day = date_after(today, i);
		morning(day);
		assert_string_equal(status(day), "not_participate");
		assert_int_equal(messages("task", day), 0);
	}
	morning(date_after(today, 3));
	assert_string_equal(status(date_after(today, 3)), "waiting");
	assert_int_equal(messages("task", date_after(today, 3)), 1);
	says(pressed("ill/2027-03-09/3"), "другого дня");
}

static void
nobody_is_excluded_for_days_of_absence(void **state)
{
	(void)state;
	given_child();
	says(told("уезжаем с 12.03 по 13.03"), "с 12.03.2027 по 13.03.2027");
	for (int i = 0; i < 8; i++)
		morning(date_after(today, i));
	assert_string_equal(value("select status from programme.member"), "active");
	value("delete from programme.absence");
	for (int i = 8; i < 12; i++)
		morning(date_after(today, i));
	assert_string_equal(value("select status from programme.member"), "excluded");
}

static void
wrong_days_are_answered_clearly(void **state)
{
	static const struct {
		const char *text, *part;
	} rows[] = {
		{"уезжаем", "например: уезжаем с 11.03 по 15.03"},
		{"уезжаем 31.02", "например"},
		{"уезжаем с 15.03 по 12.03", "12.03.2027 раньше, чем 15.03.2027"},
		{"болел 09.03", "Я пока не понимаю слов"},
		{"болеем 09.03", "09.03.2027 уже прошло"},
		{"уезжаем с 28.05 по 02.06", "Смена идёт с 01.03.2027 по 29.05.2027"},
		{"уезжаем с 11.03 по 25.03", "Вместе это дней: 15"},
		{"вернулись", "Сегодня отменять нечего"},
	};

	(void)state;
	given_child();
	for (size_t i = 0; i < COUNT(rows); i++)
		says(told(rows[i].text), rows[i].part);
	assert_int_equal(planned(), 0);
	value("update programme.member set status = 'excluded'");
	says(told("болеем"), "не участвуете");
	says(told("болеем 2 дня"), "не участвуете");
}

static void
a_report_that_has_come_counts_all_the_same(void **state)
{
	static const char *const counts[] = {"reviewing", "approved", "declined"};

	(void)state;
	for (size_t i = 0; i < COUNT(counts); i++) {
		given_child();
		morning(today);
		value("update programme.report set status = '%s', number_attempt = 1",
			counts[i]);
		says(told("болеем 1 день"), "уже пришёл и засчитывается");
		says(told("болеем 2 дня"), "всё равно засчитывается");
		assert_string_equal(status(today), counts[i]);
		assert_int_equal(planned(), 1);
	}
	given_child();
	morning(today);
	value("insert into programme.photo_intake (report_id, chat_id, file_id, "
	      "unique_id, received) select id, %lld, 'f', 'u', now() from "
	      "programme.report",
		(long long)chat);
	says(told("болеем 1 день"), "уже пришёл и засчитывается");
	assert_string_equal(status(today), "waiting");
}

static void
what_is_taken_back_counts_again(void **state)
{
	struct date next = date_after(today, 1);

	(void)state;
	given_child();
	morning(today);
	value("update programme.outbox set state = 'sent'");
	told("болеем 3 дня");
	says(told("вернулись"), "снова ждёт");
	assert_string_equal(status(today), "waiting");
	assert_int_equal(messages("task", today), 1); /* not a second time */
	assert_int_equal(planned(), 0);

	told("болеем 3 дня");
	morning(next);
	hear(next, 10, "callback_query", "back/2027-03-10/2027-03-12");
	says(answer(), "снова ждёт");
	assert_string_equal(status(today), "not_participate"); /* that day is over */
	assert_string_equal(status(next), "waiting");
	assert_int_equal(messages("task", next), 1); /* now for the first time */
	assert_int_equal(planned(), 1);

	given_child();
	told("болеем 2 дня");
	morning(today);
	hear(today, 20, "message", "вернулись");
	says(answer(), "со следующего дня");
	assert_string_equal(status(today), "not_participate"); /* too late for it */
	assert_int_equal(messages("task", today), 0);
	says(pressed("back/2027-03-10/2027-03-12"), "Отменять нечего");
	pressed("back/2027-03-10/2027-03-99");
	pressed("back/");
	pressed("ill/x/y");
}

static void
a_word_takes_back_only_the_days_that_today_is_one_of(void **state)
{
	(void)state;
	given_child();
	told("болеем 2 дня");
	told("уезжаем с 14.03 по 16.03");
	says(told("вернулись"), "со следующего дня"); /* there was no morning */
	assert_int_equal(planned(), 3);
	says(told("спасибо, мы вернулись"), "Сегодня отменять нечего");
	assert_int_equal(planned(), 3);
	value("update programme.outbox set state = 'sent'"); /* nothing is said twice */
	says(pressed("back/2027-03-14/2027-03-16"), "со следующего дня");
	assert_int_equal(planned(), 0);
}

static void
what_staff_has_planned_is_not_taken_back_by_a_family(void **state)
{
	(void)state;
	given_child();
	value("insert into programme.absence (member_id, day, kind, is_staffs) select "
	      "id, '2027-03-10'::date + d, 'away', d > 0 from programme.member, "
	      "generate_series(0, 3) d");
	says(told("вернулись"), "со следующего дня");
	assert_int_equal(planned(), 3);
	pressed("back/2027-03-10/2027-03-13");
	assert_int_equal(planned(), 3);
	hear(date_after(today, 1), 10, "message", "вернулись");
	says(answer(), "отметили мы сами");
	assert_int_equal(planned(), 3);
}

static void
before_the_morning_todays_task_is_to_come(void **state)
{
	(void)state;
	given_child();
	told("болеем 2 дня");
	hear(date_after(today, 1), 7, "message", "вернулись");
	says(answer(), "придёт в 08:00");
	morning(date_after(today, 1));
	assert_string_equal(status(date_after(today, 1)), "waiting");
}

static void
what_was_asked_for_by_hand_goes_with_the_day(void **state)
{
	(void)state;
	given_child();
	morning(today);
	value("insert into programme.outbox (key, participant_id, chat_id, kind) "
	      "select k || '/2027-03-' || d || '/' || m.id || '/17', "
	      "m.participant_id, %lld, k from programme.member m, "
	      "unnest(array['task', 'remind']) k, unnest(array[10, 15]) d",
		(long long)chat);
	told("болеем 1 день");
	assert_int_equal(messages("task", today), 0);
	assert_int_equal(messages("remind", today), 0);
	assert_int_equal(messages("remind", date_after(today, 5)), 1);
}

static void
a_photo_on_such_a_day_is_told_how_to_count(void **state)
{
	struct update photo = {.id = 990001,
		.kind = "message",
		.holds = "photo",
		.is_private = true,
		.file_id = "f",
		.unique_id = "u"};
	struct ctx c;

	(void)state;
	given_child();
	morning(today);
	told("болеем 2 дня");
	photo.chat_id = chat;
	edge_ctx(&c);
	c.now = date_at(today, 12, 0);
	assert_int_equal(bot_take(&c, &photo), OK);
	ctx_end(&c);
	says(answer(), "напишите «вернулись»");
	says(pressed("skip/2027-03-10"), "напишите «вернулись»");
	/* Nothing is promised that is not kept. */
	hear(today, 20, "callback_query", "skip/2027-03-10");
	assert_null(strstr(answer(), "напишите"));
	hear(date_after(today, 1), 7, "callback_query", "skip/2027-03-10");
	assert_null(strstr(answer(), "напишите"));
	says(answer(), "не считается");
	value("update programme.absence set is_staffs = true");
	pressed("skip/2027-03-10");
	assert_null(strstr(answer(), "напишите"));
	assert_string_equal(status(today), "not_participate");
}

static void
a_shift_that_ends_takes_its_days_along(void **state)
{
	const char *staff = given_staff("expert");
	struct date now = utc_date(utc_now());

	(void)state;
	given_child();
	value("update programme.shift set started_at = '%s', finished_at = '%s'",
		iso(date_after(now, -5)), iso(date_after(now, 30)));
	value("insert into programme.absence (member_id, day, kind, is_staffs) select "
	      "id, "
	      "'%s'::date + d, 'away', false from programme.member, "
	      "generate_series(0, 4) d",
		iso(now));
	assert_int_equal(call("PATCH",
				 text("/api/shifts/%s/finish",
					 value("select id from programme.shift")),
				 .headers = {staff})
				 ->status,
		200);
	assert_int_equal(planned(), 1);
	hear(now, 10, "message", "болеем");
	says(answer(), "не участвуете");
}

static void
a_skipped_day_is_excused_and_given_back(void **state)
{
	(void)state;
	given_child();
	morning(today);
	pressed("skip/2027-03-10");
	assert_string_equal(status(today), "skipped");
	told("болеем 1 день");
	assert_string_equal(status(today), "not_participate");
	told("вернулись");
	assert_string_equal(status(today), "skipped");
}

static void
the_budget_is_of_the_shift_and_not_of_staff(void **state)
{
	(void)state;
	given_child();
	says(told("уезжаем с 11.03 по 24.03"), "ещё 0 таких дней");
	says(told("болеем 1 день"), "осталось: 0");
	says(told("уезжаем с 20.03 по 24.03"), "уже не считаются");
	says(pressed("back/2027-03-11/2027-03-24"), "со следующего дня");
	assert_int_equal(planned(), 0);
	value("insert into programme.absence (member_id, day, kind, is_staffs) select "
	      "id, "
	      "d, 'away', true from programme.member, "
	      "generate_series('2027-04-01'::date, "
	      "'2027-04-30', '1 day') d");
	value("update programme.outbox set state = 'sent'"); /* nothing is said twice */
	says(told("уезжаем с 11.03 по 24.03"), "ещё 0 таких дней");
}

static void
days_outside_of_a_moved_shift_go(void **state)
{
	const char *staff = given_staff("expert");
	struct date first = date_after(utc_date(utc_now()), 10);
	const char *id;

	(void)state;
	given_child();
	id = value(
		"update programme.shift set status = 'preparing', started_at = '%s', "
		"finished_at = '%s' returning id",
		iso(first), iso(date_after(first, 60)));
	hear(date_after(first, -3), 10, "message",
		text("уезжаем с %02d.%02d по %02d.%02d", first.day, first.month,
			date_after(first, 3).day, date_after(first, 3).month));
	assert_int_equal(planned(), 4);
	const struct answer *a = call("PATCH", text("/api/shifts/%s", id),
		.body = text("{\"started_at\":\"%s\",\"finished_at\":\"%s\",\"title\":"
			     "\"Spring\",\"final_message\":\"Thank you all\"}",
			iso(date_after(first, 2)), iso(date_after(first, 60))),
		.headers = {staff});
	assert_int_equal(a->status, 200);
	assert_int_equal(planned(), 2);
}

/* -- at once */

static struct ctx
own_ctx(struct db **db)
{
	struct ctx c;

	*db = db_new("other");
	ctx_start(&c, *db, NULL);
	c.now = date_at(today, 10, 0);
	return c;
}

/* In a process of its own: three days from `first` on. */
static pid_t
plans(struct date first)
{
	const char *id = member();
	pid_t pid = fork();
	struct db *db;

	if (pid != 0)
		return pid;
	/* The connections of this process are the parent's. */
	struct ctx c = own_ctx(&db);
	struct absence a = {.member_id = id,
		.kind = "away",
		.from = first,
		.to = date_after(first, 2)};
	if (db_begin(&c) != OK)
		_exit(2);
	_exit(db_end(&c, absence_add(&c, &a)) == OK ? 0 : 1);
}

static int
outcome(pid_t pid)
{
	int how;

	assert_int_equal(waitpid(pid, &how, 0), pid);
	assert_true(WIFEXITED(how));
	return WEXITSTATUS(how);
}

static void
wait_for_a_lock(void)
{
	for (int i = 0; i < 2000; i++) {
		if (number("select count(*) from pg_stat_activity where "
			   "wait_event_type = 'Lock' and datname = "
			   "current_database()") > 0)
			return;
		usleep(2000);
	}
	fail_msg("nobody waits");
}

static void
two_parents_at_once_have_one_budget(void **state)
{
	struct ctx c;

	(void)state;
	given_child();
	conf.programme_absence_days = 5; /* enough for one of them */
	struct absence a = {.member_id = member(),
		.kind = "ill",
		.from = date_after(today, 1),
		.to = date_after(today, 3)};
	edge_ctx(&c);
	c.now = date_at(today, 10, 0);
	assert_int_equal(db_begin(&c), OK);
	assert_int_equal(absence_add(&c, &a), OK);
	pid_t other = plans(date_after(today, 11));
	wait_for_a_lock();
	assert_int_equal(db_end(&c, OK), OK);
	ctx_end(&c);
	assert_int_equal(outcome(other), 1);
	conf.programme_absence_days = 14;
	assert_int_equal(planned(), 3);
}

static void
the_morning_and_a_parent_agree(void **state)
{
	struct date next = date_after(today, 1);
	const struct job job = {.subject = iso(next)};
	struct ctx c;

	(void)state;
	/* The morning has made the report, and not committed it. */
	given_child();
	edge_ctx(&c);
	c.now = date_at(next, 8, 0);
	assert_int_equal(db_begin(&c), OK);
	assert_int_equal(programme_daily_job(&c, &job), OK);
	pid_t pid = plans(next);
	wait_for_a_lock();
	assert_int_equal(db_end(&c, OK), OK);
	ctx_end(&c);
	assert_int_equal(outcome(pid), 0);
	assert_string_equal(status(next), "not_participate");
	assert_int_equal(messages("task", next), 0);

	/* The parent has planned it, and not committed it. */
	given_child();
	edge_ctx(&c);
	c.now = date_at(today, 10, 0);
	struct absence a = {
		.member_id = member(), .kind = "ill", .from = next, .to = next};
	assert_int_equal(db_begin(&c), OK);
	assert_int_equal(absence_add(&c, &a), OK);
	pid = fork();
	if (pid == 0) {
		struct db *db;
		struct ctx other = own_ctx(&db);
		other.now = date_at(next, 8, 0);
		if (db_begin(&other) != OK)
			_exit(2);
		_exit(db_end(&other, programme_daily_job(&other, &job)) == OK ? 0 : 1);
	}
	wait_for_a_lock();
	assert_int_equal(db_end(&c, OK), OK);
	ctx_end(&c);
	assert_int_equal(outcome(pid), 0);
	assert_string_equal(status(next), "not_participate");
	assert_int_equal(messages("task", next), 0);
}

int
main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		EDGE_TEST(words_of_families_are_understood),
		EDGE_TEST(a_year_that_is_not_said_is_the_near_one),
		EDGE_TEST(dates_that_are_none_are_noticed),
		EDGE_TEST(ill_days_do_not_count_and_bring_no_task),
		EDGE_TEST(nobody_is_excluded_for_days_of_absence),
		EDGE_TEST(wrong_days_are_answered_clearly),
		EDGE_TEST(a_report_that_has_come_counts_all_the_same),
		EDGE_TEST(what_is_taken_back_counts_again),
		EDGE_TEST(a_word_takes_back_only_the_days_that_today_is_one_of),
		EDGE_TEST(what_staff_has_planned_is_not_taken_back_by_a_family),
		EDGE_TEST(before_the_morning_todays_task_is_to_come),
		EDGE_TEST(what_was_asked_for_by_hand_goes_with_the_day),
		EDGE_TEST(a_photo_on_such_a_day_is_told_how_to_count),
		EDGE_TEST(a_shift_that_ends_takes_its_days_along),
		EDGE_TEST(a_skipped_day_is_excused_and_given_back),
		EDGE_TEST(the_budget_is_of_the_shift_and_not_of_staff),
		EDGE_TEST(days_outside_of_a_moved_shift_go),
		EDGE_TEST(two_parents_at_once_have_one_budget),
		EDGE_TEST(the_morning_and_a_parent_agree),
	};

	(void)argc;
	return edge_run("absence", tests, argv);
}
