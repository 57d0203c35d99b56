/* The console: members' cards. */
#include "console.h"

static const char *
import(const char *cookie, const char *csv, const char *dry)
{
	const struct answer *a = call("POST", text(API "/cards/import?dry_run=%s", dry),
		.body = csv, .type = "text/csv", .headers = {SAME_ORIGIN, cookie});

	return text("%d %s", a->status, a->body);
}

#define HEADING "name,surname,number,role,level,card_issued_date\n"

static void
cards_come_from_a_table_after_a_look(void **state)
{
	(void)state;
	const char *keeper = given_console("can_view_cards can_edit_cards", NULL),
		   *good = HEADING "Vera,Orlova,69,member,3,2026-11-30\n"
				   "Boris,Popov,,member,1,2026-11-30\n",
		   *bad = HEADING "Vera,Orlova,69,member,much,2026-11-30\n";

	assert_true(str_starts(import(keeper, good, "true"), "200 "));
	assert_int_equal(number("select count(*) from cards.card"), 0);
	const char *said = import(keeper, bad, "false");
	assert_true(str_starts(said, "422 "));
	assert_non_null(strstr(said, "\"lines\""));
	assert_int_equal(number("select count(*) from cards.card"), 0);
	assert_true(str_starts(import(keeper, good, "false"), "200 "));
	assert_int_equal(number("select count(*) from cards.card"), 2);
	assert_true(str_starts(
		import(given_console("can_view_cards", NULL), good, "true"), "403 "));
}

static void
what_lacks_something_is_found_and_one_is_withdrawn(void **state)
{
	(void)state;
	const char *keeper =
		given_console("can_view_cards can_edit_cards can_withdraw_card", NULL);
	const struct answer *a = get("/cards?status=incomplete", keeper);
	struct json_object *one = json_object_array_get_idx(
		json_member(a->json, "data", json_type_array), 0);

	assert_int_equal(a->status, 200);
	assert_int_equal(json_number(a->json, "total"), 1);
	assert_string_equal(json_text(one, "surname"), "Popov");
	assert_non_null(strstr(a->body, "\"number\""));
	const char *uuid = json_text(one, "uuid");
	is_error(post(text("/cards/%s/redraw", uuid), NULL, keeper), 409,
		"Console.Conflict");
	is_error(post("/cards/print", text("{\"cards\":[\"%s\"]}", uuid), keeper), 409,
		"Card.NotDrawn");
	a = post(text("/cards/%s/withdraw", uuid), "{\"why\":\"lost\"}", keeper);
	assert_int_equal(a->status, 200);
	assert_string_equal(answer_text(a, "status"), "withdrawn");
	is_error(post(text("/cards/%s/redraw", uuid), NULL, keeper), 410,
		"Card.Withdrawn");
	a = get("/cards?query=orlova&limit=1", keeper);
	assert_int_equal(json_number(a->json, "total"), 1);
	assert_int_equal(get("/card-roles", keeper)->status, 200);
	is_error(get("/cards", given_console("can_view_file", NULL)), 403,
		"Auth.NoPermission");
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		EDGE_TEST(cards_come_from_a_table_after_a_look),
		EDGE_TEST(what_lacks_something_is_found_and_one_is_withdrawn),
	};

	(void)argc;
	return edge_run("console cards", tests, argv);
}
