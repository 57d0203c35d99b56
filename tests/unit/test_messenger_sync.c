/*
 * Copies that phones keep of their contacts: a copy that was brought up to date change
 * by change is the one that would be built anew, whatever the changes were.
 */
#include <sqlite3.h>
#include <stdio.h>

#include "cache/cache.h"
#include "db/db.h"
#include "job/job.h"
#include "messenger/sync.h"

#include "edge.h"

#define PEOPLE 8
#define CHANGES 500
#define CHECK_EVERY 25

static struct db *db;
static struct cache *cache;

/* -- a history */

struct history {
	uint64_t state; /* of the random numbers */
	int64_t people[PEOPLE];
};

static int
dice(struct history *h, int sides)
{
	h->state = h->state * 6364136223846793005u + 1442695040888963407u;
	return (int)((h->state >> 33) % (unsigned)sides);
}

/* Any row of a table of these people, 0 if there is none. */
static int64_t
any(struct history *h, const char *table, const char *column)
{
	return number("select id from messenger.%s where %s between %lld and %lld "
		      "order by md5(id || '-%d') limit 1",
		table, column, (long long)h->people[0],
		(long long)h->people[PEOPLE - 1], dice(h, 1000000));
}

static void
add_profile(struct history *h)
{
	value("insert into messenger.profile (account_id, name, data, private, phone) "
	      "values (%lld, 'Ким %d', '{\"a\":%d}', %s, '{}')",
		(long long)h->people[dice(h, PEOPLE)], dice(h, 1000), dice(h, 9),
		dice(h, 2) ? "true" : "false");
}

static void
change_profile(struct history *h)
{
	static const char *const sets[] = {"name = name || 'x'",
		"private = not private",
		"deleted_at = now(), why_deleted = 'DELETE_REQUESTED'",
		"deleted_at = null, why_deleted = null", "locked_at = now()",
		"locked_at = null", "description = 'd'", "image_url = '/uploads/x'"};

	value("update messenger.profile set %s where id = %lld",
		sets[dice(h, sizeof(sets) / sizeof(*sets))],
		(long long)any(h, "profile", "account_id"));
}

static void
relate(struct history *h)
{
	value("insert into messenger.relation (from_profile_id, from_account_id, "
	      "to_profile_id, to_account_id, status) "
	      "select f.id, f.account_id, t.id, t.account_id, %d from "
	      "messenger.profile f, "
	      "messenger.profile t where f.id = %lld and t.id = %lld and f.account_id "
	      "<> "
	      "t.account_id on conflict (from_profile_id, to_profile_id) do update set "
	      "status = excluded.status",
		1 + dice(h, 4), (long long)any(h, "profile", "account_id"),
		(long long)any(h, "profile", "account_id"));
}

static void
part(struct history *h)
{
	value("delete from messenger.relation where id = %lld",
		(long long)any(h, "relation", "from_account_id"));
}

static void
add_card(struct history *h)
{
	value("insert into messenger.card (profile_id, account_id, name, data, "
	      "preview_url, private) select id, account_id, 'c', '{}', "
	      "'/uploads/' || gen_random_uuid(), %s from messenger.profile where id = "
	      "%lld",
		dice(h, 2) ? "true" : "false",
		(long long)any(h, "profile", "account_id"));
}

static void
change_card(struct history *h)
{
	static const char *const sets[] = {"data = data || ' '",
		"private = not private", "deleted_at = now()", "deleted_at = null",
		"locked_at = now()", "locked_at = null",
		"preview_url = '/uploads/' || gen_random_uuid()"};

	value("update messenger.card set %s where id = %lld",
		sets[dice(h, sizeof(sets) / sizeof(*sets))],
		(long long)any(h, "card", "account_id"));
}

static void
subscribe(struct history *h)
{
	value("insert into messenger.subscription (card_id, card_profile_id, "
	      "card_account_id, profile_id, account_id) "
	      "select k.id, k.profile_id, k.account_id, p.id, p.account_id "
	      "from messenger.card k, messenger.profile p where k.id = %lld and p.id = "
	      "%lld "
	      "and p.account_id <> k.account_id on conflict do nothing",
		(long long)any(h, "card", "account_id"),
		(long long)any(h, "profile", "account_id"));
}

static void
unsubscribe(struct history *h)
{
	value("delete from messenger.subscription where id = %lld",
		(long long)any(h, "subscription", "account_id"));
}

/* What an import or an operator may do, who come by no route. */
static void
remove_for_good(struct history *h)
{
	const char *table = dice(h, 4) ? "card" : "profile";

	value("delete from messenger.%s where id = %lld", table,
		(long long)any(h, table, "account_id"));
}

