/*
 * What PostgreSQL makes of the messenger's statements where there are a hundred
 * thousand of everything: no request, and no job that a request has caused, reads a
 * table from one end to the other.
 */
#include "db/db.h"

#include "edge.h"

#define MANY "100000"

extern const struct db_stmt *const __start_db_stmts[] __attribute__((weak));
extern const struct db_stmt *const __stop_db_stmts[] __attribute__((weak));

/* Operators' commands, metrics, and the end of an account. */
static const char *const seldom =
	"import_users import_files import_profiles import_cards import_relations "
	"import_subscriptions import_rooms import_events import_numbers "
	"import_files_missing demo_phones_there demo_phone_passwords "
	"demo_phone_profiles demo_phone_cards demo_phone_relations demo_phone_talk "
	"demo_phone_pictures_missing queue_metrics sync_behind messenger_admin_stale";

static const char *const rows[] = {
	"insert into account.account (id, username, email) overriding system value "
	"select n, 'many' || n, 'many' || n || '@example.com' from m",
	"insert into messenger.person (account_id, nickname) select n, 'many' || n "
	"from m",
	"insert into messenger.profile (id, account_id, name) select n, n, 'Many' from "
	"m",
	"insert into messenger.relation (from_profile_id, from_account_id, "
	"to_profile_id, to_account_id, status) select n, n, n % " MANY " + 1, n % " MANY
	" + 1, 1 + n % 4 from m",
	"insert into messenger.card (id, profile_id, account_id, name, data, "
	"preview_url) select n, n, n, 'Card', '{}', '/uploads/many' || n from m",
	"insert into messenger.subscription (card_id, card_profile_id, "
	"card_account_id, profile_id, account_id) select n, n, n, n % " MANY
	" + 1, n % " MANY " + 1 from m",
	"insert into messenger.upload (account_id, filename, original_filename, "
	"mimetype, size) select n, 'many' || n, 'a.png', 'image/png', 1 from m",
	"insert into messenger.room (id, name, owner_profile_id) select n, 'Room', n "
	"from m",
	"insert into messenger.participant (id, room_id, profile_id, account_id, "
	"room_name, profile_name) select n, n, n, n, 'Room', 'Many' from m",
	"insert into messenger.event (room_id, event_index, event_type, message, "
	"participant_id) select n, 0, 'MESSAGE_POSTED', 'Hello', n from m",
	"insert into messenger.push (token, event_id) select 'token' || n, e.id from m "
	"join messenger.event e on e.room_id = n",
	"insert into messenger.sync_file (account_id, etag, size, stale) select n, "
	"md5(n::text), 1, false from m",
	"insert into messenger.sync_due (account_id, profile_id, since) select n, n, "
	"now() from m",
	"insert into messenger.sync_change (account_id, profile_id, tx) select n, n, "
	"n::text::xid8 from m",
	"insert into messenger.report (reporter_id, profile_id, reason, decision, "
	"decided_at) select n, n, 'spam', case when n > 100 then 'dismissed' end, "
	"case when n > 100 then now() end from m",
	"insert into account.session (account_id, face, family, kind, expires, number, "
	"push_token) select n, 'messenger', gen_random_uuid(), k.kind, now() + '1 "
	"day', n, 'token' || n from m, (values ('access'::account.token_kind), "
	"('refresh')) k (kind)"};

static void
given_many_of_everything(void)
{
	/* No triggers: nothing of this has to be told to anybody. */
	value("set session_replication_role = replica");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		value("with m as (select n from generate_series(1, " MANY ") n) %s",
			rows[i]);
	value("set session_replication_role = origin");
	value("analyze");
	value("set plan_cache_mode = force_generic_plan");
	value("set jit = off");
}

/* The first large table that the plan reads from one end to the other; NULL: none. */
static const char *
read_whole(struct json_object *plan)
{
	const char *found = NULL, *relation;

	if (json_object_is_type(plan, json_type_array))
		for (size_t i = 0; found == NULL && i < json_object_array_length(plan);
			i++)
			found = read_whole(json_object_array_get_idx(plan, i));
	if (found != NULL || !json_object_is_type(plan, json_type_object))
		return found;
	relation = json_text(plan, "Relation Name");
	if (str_eq(json_text(plan, "Node Type"), "Seq Scan") &&
		number("select reltuples from pg_class where relname = '%s' order by "
		       "reltuples desc limit 1",
			relation) >= 1000)
		return text("%s", relation);
	found = read_whole(json_member(plan, "Plan", json_type_object));
	return found != NULL ? found
			     : read_whole(json_member(plan, "Plans", json_type_array));
}

static struct json_object *
plan_of(const struct db_stmt *s)
{
	const char *nulls = "";

	for (int i = 0; i < s->params; i++)
		nulls = text("%s%snull", nulls, i == 0 ? "" : ", ");
	value("prepare looked_at as %s", s->sql);
	const char *plan = value("explain (format json, costs off) execute looked_at%s",
		s->params == 0 ? "" : text("(%s)", nulls));
	struct json_object *json = json_tokener_parse(plan);
	assert_non_null(json);
	value("deallocate looked_at");
	return json;
}

static void
nothing_is_read_from_end_to_end(void **state)
{
	const char *wrong = "";
	size_t looked_at = 0;

	(void)state;
	given_many_of_everything();
	/* cppcheck-suppress comparePointers ; the linker made them one array */
	size_t count = (size_t)(__stop_db_stmts - __start_db_stmts);
	for (size_t i = 0; i < count; i++) {
		const struct db_stmt *s = __start_db_stmts[i];

		if (strstr(s->sql, "messenger.") == NULL || str_in(s->name, seldom))
			continue;
		struct json_object *plan = plan_of(s);
		const char *whole = read_whole(plan);

		if (whole != NULL)
			wrong = text("%s%s reads all of %s\n", wrong, s->name, whole);
		json_object_put(plan);
		looked_at++;
	}
	assert_true(looked_at > 60);
	if (wrong[0] != '\0')
		fail_msg("\n%s", wrong);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {EDGE_TEST(nothing_is_read_from_end_to_end)};

	(void)argc;
	return edge_run("phone_plans", tests, argv);
}
