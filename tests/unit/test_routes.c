/*
 * Every row of every route table: refused without a token, and below its `who`; let in
 * with no more than that. The ids in the paths are nobody's.
 */
#include "edge.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))
#define UNKNOWN "00000000-0000-4000-8000-000000000005"
#define EVERY                                                                          \
	"can_view_file can_download_file can_rename_file can_upload_file "             \
	"can_delete_file can_view_cdnserver can_change_cdnserver can_add_cdnserver "   \
	"can_delete_cdnserver can_view_filesharelink can_add_filesharelink "           \
	"can_delete_filesharelink"

/* A word of the storage face's tables, and the permissions of which one is enough. */
static const struct {
	const char *who, *permissions;
} needed[] = {{"CAN_VIEW_FILE", "can_view_file"},
	{"CAN_GET_FILE", "can_view_file can_download_file"},
	{"CAN_RENAME_FILE", "can_rename_file"}, {"CAN_UPLOAD_FILE", "can_upload_file"},
	{"CAN_DELETE_FILE", "can_delete_file"},
	{"CAN_VIEW_SERVER", "can_view_cdnserver"},
	{"CAN_CHANGE_SERVER", "can_change_cdnserver"},
	{"CAN_ADD_SERVER", "can_add_cdnserver"},
	{"CAN_DELETE_SERVER", "can_delete_cdnserver"},
	{"CAN_VIEW_LINK", "can_view_filesharelink"},
	{"CAN_ADD_LINK", "can_add_filesharelink"},
	{"CAN_DELETE_LINK", "can_delete_filesharelink"}};

static const char *
permissions_of(const struct route *row)
{
	for (size_t i = 0; i < COUNT(needed); i++)
		if (str_eq(needed[i].who, row->who_name))
			return needed[i].permissions;
	return NULL;
}

static bool
is(const struct route *row, const char *words)
{
	return str_in(row->who_name, words);
}

/* The words of `list` that are not in `without`. */
static const char *
words_without(const char *list, const char *without)
{
	const char *out = "";

	while (*list != '\0') {
		size_t n = strcspn(list, " ");
		const char *word = text("%.*s", (int)n, list);

		if (!str_in(word, without))
			out = text("%s %s", out, word);
		list += n + (list[n] == ' ');
	}
	return out + (*out == ' ');
}

/* The row's path with something in each place. */
static const char *
filled(const char *prefix, const struct route *row)
{
	static const struct {
		const char *place, *value;
	} values[] = {{"{uuid}", UNKNOWN}, {"{id}", "1999999999"}, {"{word}", "word"},
		{"{rest}", "a/b"}};
	const char *out = prefix, *at = row->path;

	while (*at != '\0') {
		size_t n = strcspn(at, "{");

		out = text("%s%.*s", out, (int)n, at);
		at += n;
		for (size_t i = 0; i < COUNT(values); i++)
			if (str_starts(at, values[i].place)) {
				out = text("%s%s", out, values[i].value);
				at += strlen(values[i].place);
			}
	}
	return out;
}

static const char *
method_of(const struct route *row)
{
	return row->method == GET     ? "GET"
	       : row->method == POST  ? "POST"
	       : row->method == PUT   ? "PUT"
	       : row->method == PATCH ? "PATCH"
				      : "DELETE";
}

static const struct answer *
ask(const char *prefix, const struct route *row, const char *header)
{
	return call(method_of(row), filled(prefix, row),
		.body = row->method == GET ? NULL : "{}", .headers = {header});
}

/* Calls look() for each row of these faces, under each of their prefixes. */
static void
each_row(const char *names, void (*look)(const char *prefix, const struct route *row))
{
	size_t rows = 0;

	for (const struct face *f = faces; f->name != NULL; f++)
		for (const char *p = f->prefixes; str_in(f->name, names) && *p != '\0';
			p += strcspn(p, " "), p += *p == ' ')
			for (size_t i = 0; i < f->manners->route_count; i++, rows++)
				look(text("%.*s", (int)strcspn(p, " "), p),
					&f->manners->routes[i]);
	assert_true(rows > 0);
}

static void
has_status(const struct route *row, const struct answer *a, bool wanted,
	const char *statuses)
{
	if (str_in(text("%d", a->status), statuses) != wanted)
		fail_msg("%s %s: %d %s", row->name, row->path, a->status, a->body);
}