static void
change_something(struct history *h)
{
	static void (*const changes[])(struct history *) = {change_profile,
		change_profile, relate, relate, relate, part, add_card, change_card,
		change_card, subscribe, subscribe, subscribe, unsubscribe, add_profile,
		remove_for_good};

	changes[dice(h, sizeof(changes) / sizeof(*changes))](h);
}

static void
given_people(struct history *h)
{
	for (int i = 0; i < PEOPLE; i++) {
		h->people[i] = number("insert into account.account (username) values "
				      "('%s') returning id",
			unique("sync"));
		value("insert into messenger.profile (account_id, name, private) "
		      "values "
		      "(%lld, 'P', %s)",
			(long long)h->people[i], i % 2 ? "true" : "false");
		value("insert into messenger.sync_file (account_id) values (%lld)",
			(long long)h->people[i]);
	}
}

/* -- copies */

/* One unit of work beside the requests. */
static void
begin(struct ctx *c)
{
	ctx_start(c, db, cache);
	assert_int_equal(db_begin(c), OK);
}

static void
spread(void)
{
	for (;;) {
		const char *tx = value("select subject from job.job where kind = "
				       "'sync.spread' order by id limit 1");
		struct ctx c;

		if (tx == NULL)
			return;
		begin(&c);
		const struct job job = {.kind = "sync.spread", .subject = tx};
		value("delete from job.job where kind = 'sync.spread' and key = '%s'",
			tx);
		enum err e = sync_spread_job(&c, &job);
		if (e != OK)
			fail_msg("spread: %s", c.why);
		assert_int_equal(db_end(&c, e), OK);
		ctx_end(&c);
	}
}

/* A copy in this process's memory. */
struct copy {
	void *bytes;
	size_t n;
};

static void
bring_up(int64_t account, struct copy *copy)
{
	struct sync_bytes old = {copy->bytes, copy->n}, now, anew;
	const char *mine, *wanted;
	bool changed, whole;
	struct ctx c;

	begin(&c);
	enum err e = sync_bring_up(&c, account, &old, &changed, &whole, &now);
	if (e != OK)
		fail_msg("bring up: %s", c.why);
	assert_int_equal(sync_build(&c, account, &anew), OK);
	e = sync_db_dump(&c, &now, &mine);
	if (e != OK)
		fail_msg("%s", c.why);
	assert_int_equal(sync_db_dump(&c, &anew, &wanted), OK);
	assert_string_equal(mine, wanted);
	assert_int_equal(db_end(&c, OK), OK);
	if (changed) {
		free(copy->bytes);
		copy->bytes = malloc(now.n);
		memcpy(copy->bytes, now.bytes, now.n);
		copy->n = now.n;
	}
	ctx_end(&c);
}

static void
a_changed_copy_is_the_one_built_anew_seed(uint64_t seed)
{
	struct history h = {.state = seed};
	struct copy copies[PEOPLE] = {0};

	given_people(&h);
	for (int i = 1; i <= CHANGES; i++) {
		change_something(&h);
		if (i % CHECK_EVERY != 0)
			continue;
		spread();
		for (int p = 0; p < PEOPLE; p++)
			bring_up(h.people[p], &copies[p]);
	}
	assert_int_equal(number("select count(*) from messenger.sync_change"), 0);
	assert_int_equal(
		number("select count(*) from messenger.sync_due where account_id "
		       "between %lld and %lld",
			(long long)h.people[0], (long long)h.people[PEOPLE - 1]),
		0);
	for (int p = 0; p < PEOPLE; p++)
		free(copies[p].bytes);
}

/* SYNC_SEEDS=FIRST-LAST tries others. */
static void
a_changed_copy_is_the_one_built_anew(void **state)
{
	const char *seeds = getenv("SYNC_SEEDS");
	unsigned first = 1, last = 3;

	(void)state;
	if (seeds != NULL)
		assert_int_equal(sscanf(seeds, "%u-%u", &first, &last), 2);
	for (unsigned seed = first; seed <= last; seed++)
		a_changed_copy_is_the_one_built_anew_seed(seed);
}

/* -- one at a time */

static int64_t
given_account(void)
{
	int64_t id = number("insert into account.account (username) values ('%s') "
			    "returning id",
		unique("copy"));

	value("insert into messenger.sync_file (account_id) values (%lld)",
		(long long)id);
	return id;
}

static int64_t
given_profile(int64_t account, const char *name, bool private)
{
	return number("insert into messenger.profile (account_id, name, description, "
		      "private) values (%lld, '%s', 'secret', %s) returning id",
		(long long)account, name, private ? "true" : "false");
}

static void
given_relation(int64_t from, int64_t to, int status)
{
	value("insert into messenger.relation (from_profile_id, from_account_id, "
	      "to_profile_id, to_account_id, status) select f.id, f.account_id, t.id, "
	      "t.account_id, %d from messenger.profile f, messenger.profile t where "
	      "f.id = "
	      "%lld and t.id = %lld",
		status, (long long)from, (long long)to);
}

