/* The film catalogue: what is refused, value by value. */
#include "edge.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))
#define BASE "/movies/api/v1"
#define NOWHERE "00000000-0000-4000-8000-000000000005"

static const struct answer *
refused(const char *path, int status, const char *code)
{
	const struct answer *a = call("GET", text(BASE "%s", path));

	if (a->status != status || !str_eq(answer_text(a, "error"), code) ||
		answer_text(a, "detail") == NULL)
		fail_msg("%s: %d %s", path, a->status, a->body);
	return a;
}

static void
wrong_input_is_refused(void **state)
{
	const char *const paths[] = {"/films/nonsense", "/genres/1", "/persons/x/film",
		"/films?sort=title", "/films?genre=x", "/films?similar=1",
		"/films?page_number=0", "/films?page_number=x", "/films?page_size=101",
		"/films?page_size=0", "/films?page[size]=1e9",
		"/films?page_number=99999999999999999999", "/films/search",
		"/films/search?query=", "/films/search?query=%20%20", "/persons/search",
		"/films/search?query=%FF%FE", text("/films/search?query=%0*d", 201, 0)};

	(void)state;
	for (size_t i = 0; i < COUNT(paths); i++)
		refused(paths[i], 422, "Request.Error.Validation");
}

static void
what_is_not_there_is_named_and_not_kept(void **state)
{
	static const struct {
		const char *path, *code, *detail;
	} missing[] = {{"/films/" NOWHERE, "Film.NotFound", "film not found"},
		{"/genres/" NOWHERE, "Genre.NotFound", "genre not found"},
		{"/persons/" NOWHERE, "Person.NotFound", "person not found"},
		{"/persons/" NOWHERE "/film", "Person.NotFound", "person not found"}};

	(void)state;
	for (size_t i = 0; i < 2 * COUNT(missing); i++)
		assert_string_equal(answer_text(refused(missing[i / 2].path, 404,
							missing[i / 2].code),
					    "detail"),
			missing[i / 2].detail);
}

static void
addresses_and_methods_that_there_are_not(void **state)
{
	(void)state;
	refused("/actors", 404, "Not Found");
	assert_int_equal(call("POST", BASE "/films", .body = "{}")->status, 405);
	assert_int_equal(call("HEAD", BASE "/films")->status, 200);
	assert_int_equal(call("GET", BASE "/films/")->status, 200);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		EDGE_TEST(wrong_input_is_refused),
		EDGE_TEST(what_is_not_there_is_named_and_not_kept),
		EDGE_TEST(addresses_and_methods_that_there_are_not),
	};

	(void)argc;
	return edge_run("catalogue", tests, argv);
}
