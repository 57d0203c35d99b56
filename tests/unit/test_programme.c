/* The programme's face: what is refused, value by value, and in which words; who gets
 * where among staff. */
#include "edge.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))
#define UNKNOWN "00000000-0000-4000-8000-000000000005"
#define LOGIN "/administrators/login"

static const struct answer *
ask(const char *method, const char *path, const char *body, const char *header)
{
	return call(method, text("/api%s", path), .body = body, .headers = {header});
}

/* 422 whose list has an item of this place; its type, if one is given. */
static void
is_wrong(const struct answer *a, const char *loc, const char *type)
{
	struct json_object *items = json_member(a->json, "detail", json_type_array);

	for (size_t i = 0; items != NULL && i < json_object_array_length(items); i++) {
		struct json_object *item = json_object_array_get_idx(items, i);
		const char *found = json_object_to_json_string_ext(
			json_member(item, "loc", json_type_array),
			JSON_C_TO_STRING_PLAIN);

		if (str_eq(found, loc) &&
			(type == NULL || str_eq(json_text(item, "type"), type)))
			return;
	}
	fail_msg("no %s %s: %d %s", loc, type == NULL ? "" : type, a->status, a->body);
}

static void
is_detail(const struct answer *a, int status, const char *detail)
{
	if (a->status != status || !str_eq(answer_text(a, "detail"), detail))
		fail_msg("%d %s", a->status, a->body);
}

/* Refused in a Russian sentence. */
static void
is_refused(const struct answer *a, int status)
{
	const char *detail = answer_text(a, "detail");

	if (a->status != status || detail == NULL || strstr(detail, "а") == NULL)
		fail_msg("%d %s", a->status, a->body);
}

/* -- input */

static void
an_address_that_is_none_is_422(void **state)
{
	static const char *const addresses[] = {"", "x", "a@b", "a@localhost",
		"a@x.local", "a@x.test", "a@x.invalid", "a b@example.com",
		"@example.com", "a@.com"};

	(void)state;
	for (size_t i = 0; i < COUNT(addresses); i++)
		is_wrong(ask("POST", LOGIN,
				 text("{\"email\":\"%s\",\"password\":\"x\"}",
					 addresses[i]),
				 NULL),
			"[\"body\",\"email\"]", "value_error.email");
}

static void
a_body_that_is_no_object_is_422(void **state)
{
	static const char *const bodies[] = {"[]", "17", "\"x\"", "null", ""};

	(void)state;
	for (size_t i = 0; i < COUNT(bodies); i++)
		is_wrong(ask("POST", LOGIN, bodies[i], NULL), "[\"body\"]", NULL);
	is_wrong(ask("POST", LOGIN, "{\"email\": nope}", NULL), "[\"body\",11]",
		"value_error.jsondecode");
	is_wrong(ask("POST", LOGIN,
			 "{\"email\":\"a@example.com\",\"password\":\"x\","
			 "\"remember\":true}",
			 NULL),
		"[\"body\",\"remember\"]", "value_error.extra");
}

/* PATCH of one's own account. */
static const struct answer *
rename_as(const char *who, const char *name, const char *surname)
{
	const char *uuid =
		value("select uuid from account.account order by id desc limit 1");

	return ask("PATCH", text("/administrators/%s/", uuid),
		text("{\"name\":\"%s\",\"surname\":\"%s\"}", name, surname), who);
}

static void
a_name_or_surname_that_is_none_is_422(void **state)
{
	const char *const names[] = {"", "А", "анна", "Anna", "Анна1", "Анна-", "-Анна",
		"Анна  Мария", "Анна-М", "АННА", "Анна!",
		text("А%s", repeated("н", 20)), " Анна", "Анна\\n"};
	const char *const surnames[] = {"", "Б", "белова", "Belova", "Белова--Бок",
		text("Б%s", repeated("е", 100))};
	const char *who = given_staff("expert");

	(void)state;
	assert_int_equal(rename_as(who, "Анна", "Белова")->status, 200);
	for (size_t i = 0; i < COUNT(names); i++)
		is_wrong(rename_as(who, names[i], "Белова"), "[\"body\",\"name\"]",
			NULL);
	for (size_t i = 0; i < COUNT(surnames); i++)
		is_wrong(rename_as(who, "Анна", surnames[i]), "[\"body\",\"surname\"]",
			NULL);
}

