/* An older server's database comes over: numbers stay, what was broken is mended or
 * refused with a reason, again is as once. */
#include <libpq-fe.h>
#include <stdio.h>

#include "cache/cache.h"
#include "db/db.h"
#include "messenger/erase.h"
#include "messenger/import.h"

#include "edge.h"

static struct db *db;
static struct cache *cache;
static int64_t people = 5000; /* IMPORT_USERS=20000 for the whole of it */

static const char *
older_url(void)
{
	return text(
		"postgresql+psycopg2://%s@/older?host=%s", conf.db_user, conf.db_host);
}

/* The data set, for so many users. */
static const char *
script(void)
{
	FILE *in = fopen(SRCDIR "/tests/data/older-messenger.sql", "re");
	char line[2000];
	const char *out, *n = text("%lld", (long long)people);
	struct arena scratch = {0};
	struct buf b = {.arena = &scratch};

	assert_non_null(in);
	while (fgets(line, sizeof(line), in) != NULL)
		for (const char *s = line; *s != '\0';) {
			const char *at = strstr(s, "$N");
			size_t plain = at == NULL ? strlen(s) : (size_t)(at - s);

			buf_addn(&b, s, plain);
			s += plain;
			if (at != NULL) {
				buf_add(&b, n);
				s += 2;
			}
		}
	fclose(in);
	out = text("%s", buf_text(&b));
	arena_end(&scratch);
	return out;
}

static void
given_older(void)
{
	value("create database older");
	PGconn *older = PQconnectdb(
		text("host='%s' user='%s' dbname=older", conf.db_host, conf.db_user));
	PGresult *result = PQexec(older, script());
	if (PQresultStatus(result) != PGRES_COMMAND_OK)
		fail_msg("%s", PQerrorMessage(older));
	PQclear(result);
	PQclear(PQexec(older, "update \"TB_USER\" set deactivated_at = '2022-04-04', "
			      "why_deactivated = 'GONE' where uuid = 20"));
	PQfinish(older);
}

/* All pages of all tables; the tallies of each. */
static struct import_tally *
import_all(void)
{
	static struct import_tally all[16];
	static struct ctx c;

	if (c.db != NULL)
		ctx_end(&c); /* of the time before */
	memset(all, 0, sizeof(all));
	assert_true(import_tables() <= 16);
	ctx_start(&c, db, cache);
	struct import_source *source;
	if (import_open(&c, older_url(), &source) != OK)
		fail_msg("%s", c.why);
	assert_int_equal(import_numbers(&c, source), OK);
	for (size_t i = 0; i < import_tables(); i++) {
		int64_t after = 0;
		bool more = true;

		while (more) {
			struct ctx page;

			ctx_start(&page, db, cache);
			assert_int_equal(db_begin(&page), OK);
			if (db_end(&page, import_page(&page, source, i, &after, &more,
						  &c.arena, &all[i])) != OK)
				fail_msg("%s: %s", import_title(i), page.why);
			ctx_end(&page);
		}
	}
	assert_int_equal(import_numbers(&c, source), OK);
	return all; /* the refusals live until the next time */
}

static int64_t
refused(const struct import_tally *t, const char *why)
{
	for (const struct import_refusal *r = t->refused; r != NULL; r = r->next)
		if (str_eq(r->why, why))
			return r->count;
	return 0;
}

enum { USERS, FILES, PROFILES, CARDS, RELATIONS, SUBSCRIPTIONS, ROOMS, TALK };

static void
an_older_database_comes_over(void **state)
{
	const struct import_tally *t;

	(void)state;
	/* Somebody is here already, under the number of one and the address of another.
	 */
	value("insert into account.account (id, username, email) overriding system "
	      "value "
	      "values (3, 'here', 'old5@example.com')");
	given_older();
	t = import_all();
	assert_int_equal(t[USERS].added, people);
	assert_int_equal(
		refused(&t[USERS], "user name is taken") + refused(&t[USERS], "twice"),
		1);
	assert_int_equal(refused(&t[USERS], "without a name or an address"), 1);
	assert_int_equal(t[PROFILES].added, people);
	assert_int_equal(refused(&t[PROFILES], "of no account"), 1);
	assert_int_equal(refused(&t[PROFILES], "data are no JSON object"), 1);
	assert_int_equal(t[RELATIONS].added, people * 5);
	assert_int_equal(refused(&t[RELATIONS], "of no profile"), 1);
	assert_int_equal(t[FILES].added, people / 2 - 1);
	assert_int_equal(t[CARDS].added, people / 2);
	assert_int_equal(refused(&t[CARDS], "picture of another card"), 1);
	assert_int_equal(refused(&t[CARDS], "without a picture"), 1);
	assert_int_equal(t[SUBSCRIPTIONS].added, people / 2);
	assert_int_equal(t[ROOMS].added, people / 4);
	assert_int_equal(t[TALK].added, people / 4 * 8);

	/* Numbers stay, but where one is taken; the same address is the same person. */
	assert_int_equal(
		number("select account_id from messenger.profile where id = 4"), 4);
	assert_int_equal(
		number("select account_id from messenger.profile where id = 5"), 3);
	assert_true(number("select account_id from messenger.profile where id = 3") >
		    people);
	assert_string_equal(value("select data::jsonb #>> '{phone,value,집,value}' "
				  "from messenger.profile "
				  "where id = 9"),
		"9");
	assert_int_equal(number("select count(*) from messenger.profile where "
				"jsonb_typeof(data::jsonb) <> 'object'"),
		0);
	/* Indexes are given anew, in the order of what was said. */
	assert_string_equal(
		value("select string_agg(event_index || message, ' ' order by "
		      "event_index) from messenger.event where room_id = 10"),
		"0안녕 0 1안녕 1 2안녕 2 3안녕 3 4안녕 4 5안녕 5 6안녕 6 7안녕 7");
	assert_int_equal(
		number("select next_index from messenger.room where id = 10"), 8);
	/* An owner who has left hands over, and stays as one who has left. */
	assert_int_equal(
		number("select owner_profile_id from messenger.room where id = 10"),
		11);
	assert_int_equal(
		number("select count(*) from messenger.participant where room_id = "
		       "10 and left_at is not null and profile_id = 10"),
		1);
	assert_int_equal(number("select count(*) from account.permission where name = "
				"'can_manage_messenger' and account_id = 1"),
		1);
	/* What comes next is numbered behind all of it. */
	assert_true(number("insert into messenger.profile (account_id, name) values "
			   "(1, 'new') "
			   "returning id") > people);
}

