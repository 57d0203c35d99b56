/* The console: reports, jobs and timers, health, share links. */
#include "console.h"

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
	/* What waits for its first try is not hurried: it may be taken back until then.
	 */
	value("update job.job set state = 'ready', tries = 0, run_at = now() + "
	      "interval "
	      "'8 seconds' where id = %lld",
		after + 1);
	is_error(post(text("/jobs/%lld/retry", after + 1), NULL, op), 404,
		"Console.Gone");
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

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		EDGE_TEST(a_report_is_decided_once),
		EDGE_TEST(an_operator_sees_what_was_given_up_by_its_reason),
		EDGE_TEST(jobs_come_in_pages_and_one_can_be_retried_or_dropped),
		EDGE_TEST(a_timer_runs_by_hand_for_a_day_that_has_come),
		EDGE_TEST(health_says_what_is_wrong),
		EDGE_TEST(links_are_ended_by_their_owner_or_an_operator),
	};

	(void)argc;
	return edge_run("console work", tests, argv);
}