static void
is_error(const struct route *row, const struct answer *a, const char *status,
	const char *code)
{
	has_status(row, a, true, status);
	assert_string_equal(a->body, text("{\"error\":\"%s\"}", code));
}

#define LET_IN(row, a) has_status(row, a, false, "401 403 404 405")

/* -- the file store and its accounts */

static void
look_without_token(const char *prefix, const struct route *row)
{
	const struct answer *a = ask(prefix, row, NULL);

	assert_true(is(row, "ANYONE SIGNED_IN WITH_REFRESH") ||
		    permissions_of(row) != NULL);
	if (!is(row, "ANYONE"))
		is_error(row, a, "401", "Auth.Error.TokenMissed");
	else if (a->status == 401)
		is_error(row, a, "401", "Login.Error.Credentials");
}

static void
without_a_token_a_storage_route_is_401(void **state)
{
	(void)state;
	each_row("users storage", look_without_token);
}

static void
look_without_permission(const char *prefix, const struct route *row)
{
	const char *own = permissions_of(row);

	if (own != NULL)
		is_error(row, ask(prefix, row, given_person(words_without(EVERY, own))),
			"403", "Auth.Error.NoPermission");
}

static void
with_every_permission_but_its_own_a_storage_route_is_403(void **state)
{
	(void)state;
	each_row("users storage", look_without_permission);
}

static void
look_with_permission(const char *prefix, const struct route *row)
{
	const char *own = permissions_of(row);

	while (own != NULL && *own != '\0') {
		size_t n = strcspn(own, " ");

		LET_IN(row, ask(prefix, row, given_person(text("%.*s", (int)n, own))));
		own += n + (own[n] == ' ');
	}
}

static void
with_its_permission_alone_a_storage_route_lets_one_in(void **state)
{
	(void)state;
	each_row("users storage", look_with_permission);
}

static void
look_as_superuser(const char *prefix, const struct route *row)
{
	if (!is(row, "ANYONE WITH_REFRESH"))
		LET_IN(row, ask(prefix, row, given_person(SUPERUSER)));
}

static void
a_superuser_is_let_in_everywhere(void **state)
{
	(void)state;
	each_row("users storage", look_as_superuser);
}

static void
look_as_staff(const char *prefix, const struct route *row)
{
	if (!is(row, "ANYONE"))
		has_status(row, ask(prefix, row, given_staff("administrator")), true,
			"401");
}

static void
a_token_of_the_programme_opens_no_storage_route(void **state)
{
	(void)state;
	each_row("users storage", look_as_staff);
}

static void
look_at_hook(const char *prefix, const struct route *row)
{
	assert_true(is(row, "WITH_SECRET"));
	has_status(row, ask(prefix, row, NULL), true, "401");
	has_status(row, ask(prefix, row, "Authorization: Bearer x"), true, "401");
	has_status(row, ask(prefix, row, given_person(SUPERUSER)), true, "401");
}

static void
a_hook_opens_to_its_secret_only(void **state)
{
	(void)state;
	each_row("hooks", look_at_hook);
}

/* -- the catalogue */

static void
look_at_catalogue(const char *prefix, const struct route *row)
{
	assert_true(is(row, "ANYONE"));
	has_status(row, ask(prefix, row, NULL), true, "200 404 422");
}

static void
the_catalogue_is_open_to_all(void **state)
{
	(void)state;
	each_row("catalogue", look_at_catalogue);
}

/* -- the programme */

static bool
is_for_staff(const struct route *row)
{
	return is(row, "ANY_STAFF ACTIVE_STAFF ADMINISTRATOR");
}

static void
look_without_header(const char *prefix, const struct route *row)
{
	const struct answer *a = ask(prefix, row, NULL);

	assert_true(is_for_staff(row) || is(row, "ANYONE_AT_ALL TELEGRAM"));
	if (is_for_staff(row)) {
		has_status(row, a, true, "403");
		assert_string_equal(a->body, "{\"detail\":\"Not authenticated\"}");
	} else if (!str_eq(row->name, "programme_get_photo")) {
		has_status(row, a, false, "403"); /* a photo's signature is its key */
	}
}

static void
without_a_header_a_programme_route_is_403(void **state)
{
	(void)state;
	each_row("programme", look_without_header);
}

