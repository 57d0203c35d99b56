/* What remains of somebody who has gone: contract 20, people's safety. */
#include "account/account_job.h"
#include "account/erase.h"
#include "db/db.h"
#include "messenger.h"

#define REMOVED "삭제된 메시지입니다."
#define NUMBER(sql, id) number(sql, (long long)(id))

static void
erase(const struct phone *p)
{
	struct ctx c;
	struct account a = {0};

	edge_ctx(&c);
	assert_int_equal(account_by_id(&c, p->uuid, &a), OK);
	assert_int_equal(db_begin(&c), OK);
	assert_int_equal(db_end(&c, account_erase(&c, &a)), OK);
	ctx_end(&c);
}

/* Files of the account that lie in a store. */
static void
given_files(const struct phone *p)
{
	const char *server =
		value("insert into storage.server (name, host, port, location, "
		      "zone, latitude, longitude, is_on, is_active) values "
		      "('%s', 'localhost', 1, '', '', 0, 0, false, false) "
		      "returning id",
			unique("erase"));

	value("insert into messenger.upload (account_id, filename, original_filename, "
	      "mimetype, size, server_id) values (%lld, '%s.jpg', 'me.jpg', "
	      "'image/jpeg', 1, '%s')",
		(long long)p->uuid, unique("me"), server);
	value("insert into messenger.sync_file (account_id, server_id) values (%lld, "
	      "'%s')",
		(long long)p->uuid, server);
}

static void
an_erased_person_leaves_no_name_and_no_gap(void **state)
{
	struct phone anna = given_guest(), boris = given_guest();
	int64_t room = given_room(&boris, &anna);

	(void)state;
	is_case(say(&anna, room, "my secret"), 201, "resource.created");
	is_case(say(&boris, room, "an answer"), 201, "resource.created");
	is_case(by(&boris, "PUT",
			text(PHONE "/profiles/%lld/relations",
				(long long)anna.profile)),
		200, "profilerelation.follows");
	given_files(&anna);
	value("insert into account.second_factor (account_id, secret) values (%lld, "
	      "'sealed')",
		(long long)anna.uuid);
	erase(&anna);
	is_dead(&anna);

	const struct answer *a = by(&boris, "GET", room_path(room, "/events"));
	is_case(a, 200, "resource.multiple_result");
	assert_null(strstr(a->body, "my secret"));
	assert_null(strstr(a->body, anna.name));
	assert_string_equal(
		data_text(a, "chat_events.1.event_type"), "MESSAGE_DELETED");
	assert_string_equal(data_text(a, "chat_events.1.message"), REMOVED);
	assert_string_equal(data_text(a, "chat_events.2.message"), "an answer");
	for (int i = 0; i < 4; i++)
		assert_int_equal(
			data_number(a, text("chat_events.%d.event_index", i)), i);
	a = by(&boris, "GET", room_path(room, ""));
	assert_null(strstr(a->body, anna.name));
	assert_int_equal(data_number(a, "chat_room.participant_count"), 1);
	is_case(by(&boris, "GET",
			text(PHONE "/profiles/%lld", (long long)anna.profile)),
		404, "resource.not_found");
	assert_int_equal(NUMBER("select count(*) from account.second_factor where "
				"account_id = %lld",
				 anna.uuid),
		0);
	assert_int_equal(NUMBER("select count(*) from messenger.relation where %lld in "
				"(from_account_id, to_account_id)",
				 anna.uuid),
		0);
	assert_int_equal(NUMBER("select count(*) from job.job where kind = "
				"'upload.remove' and subject like '%%/%lld/%%'",
				 anna.uuid),
		2);
	assert_int_equal(NUMBER("select (select count(*) from messenger.upload where "
				"account_id = %lld) + (select count(*) from "
				"messenger.sync_file f join account.account a on "
				"a.id = f.account_id where a.status_reason = 'erased')",
				 anna.uuid),
		0);
}

static void
whoever_deactivated_an_account_is_erased_in_time(void **state)
{
	struct phone late = given_phone(), early = given_phone(), taken = given_phone();
	static const char sql[] =
		"update account.account set status = 'deactivated', status_reason = "
		"'ACCOUNT_LOCKED::USER_SELF_LOCKED', status_at = now() - interval '%d "
		"days' where id = %lld";

	(void)state;
	value(sql, 31, (long long)late.uuid);
	value(sql, 29, (long long)early.uuid);
	value(sql, 31, (long long)taken.uuid);
	value("update account.account set status_reason = 'DELETED_BY_STAFF' where id "
	      "= "
	      "%lld",
		(long long)taken.uuid);
	value("insert into job.job (kind, subject, key) values ('account.sweep', '', "
	      "'%s')",
		unique("sweep"));
	run_jobs("account.sweep", account_sweep_job);
	assert_string_equal(value("select status_reason from account.account where id "
				  "= %lld",
				    (long long)late.uuid),
		"erased");
	assert_string_equal(value("select status_reason from account.account where id "
				  "= %lld",
				    (long long)taken.uuid),
		"erased");
	assert_int_equal(NUMBER("select count(*) from messenger.person where "
				"account_id = %lld",
				 late.uuid),
		0);
	assert_int_equal(NUMBER("select count(*) from messenger.person where "
				"account_id = %lld",
				 early.uuid),
		1);
}

static const struct CMUnitTest tests[] = {
	EDGE_TEST(an_erased_person_leaves_no_name_and_no_gap),
	EDGE_TEST(whoever_deactivated_an_account_is_erased_in_time),
};

int
main(int argc, char **argv)
{
	(void)argc;
	setenv("SAMOVAR_MESSENGER_CONFIRM_EMAIL", "false", 1);
	setenv("SAMOVAR_MESSENGER_FIRST_ADMIN", "false", 1);
	return edge_run("phone erase", tests, argv);
}
