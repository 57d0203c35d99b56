/* The console: the set of films in force, the one before, and why a search finds what.
 */
#include "console.h"

/* A set of these titles, in place of the one in force; ids are made of the titles. */
static void
given_set(const char *source, const char *titles)
{
	value("select catalogue.load_open('%s', 'test')", source);
	value("insert into catalogue_next.raw_film (id, title, rating) select "
	      "md5(title)::uuid::text, title, 5 from unnest('{%s}'::text[]) title",
		titles);
	value("select catalogue.load_films()");
	value("select catalogue.load_people()");
	value("select catalogue.load_spelling()");
	value("select catalogue.load_indexes()");
	value("select catalogue.load_publish('%s')", source);
}

static const char *
source_of(const struct answer *a, const char *which)
{
	struct json_object *edition = json_member(a->json, which, json_type_object);

	return edition == NULL ? NULL : json_text(edition, "source");
}

static const struct answer *
back_to(int64_t edition, const char *cookie)
{
	return post("/catalogue/back", text("{\"edition\":%lld}", (long long)edition),
		cookie);
}

/* Who asks for the same again, or has looked before somebody else asked, undoes
 * nothing. */
static void
the_set_before_comes_back(void **state)
{
	(void)state;
	const char *editor = given_console("can_edit_catalogue", NULL);
	const struct answer *a = get("/catalogue", editor);

	assert_null(source_of(a, "now"));
	is_error(back_to(1, editor), 404, "Catalogue.NothingBefore");
	given_set("first.csv", "Alien,Solaris");
	/* What was there before the first load is no set. */
	is_error(back_to(1, editor), 404, "Catalogue.NothingBefore");
	given_set("second.csv", "Stalker");
	a = get("/catalogue", editor);
	assert_string_equal(source_of(a, "now"), "second.csv");
	assert_string_equal(source_of(a, "before"), "first.csv");
	for (int i = 0; i < 2; i++) {
		assert_int_equal(back_to(i + 1, editor)->status, 200);
		is_error(back_to(i + 1, editor), 412, "Console.Changed");
		a = get("/catalogue", editor);
		assert_string_equal(
			source_of(a, "now"), i == 0 ? "first.csv" : "second.csv");
		assert_string_equal(
			source_of(a, "before"), i == 0 ? "second.csv" : "first.csv");
		assert_int_equal(
			number("select count(*) from catalogue.film"), i == 0 ? 2 : 1);
	}
	assert_int_equal(number("select again_of from catalogue.edition order by id "
				"desc limit 1"),
		2);
	assert_int_equal(number("select count(*) from account.audit where action = "
				"'catalogue.back'"),
		2);
}

/* A load that runs holds the lock of its connection. */
static void
nothing_comes_back_while_a_load_runs(void **state)
{
	(void)state;
	const char *editor = given_console("can_edit_catalogue", NULL);

	given_set("first.csv", "Alien");
	given_set("second.csv", "Stalker");
	value("select pg_advisory_lock(7250100)");
	int64_t before = number("select id from catalogue.edition_before");
	const struct answer *a = back_to(before, editor);

	value("select pg_advisory_unlock(7250100)");
	is_error(a, 409, "Catalogue.Loading");
	assert_int_equal(back_to(before, editor)->status, 200);
}

static void
a_hit_says_why_it_is_there(void **state)
{
	(void)state;
	const char *editor = given_console("can_edit_catalogue", NULL);

	given_set("films.csv", "Face/Off,The Alien,Alien,Aliens and Robots");
	const struct answer *a = get("/catalogue/films?query=alien&limit=2", editor);
	struct json_object *first = json_object_array_get_idx(
				   json_member(a->json, "data", json_type_array), 0),
			   *word = json_object_array_get_idx(
				   json_member(first, "words", json_type_array), 0);

	assert_string_equal(json_text(first, "title"), "Alien");
	assert_true(json_object_get_boolean(
		json_member(first, "is_title", json_type_boolean)));
	assert_string_equal(json_text(word, "in"), "title");
	assert_int_equal(json_number(a->json, "next"), 2);
	a = get("/catalogue/films?query=alien&limit=2&after=2", editor);
	assert_int_equal(
		json_object_array_length(json_member(a->json, "data", json_type_array)),
		1);
	assert_non_null(
		strstr(get("/catalogue/films?query=faceof", editor)->body, "Face/Off"));
	assert_non_null(
		strstr(get("/catalogue/films?query=robots+nobody", editor)->body,
			"\"in\" : null"));
	assert_int_equal(json_object_array_length(json_member(
				 get("/catalogue/films?limit=3", editor)->json, "data",
				 json_type_array)),
		3);
	assert_int_equal(
		json_number(get("/catalogue/films?limit=3", editor)->json, "next"), 3);
}

static void
others_are_not_let_in(void **state)
{
	(void)state;
	const char *other = given_console("can_view_film", NULL);

	is_error(get("/catalogue", other), 403, "Auth.NoPermission");
	is_error(get("/catalogue/films", other), 403, "Auth.NoPermission");
	is_error(back_to(1, other), 403, "Auth.NoPermission");
	is_error(get("/catalogue/films?after=-1",
			 given_console("can_edit_catalogue", NULL)),
		422, "Request.Validation");
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		EDGE_TEST(the_set_before_comes_back),
		EDGE_TEST(nothing_comes_back_while_a_load_runs),
		EDGE_TEST(a_hit_says_why_it_is_there),
		EDGE_TEST(others_are_not_let_in),
	};

	(void)argc;
	return edge_run("console_catalogue", tests, argv);
}