static void
queries_are_read_leniently(void **state)
{
	const char *const queries[] = {"title=%D0%BD%20&%20x%20+%20100%", "unknown",
		"&&&", "=", "%", "%zz=%zz", "a=%FF%FE", "a[]=1", "status=active&x=%",
		"%00=%00", text("a=%02000d", 0), "status=%61ctive"};
	const char *who = given_staff("expert");

	(void)state;
	for (size_t i = 0; i < COUNT(queries); i++)
		assert_int_equal(
			ask("GET", text("/administrators/?%s", queries[i]), NULL, who)
				->status,
			200);
	is_wrong(ask("GET", "/administrators/?status=act%ive", NULL, who),
		"[\"query\",\"status\"]", NULL);
}

static void
what_is_wrong_is_said_in_the_language_of_staff(void **state)
{
#define PLAN "\"started_at\":\"2030-01-01\",\"finished_at\":\"2030-02-01\""
#define MESSAGE "/shifts/" UNKNOWN "/message"
	const struct {
		const char *method, *path, *body;
	} wrong[] = {{"POST", "/shifts/", "{" PLAN ",\"title\":5}"},
		{"POST", "/shifts/",
			"{" PLAN ",\"title\":\"Смена\\u0007\",\"more\":1}"},
		{"POST", "/shifts/", "{" PLAN ",\"title\":null}"},
		{"POST", "/shifts/", "[]"}, {"POST", "/shifts/", "{"},
		{"POST", "/shifts/", "5"}, {"POST", "/tasks/?title=%D0%B0", NULL},
		{"POST", text("/tasks/?title=%s", repeated("%D0%B0", 151)), NULL},
		{"POST", "/tasks/?title=%E2%80%AE%D0%B0%D0%B1%D0%B2", NULL},
		{"GET", "/shifts/x", NULL}, {"GET", "/reports/", NULL},
		{"GET", "/reports/?shift_id=x", NULL},
		{"GET", "/users/?status=x", NULL}, {"GET", "/audit?limit=0", NULL},
		{"GET", "/audit?limit=x", NULL}, {"GET", "/audit?limit=5000", NULL},
		{"POST", "/administrators/invitations",
			"{\"name\":\"А\",\"surname\":\"Smith\",\"email\":\"x\"}"},
		{"PATCH", "/administrators/reset_password", "{\"email\":\"x\"}"},
		{"POST", MESSAGE, "{\"text\":\"\",\"members\":[]}"},
		{"POST", MESSAGE, "{}"}, {"POST", MESSAGE, "{\"text\":\"  \"}"},
		{"POST", MESSAGE, text("{\"text\":\"%s\"}", repeated("а", 4097))},
		{"POST", MESSAGE, "{\"text\":5}"},
		{"POST", MESSAGE, "{\"text\":\"а\",\"members\":[\"x\"]}"},
		{"POST", MESSAGE, "{\"text\":\"а\",\"members\":\"x\"}"},
		{"POST", MESSAGE, "{\"text\":\"а\",\"member_status\":\"all\"}"},
		{"POST", MESSAGE, "{\"text\":\"а\",\"more\":1}"}};
	static const char *const english[] = {
		" must", " is ", " not ", "value ", "valid", "wrong"};
	const char *who = given_staff("administrator");

	(void)state;
	for (size_t i = 0; i < COUNT(wrong); i++) {
		const struct answer *a =
			ask(wrong[i].method, wrong[i].path, wrong[i].body, who);
		struct json_object *items =
			json_member(a->json, "detail", json_type_array);

		if (a->status != 422)
			fail_msg("%s: %d %s", wrong[i].path, a->status, a->body);
		for (size_t k = 0; k < json_object_array_length(items); k++) {
			const char *said =
				json_text(json_object_array_get_idx(items, k), "msg");

			if (!str_eq(said, "field required") &&
				strstr(said, "е") == NULL)
				fail_msg("%s: %s", wrong[i].path, said);
			for (size_t e = 0; e < COUNT(english); e++)
				assert_null(strstr(said, english[e]));
		}
	}
}