static void
look_with_bad_token(const char *prefix, const struct route *row)
{
	if (is_for_staff(row))
		has_status(row, ask(prefix, row, "Authorization: Bearer x.y.z"), true,
			"401 422");
}

static void
with_a_bad_token_a_programme_route_is_401_or_422(void **state)
{
	(void)state;
	each_row("programme", look_with_bad_token);
}

static void
look_as_expert(const char *prefix, const struct route *row)
{
	if (!is_for_staff(row))
		return;
	const struct answer *a = ask(prefix, row, given_staff("expert"));

	has_status(row, a, false, "401");
	if (is(row, "ADMINISTRATOR"))
		has_status(row, a, true, "403 422");
}

static void
an_expert_gets_no_further_than_the_table_says(void **state)
{
	(void)state;
	each_row("programme", look_as_expert);
}

static void
look_as_blocked(const char *prefix, const struct route *row)
{
	if (!is_for_staff(row))
		return;
	const char *token = given_staff("administrator");
	number("update account.account set status = 'blocked' "
	       "where id = (select max(id) from account.account)");
	empty_cache();
	has_status(row, ask(prefix, row, token), true, "401 403 422");
}

static void
a_blocked_administrator_gets_nowhere(void **state)
{
	(void)state;
	each_row("programme", look_as_blocked);
}

static void
look_as_administrator(const char *prefix, const struct route *row)
{
	if (!is_for_staff(row))
		return;
	const struct answer *a = ask(prefix, row, given_staff("administrator"));

	has_status(row, a, false, "401 405");
	if (a->status == 403)
		assert_non_null(answer_text(a, "detail"));
}

static void
an_administrator_is_let_in(void **state)
{
	(void)state;
	each_row("programme", look_as_administrator);
}

/* -- people */

static void
is_people_error(const struct route *row, const struct answer *a, const char *status,
	const char *code)
{
	has_status(row, a, true, status);
	assert_string_equal(answer_text(a, "error"), code);
	assert_non_null(answer_text(a, "detail"));
}

static void
look_at_people_without_token(const char *prefix, const struct route *row)
{
	assert_true(is(row, "ANYONE SOFT SIGNED_IN WITH_REFRESH MODERATOR MANAGER"));
	if (is(row, "ANYONE"))
		return;
	if (is(row, "SOFT"))
		has_status(row, ask(prefix, row, NULL), false, "401 403");
	else
		is_people_error(row, ask(prefix, row, NULL), "401", "Auth.Unsigned");
	is_people_error(row, ask(prefix, row, "Authorization: Bearer x.y.z"), "401",
		"Auth.Unsigned");
	has_status(row, ask(prefix, row, given_person(SUPERUSER)), true, "401");
	has_status(row, ask(prefix, row, given_staff("administrator")), true, "401");
}

static void
without_a_token_of_its_own_a_people_route_is_401(void **state)
{
	(void)state;
	each_row("people", look_at_people_without_token);
}

static void
look_at_people_as_member(const char *prefix, const struct route *row)
{
	if (is(row, "MODERATOR MANAGER"))
		is_people_error(row, ask(prefix, row, given_member(EVERY)), "403",
			"Auth.NoPermission");
	if (is(row, "MODERATOR"))
		has_status(row, ask(prefix, row, given_member("can_moderate")), false,
			"401 403");
	if (is(row, "MANAGER"))
		is_people_error(row, ask(prefix, row, given_member("can_moderate")),
			"403", "Auth.NoPermission");
	if (is(row, "SIGNED_IN"))
		has_status(row, ask(prefix, row, given_member("")), false, "401 403");
}

static void
look_at_people_as_manager(const char *prefix, const struct route *row)
{
	if (!is(row, "ANYONE WITH_REFRESH")) {
		has_status(row, ask(prefix, row, given_member("can_manage_people")),
			false, "401 403 405");
		has_status(row, ask(prefix, row, given_member(SUPERUSER)), false,
			"401 403 405");
	}
}

static void
people_are_managed_by_those_who_may(void **state)
{
	(void)state;
	each_row("people", look_at_people_as_member);
	each_row("people", look_at_people_as_manager);
}

/* -- the console */