static const char *
copy_of(int64_t account)
{
	struct sync_bytes file;
	const char *dump;
	struct ctx c;

	begin(&c);
	assert_int_equal(sync_build(&c, account, &file), OK);
	assert_int_equal(sync_db_dump(&c, &file, &dump), OK);
	dump = text("%s", dump);
	assert_int_equal(db_end(&c, OK), OK);
	ctx_end(&c);
	return dump;
}

static bool
has(const char *dump, const char *name, const char *word)
{
	const char *line = strstr(dump, text("|%s|", name));

	return line != NULL &&
	       memmem(line, strcspn(line, "\n"), word, strlen(word)) != NULL;
}

static void
who_only_asked_has_the_name_only(void **state)
{
	int64_t me = given_account(), mine = given_profile(me, "me", false);
	int64_t other = given_account(), hidden = given_profile(other, "hidden", true);

	(void)state;
	given_relation(mine, hidden, 4);
	assert_true(has(copy_of(me), "hidden", "|{}|"));
	assert_false(has(copy_of(me), "hidden", "secret"));
	value("update messenger.relation set status = 1 where to_profile_id = %lld",
		(long long)hidden);
	assert_true(has(copy_of(me), "hidden", "secret"));
}

static void
a_block_holds_for_all_profiles_of_the_blocked(void **state)
{
	int64_t me = given_account(), mine = given_profile(me, "first", false),
		second = given_profile(me, "second", false);
	int64_t other = given_account(), shown = given_profile(other, "shown", false);

	(void)state;
	given_relation(mine, shown, 1);
	assert_true(has(copy_of(me), "shown", "secret"));
	given_relation(shown, second, 3);
	assert_true(has(copy_of(me), "shown", "|{}|"));
	assert_false(has(copy_of(me), "shown", "secret"));
}

static int64_t
given_card(int64_t profile, const char *name, const char *more)
{
	return number("insert into messenger.card (profile_id, account_id, name, data, "
		      "preview_url, private, created, modified) select id, account_id, "
		      "'%s', '{}', '/uploads/%s', true, '2022-01-01 00:00:00.75Z', "
		      "'2022-01-02 00:00:00.75Z' from messenger.profile where id = "
		      "%lld; update messenger.card set %s where name = '%s' returning "
		      "id",
		name, unique("card"), (long long)profile, more, name);
}

static void
given_subscription(int64_t card, int64_t profile)
{
	value("insert into messenger.subscription (card_id, card_profile_id, "
	      "card_account_id, profile_id, account_id) select k.id, k.profile_id, "
	      "k.account_id, p.id, p.account_id from messenger.card k, "
	      "messenger.profile p where k.id = %lld and p.id = %lld",
		(long long)card, (long long)profile);
}

/* How many rows of a table the copy has. */
static int
rows_of(const char *dump, const char *table)
{
	int n = 0;

	for (const char *at = dump; (at = strstr(at, text("%s|", table))) != NULL; at++)
		n += at == dump || at[-1] == '\n';
	return n;
}

static void
a_copy_has_what_it_shall_have(void **state)
{
	int64_t me = given_account(), mine = given_profile(me, "mine", true);
	int64_t other = given_account(), shown = given_profile(other, "shown", false);

	(void)state;
	given_profile(me, "no longer mine", true);
	value("update messenger.profile set deleted_at = now() where name = 'no longer "
	      "mine'");
	given_card(mine, "Own", "data = data");
	given_card(mine, "OwnGone", "deleted_at = '2022-02-02 00:00:00.75Z'");
	given_card(mine, "OwnLocked", "locked_at = now()");
	int64_t taken = given_card(shown, "Taken", "data = data");
	given_card(shown, "NotTaken", "private = false");
	given_subscription(taken, mine);
	given_subscription(given_card(shown, "Locked", "locked_at = now()"), mine);
	const char *dump = copy_of(me);
	if (rows_of(dump, "TB_PROFILE") != 2 || rows_of(dump, "TB_CARD") != 3 ||
		rows_of(dump, "TB_CARD_SUBSCRIPTION") != 1 ||
		rows_of(dump, "TB_PROFILE_RELATION") != 0)
		fail_msg("%s", dump);
	assert_true(has(dump, "mine", "secret"));
	assert_true(has(dump, "shown", "secret"));
	assert_non_null(strstr(dump, text("TB_CARD|%lld|Taken|", (long long)taken)));
	assert_true(has(dump, "Own", "|1640995200|")); /* 2022-01-01, as answers say */
	assert_true(has(dump, "OwnGone", "|1643760000|"));
}

/* -- the file */