static void
again_is_as_once(void **state)
{
	int64_t rows = number("select count(*) from messenger.event");
	const struct import_tally *t = import_all();

	(void)state;
	for (size_t i = 0; i < import_tables(); i++)
		assert_int_equal(t[i].added, 0);
	assert_int_equal(t[USERS].present, people);
	assert_int_equal(t[TALK].present, rows);
	assert_int_equal(number("select count(*) from messenger.event"), rows);
}

static void
what_was_ended_here_stays_ended(void **state)
{
	static const char left[] =
		"select (select count(*) from messenger.relation where "
		"from_profile_id = 30) * 10 + (select count(*) from "
		"messenger.subscription where profile_id = 30)";

	(void)state;
	int64_t before = number(left);
	assert_true(before > 20);
	value("delete from messenger.relation where from_profile_id = 30 and "
	      "to_profile_id in (31, 32)");
	value("delete from messenger.subscription where profile_id = 30");
	const struct import_tally *t = import_all();
	assert_int_equal(number(left), before - 21);
	assert_int_equal(refused(&t[RELATIONS], "ended here since"), 2);
	assert_int_equal(refused(&t[SUBSCRIPTIONS], "ended here since"), 1);
	assert_int_equal(t[RELATIONS].added + t[SUBSCRIPTIONS].added, 0);
}

static void
what_a_deactivated_account_showed_comes_hidden(void **state)
{
	(void)state;
	assert_int_equal(
		number("select count(*) from messenger.profile p join messenger.card k "
		       "on k.profile_id = p.id where p.id = 20 and p.why_locked = "
		       "'ACCOUNT_DEACTIVATED' and k.why_locked = p.why_locked and "
		       "p.locked_at = '2022-04-04Z' and k.locked_at = p.locked_at"),
		1);
	assert_int_equal(number("select count(*) from messenger.profile where "
				"locked_at is not null"),
		1);
}

static void
whoever_was_erased_does_not_come_back(void **state)
{
	static const char rows[] =
		"select (select count(*) from messenger.card where account_id = 22) + "
		"(select count(*) from messenger.upload where account_id = 22) + "
		"(select count(*) from messenger.subscription where 22 in "
		"(account_id, card_account_id)) + (select count(*) from "
		"messenger.relation where 22 in (from_account_id, to_account_id)) + "
		"(select count(*) from messenger.person where account_id = 22)";
	struct ctx c;

	(void)state;
	assert_true(number(rows) >= 14);
	edge_ctx(&c);
	assert_int_equal(messenger_erase(&c, 22), OK);
	ctx_committed(&c);
	ctx_end(&c);
	assert_int_equal(number(rows), 0);
	const struct import_tally *t = import_all();
	for (size_t i = 0; i < import_tables(); i++)
		assert_int_equal(t[i].added, 0);
	assert_int_equal(refused(&t[CARDS], "of somebody who was erased"), 1);
	assert_int_equal(refused(&t[FILES], "of somebody who was erased"), 1);
	assert_true(refused(&t[RELATIONS], "of somebody who was erased") >= 10);
	assert_true(refused(&t[SUBSCRIPTIONS], "of somebody who was erased") >= 1);
	assert_int_equal(number(rows), 0);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {EDGE_TEST(an_older_database_comes_over),
		EDGE_TEST(again_is_as_once), EDGE_TEST(what_was_ended_here_stays_ended),
		EDGE_TEST(what_a_deactivated_account_showed_comes_hidden),
		EDGE_TEST(whoever_was_erased_does_not_come_back)};

	(void)argc;
	if (getenv("IMPORT_USERS") != NULL)
		people = atoll(getenv("IMPORT_USERS"));
	edge_open(argv);
	db = db_new("import");
	cache = cache_new();
	db_set_timeout(db, 600);
	return cmocka_run_group_tests_name("phone_import", tests, NULL, NULL);
}