/* A word of its table, and somebody of whom it holds. */
static const struct {
	const char *who, *permissions, *role;
} console_needs[] = {{"SIGNED_IN", "", NULL}, {"STAFF", "", "expert"},
	{"ADMINISTRATOR", "", "administrator"}, {"OPERATOR", "can_operate", NULL},
	{"MANAGER", "can_manage_people", NULL}, {"FILE_VIEWER", "can_view_file", NULL},
	{"FILE_READER", "can_download_file", NULL},
	{"FILE_UPLOADER", "can_upload_file", NULL},
	{"FILE_RENAMER", "can_rename_file", NULL},
	{"FILE_DELETER", "can_delete_file", NULL},
	{"FILE_SHARER", "can_add_filesharelink", NULL},
	{"MODERATOR", "can_moderate", NULL}, {"EDITOR", "can_edit_catalogue", NULL},
	{"CARD_VIEWER", "can_view_cards", NULL},
	{"CARD_EDITOR", "can_edit_cards", NULL},
	{"CARD_WITHDRAWER", "can_withdraw_card", NULL}};

static const struct answer *
ask_console(const char *prefix, const struct route *row, const char *cookie)
{
	return call(method_of(row), filled(prefix, row),
		.body = row->method == GET ? NULL : "{}",
		.headers = {SAME_ORIGIN, cookie});
}

static void
look_at_console_outside(const char *prefix, const struct route *row)
{
	const char *of_others[] = {given_person(SUPERUSER),
		given_staff("administrator"), given_member(SUPERUSER),
		"Cookie: samovar=x", "Cookie: samovar="};

	if (is(row, "ANYONE"))
		return;
	is_people_error(row, ask_console(prefix, row, NULL), "401", "Auth.Unsigned");
	for (size_t i = 0; i < COUNT(of_others); i++)
		is_people_error(row, ask_console(prefix, row, of_others[i]), "401",
			"Auth.Unsigned");
}

static void
the_console_opens_to_its_own_cookie_only(void **state)
{
	(void)state;
	each_row("console", look_at_console_outside);
}

static void
look_at_console_from_elsewhere(const char *prefix, const struct route *row)
{
	static const char *const origins[] = {NULL, "Sec-Fetch-Site: cross-site",
		"Sec-Fetch-Site: same-site", "Sec-Fetch-Site: none",
		"Origin: http://evil.example", "Origin: null",
		"Origin: http://localhost.evil.example", "Origin: http://localhost:81"};
	const char *cookie = given_console(SUPERUSER, NULL);

	for (size_t i = 0; i < COUNT(origins) && row->method != GET; i++)
		is_people_error(row,
			call(method_of(row), filled(prefix, row), .body = "{}",
				.headers = {cookie, origins[i]}),
			"403", "Request.Origin");
}

static void
nothing_changes_by_the_page_of_another_site(void **state)
{
	(void)state;
	each_row("console", look_at_console_from_elsewhere);
}

static void
look_at_console_inside(const char *prefix, const struct route *row)
{
	size_t found = 0;

	for (size_t i = 0; i < COUNT(console_needs); i++) {
		const char *who = console_needs[i].who;
		const struct answer *a = ask_console(prefix, row,
			given_console(
				console_needs[i].permissions, console_needs[i].role));
		bool fits = is(row, who) || is(row, "ANYONE SIGNED_IN") ||
			    (is(row, "STAFF") && str_eq(who, "ADMINISTRATOR"));

		found += is(row, who);
		if (fits)
			has_status(row, a, false, "403 405");
		else
			is_people_error(row, a, "403", "Auth.NoPermission");
	}
	assert_true(found == 1 || is(row, "ANYONE"));
	has_status(row, ask_console(prefix, row, given_console(SUPERUSER, NULL)), false,
		"403 405");
}

static void
a_row_of_the_console_lets_in_whom_it_names(void **state)
{
	(void)state;
	each_row("console", look_at_console_inside);
}

/* -- cards: tokens of people, a permission a group of routes */

#define CARDS "can_view_cards can_edit_cards can_withdraw_card can_edit_card_layouts"

static const struct {
	const char *who, *permission;
} card_rights[] = {{"CARD_VIEWER", "can_view_cards"}, {"CARD_EDITOR", "can_edit_cards"},
	{"CARD_WITHDRAWER", "can_withdraw_card"},
	{"LAYOUT_EDITOR", "can_edit_card_layouts"}};