static void
the_file_is_what_phones_expect(void **state)
{
	static const char *const columns[][2] = {
		{"TB_PROFILE",
			"uuid INTEGER 1 1,name TEXT 1 0,team_name TEXT 0 0,description "
			"TEXT 0 0,data TEXT 1 0,image_url TEXT 0 0,email TEXT 0 "
			"0,phone "
			"TEXT 0 0,sns TEXT 0 0,address TEXT 0 0,commit_id TEXT 1 "
			"0,created_at INTEGER 1 0,modified_at INTEGER 1 0,deleted_at "
			"INTEGER 0 0,why_deleted TEXT 0 0,private INTEGER 1 0"},
		{"TB_PROFILE_RELATION",
			"uuid INTEGER 1 1,commit_id TEXT 1 0,created_at INTEGER 1 "
			"0,modified_at INTEGER 1 0,status INTEGER 1 0,from_profile_id "
			"INTEGER 1 0,to_profile_id INTEGER 1 0"},
		{"TB_CARD",
			"uuid INTEGER 1 1,name TEXT 1 0,data TEXT 1 0,preview_url TEXT "
			"1 0,commit_id TEXT 1 0,created_at INTEGER 1 0,modified_at "
			"INTEGER 1 0,deleted_at INTEGER 0 0,why_deleted TEXT 0 "
			"0,private INTEGER 1 0,profile_id INTEGER 1 0"},
		{"TB_CARD_SUBSCRIPTION",
			"uuid INTEGER 1 1,commit_id TEXT 1 0,created_at INTEGER 1 "
			"0,modified_at INTEGER 1 0,card_profile_id INTEGER 1 0,card_id "
			"INTEGER 1 0,subscribed_profile_id INTEGER 1 0"}};
	struct sync_bytes file;
	sqlite3 *s;
	sqlite3_stmt *q;
	struct ctx c;

	(void)state;
	ctx_start(&c, db, cache);
	assert_int_equal(sync_db_build(&c, NULL, 0, &file), OK);
	const unsigned char *head = file.bytes;
	assert_memory_equal(head, "SQLite format 3", 16);
	assert_int_equal(head[16] << 8 | head[17], 4096); /* page size */
	assert_int_equal(head[18], 1);                    /* no WAL */
	assert_int_equal(head[19], 1);
	assert_int_equal(head[59], 1);                 /* UTF-8 */
	assert_memory_equal(head + 60, "\0\0\0\0", 4); /* user_version */
	assert_int_equal(sqlite3_open(":memory:", &s), SQLITE_OK);
	assert_int_equal(sqlite3_deserialize(s, "main", (unsigned char *)file.bytes,
				 (sqlite3_int64)file.n, (sqlite3_int64)file.n,
				 SQLITE_DESERIALIZE_READONLY),
		SQLITE_OK);
	for (size_t i = 0; i < 4; i++) {
		sqlite3_prepare_v2(s,
			text("select group_concat(name || ' ' || type || ' ' || "
			     "\"notnull\" || ' ' || pk) from pragma_table_info('%s') "
			     "where "
			     "dflt_value is null",
				columns[i][0]),
			-1, &q, NULL);
		assert_int_equal(sqlite3_step(q), SQLITE_ROW);
		assert_string_equal(sqlite3_column_text(q, 0), columns[i][1]);
		sqlite3_finalize(q);
	}
	sqlite3_prepare_v2(s,
		"select group_concat(name, ' ') from (select name from sqlite_master "
		"order by name)",
		-1, &q, NULL);
	assert_int_equal(sqlite3_step(q), SQLITE_ROW);
	assert_string_equal(sqlite3_column_text(q, 0),
		"TB_CARD TB_CARD_SUBSCRIPTION TB_PROFILE TB_PROFILE_RELATION "
		"sqlite_autoindex_TB_CARD_1 sqlite_sequence");
	sqlite3_finalize(q);
	sqlite3_close(s);
	ctx_end(&c);
}

static void
what_is_no_copy_is_refused(void **state)
{
	static const int64_t profile = 1;
	const struct sync_bytes no_file = {"no file", 7};
	const struct sync_part part = {&profile, 1, NULL, 0};
	struct sync_bytes out;
	bool changed;
	struct ctx c;

	(void)state;
	ctx_start(&c, db, cache);
	assert_int_equal(sync_db_change(&c, &no_file, &part, &changed, &out), E_INPUT);
	ctx_end(&c);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {EDGE_TEST(the_file_is_what_phones_expect),
		EDGE_TEST(what_is_no_copy_is_refused),
		EDGE_TEST(who_only_asked_has_the_name_only),
		EDGE_TEST(a_block_holds_for_all_profiles_of_the_blocked),
		EDGE_TEST(a_copy_has_what_it_shall_have),
		EDGE_TEST(a_changed_copy_is_the_one_built_anew)};

	(void)argc;
	edge_open(argv);
	db = db_new("sync");
	cache = cache_new();
	return cmocka_run_group_tests_name("messenger_sync", tests, NULL, NULL);
}
