/* Addresses of databases as older environment files have them. */
#include "unit.h"

#include "base/db_url.h"

static void
each_piece_is_found(void **state)
{
	static const struct {
		const char *url, *pieces[5];
	} urls[] = {{"postgresql://u:p%40ss@db.example:5433/bca?x=1",
			    {"u", "p@ss", "db.example", "5433", "bca"}},
		{"postgresql+psycopg2://u@h/n", {"u", "", "h", "", "n"}},
		{"postgres://h", {"", "", "h", "", ""}},
		{"postgresql://u:a@b@h/n", {"u", "a@b", "h", "", "n"}},
		{"postgresql:///n", {"", "", "", "", "n"}}};
	char out[64];

	(void)state;
	for (size_t i = 0; i < sizeof(urls) / sizeof(*urls); i++)
		for (int k = URL_USER; k <= URL_NAME; k++) {
			assert_true(db_url_piece(
				urls[i].url, (enum db_url_piece)k, out, sizeof(out)));
			assert_string_equal(out, urls[i].pieces[k]);
		}
}

static void
other_kinds_are_refused(void **state)
{
	char out[8];

	(void)state;
	assert_false(db_url_piece("sqlite:///x.db", URL_NAME, out, sizeof(out)));
	assert_false(db_url_piece("", URL_HOST, out, sizeof(out)));
	assert_false(db_url_piece(
		"postgresql://h/a-name-that-is-long", URL_NAME, out, sizeof(out)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(each_piece_is_found),
		cmocka_unit_test(other_kinds_are_refused)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