static void
look_at_cards(const char *prefix, const struct route *row)
{
	const char *permission = NULL;

	if (is(row, "ANYONE"))
		return;
	for (size_t i = 0; i < COUNT(card_rights); i++)
		if (str_eq(card_rights[i].who, row->who_name))
			permission = card_rights[i].permission;
	is_people_error(row, ask(prefix, row, NULL), "401", "Auth.Unsigned");
	has_status(row, ask(prefix, row, given_person(SUPERUSER)), true, "401");
	has_status(row, ask(prefix, row, given_staff("administrator")), true, "401");
	has_status(
		row, ask(prefix, row, given_member(SUPERUSER)), false, "401 403 405");
	if (permission == NULL) {
		assert_true(is(row, "SIGNED_IN"));
		has_status(row, ask(prefix, row, given_member("")), false, "401 403");
		return;
	}
	is_people_error(row,
		ask(prefix, row, given_member(words_without(CARDS, permission))), "403",
		"Auth.NoPermission");
	has_status(
		row, ask(prefix, row, given_member(permission)), false, "401 403 405");
}

static void
cards_are_kept_by_those_who_may(void **state)
{
	(void)state;
	each_row("cards verify", look_at_cards);
}

/* -- what is no text, in every body: two names would be one, and a file replace another
 */

static void
look_at_halves(const char *prefix, const struct route *row)
{
	static const char *const halves[] = {"\"\\ud800\"", "\"caf\\udce9.txt\"",
		"\"\\udc00\\ud800\"", "\"a\\uDBFF\""};
	static const char *const bodies[] = {
		"{\"name\":%s}", "{\"a\":{\"b\":[%s]}}", "{%s:1}"};
	bool programme = str_starts(prefix, "/api");

	if (row->in == &NO_BODY || (row->flags & QUERY) != 0)
		return;
	const char *token =
		programme ? given_staff("administrator") : given_person(SUPERUSER);
	for (size_t i = 0; i < COUNT(halves) * COUNT(bodies); i++) {
		const char *body = bodies[i % COUNT(bodies)], *s = strstr(body, "%s"),
			   *half = halves[i / COUNT(bodies)];
		const struct answer *a = call(method_of(row), filled(prefix, row),
			.body = text("%.*s%s%s", (int)(s - body), body, half, s + 2),
			.headers = {token});

		has_status(row, a, true, programme ? "422" : "400");
		assert_non_null(
			strstr(a->body, programme ? "Половина символа" : "surrogate"));
	}
}

static void
half_a_surrogate_pair_is_refused_in_every_body(void **state)
{
	(void)state;
	each_row("users storage programme", look_at_halves);
}

/* A new face: say above who may call what. */
static void
every_face_is_looked_at(void **state)
{
	(void)state;
	for (const struct face *f = faces; f->name != NULL; f++)
		assert_true(str_in(f->name,
			"users storage hooks programme store ops catalogue people "
			"messenger console cards verify"));
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		EDGE_TEST(every_face_is_looked_at),
		EDGE_TEST(without_a_token_a_storage_route_is_401),
		EDGE_TEST(with_every_permission_but_its_own_a_storage_route_is_403),
		EDGE_TEST(with_its_permission_alone_a_storage_route_lets_one_in),
		EDGE_TEST(a_superuser_is_let_in_everywhere),
		EDGE_TEST(a_token_of_the_programme_opens_no_storage_route),
		EDGE_TEST(a_hook_opens_to_its_secret_only),
		EDGE_TEST(the_catalogue_is_open_to_all),
		EDGE_TEST(without_a_token_of_its_own_a_people_route_is_401),
		EDGE_TEST(people_are_managed_by_those_who_may),
		EDGE_TEST(cards_are_kept_by_those_who_may),
		EDGE_TEST(without_a_header_a_programme_route_is_403),
		EDGE_TEST(with_a_bad_token_a_programme_route_is_401_or_422),
		EDGE_TEST(an_expert_gets_no_further_than_the_table_says),
		EDGE_TEST(a_blocked_administrator_gets_nowhere),
		EDGE_TEST(an_administrator_is_let_in),
		EDGE_TEST(the_console_opens_to_its_own_cookie_only),
		EDGE_TEST(nothing_changes_by_the_page_of_another_site),
		EDGE_TEST(a_row_of_the_console_lets_in_whom_it_names),
		EDGE_TEST(half_a_surrogate_pair_is_refused_in_every_body),
	};

	(void)argc;
	return edge_run("routes", tests, argv);
}