/* -- who gets where */

static const struct guarded {
	const char *method, *path, *body;
	bool administrators; /* only they */
	bool active;         /* an account that is gone is 404 */
} guarded[] = {{"GET", "/administrators/me", NULL, false, true},
	{"GET", "/administrators/", NULL, false, false},
	{"GET", "/administrators/" UNKNOWN "/", NULL, false, true},
	{"PATCH", "/administrators/" UNKNOWN "/",
		"{\"name\":\"Анна\",\"surname\":\"Белова\"}", false, true},
	{"PATCH", "/administrators/" UNKNOWN "/role/", "{\"role\":\"expert\"}", true,
		false},
	{"PATCH", "/administrators/" UNKNOWN "/status/", "{\"status\":\"blocked\"}",
		true, false},
	{"PATCH", "/administrators/reset_password",
		"{\"email\":\"nobody@example.com\"}", true, false},
	{"POST", "/administrators/invitations",
		"{\"name\":\"Анна\",\"surname\":\"Белова\",\"email\":\"new@example."
		"com\"}",
		true, false},
	{"GET", "/administrators/invitations", NULL, true, false},
	{"PATCH", "/administrators/invitations/" UNKNOWN "/deactivate", NULL, true,
		false},
	{"PATCH", "/administrators/invitations/" UNKNOWN "/reactivate", NULL, true,
		false}};

#define EACH_GUARDED(g)                                                                \
	for (const struct guarded *g = guarded; g < guarded + COUNT(guarded); g++)

static const struct answer *
knock(const struct guarded *g, const char *header)
{
	return ask(g->method, g->path, g->body, header);
}

static void
without_a_bearer_header_nothing_is_shown(void **state)
{
	(void)state;
	EACH_GUARDED(g)
	{
		is_detail(knock(g, NULL), 403, "Not authenticated");
		is_detail(knock(g, "Authorization: Basic dXNlcjpwYXNz"), 403,
			"Invalid authentication credentials");
		is_detail(knock(g, "Authorization: Token x"), 403,
			"Invalid authentication credentials");
	}
}

static void
an_expert_is_refused_what_is_for_administrators(void **state)
{
	(void)state;
	EACH_GUARDED(g)
	if (g->administrators)
		is_refused(knock(g, given_staff("expert")), 403);
}

static void
a_token_of_the_file_store_is_none_here(void **state)
{
	(void)state;
	EACH_GUARDED(g)
	is_refused(knock(g, given_person(SUPERUSER)), 401);
}

static void
a_blocked_account_is_refused_everywhere_at_once(void **state)
{
	(void)state;
	EACH_GUARDED(g)
	{
		const char *who = given_staff("administrator");

		value("update account.account set status = 'blocked' "
		      "where id = (select max(id) from account.account)");
		empty_cache();
		is_refused(knock(g, who), 403);
	}
}

static void
an_account_that_is_gone_has_no_rights(void **state)
{
	(void)state;
	EACH_GUARDED(g)
	{
		const char *who = given_staff("administrator");

		value("delete from account.account "
		      "where id = (select max(id) from account.account)");
		empty_cache();
		is_refused(knock(g, who), g->active ? 404 : 403);
	}
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		EDGE_TEST(an_address_that_is_none_is_422),
		EDGE_TEST(a_body_that_is_no_object_is_422),
		EDGE_TEST(a_name_or_surname_that_is_none_is_422),
		EDGE_TEST(queries_are_read_leniently),
		EDGE_TEST(what_is_wrong_is_said_in_the_language_of_staff),
		EDGE_TEST(without_a_bearer_header_nothing_is_shown),
		EDGE_TEST(an_expert_is_refused_what_is_for_administrators),
		EDGE_TEST(a_token_of_the_file_store_is_none_here),
		EDGE_TEST(a_blocked_account_is_refused_everywhere_at_once),
		EDGE_TEST(an_account_that_is_gone_has_no_rights),
	};

	(void)argc;
	return edge_run("programme", tests, argv);
}
