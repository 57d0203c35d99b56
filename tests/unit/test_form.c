/* The registration form's rules (contracts/programme.md 8.8), and Russian plural forms.
 */
#include "unit.h"

#include "programme/form.h"

static void
a_number_is_read_in_any_usual_spelling(void **state)
{
	static const char *const good[] = {"+7 912 345-67-89", "+79123456789",
		"89123456789", "8 (912) 345-67-89", "9123456789", "79123456789",
		"912.345.67.89"};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		assert_string_equal(phone_read(&c.arena, good[i]), "+7 912 345-67-89");
	assert_string_equal(phone_read(&c.arena, "88005553535"), "+7 800 555-35-35");
}

static void
what_is_no_russian_number_is_refused(void **state)
{
	static const char *const bad[] = {"", "+", "912345678", "91234567890",
		"+8 912 345-67-89", "+1 912 345 67 89", "+380441234567", "1234567890",
		"+7 512 345-67-89", "9 12a 345 67 89", "+7 912 345-67-89+",
		"7+9123456789", "++79123456789", "891234567890000000000000000",
		"９１２３４５６７８９"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_null(phone_read(&c.arena, bad[i]));
}

static void
a_city_keeps_its_own_capitals(void **state)
{
	static const char *const good[] = {"Уфа", "Ростов-на-Дону", "Нижний Новгород",
		"Усть-Илимск", "Комсомольск-на-Амуре", "Орёл", "Великий Новгород",
		"Йошкар-Ола"};
	static const char *const bad[] = {"", "У", "уфа", "УФА", "Уфа-", "-Уфа", "Уфа ",
		"Ростов-нА", "Ростов -на-Дону", "Ростов- на-Дону", "Ufa", "Уфа1",
		"Уфа  Новая", "Уфа--Новая", "Ростов-нане", "Нижний н"};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		assert_string_equal(city_read(&c.arena, good[i]), good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_null(city_read(&c.arena, bad[i]));
}

static struct form
sample(void)
{
	return (struct form){"Анна", "Петрова", "01.02.2012", "Уфа", "9123456789", {0}};
}

static bool
is_good(struct form f)
{
	struct buf wrong = {.arena = &c.arena};

	return form_check(&c, &f, &wrong);
}

static void
an_age_is_counted_to_the_day(void **state)
{
	static const struct {
		const char *today, *born;
		bool good;
	} cases[] = {
		{"2026-11-21T06:00:00Z", "20.11.2023", true},
		{"2026-11-21T06:00:00Z", "21.11.2023", false},
		{"2026-11-21T06:00:00Z", "22.11.2026", false},
		{"2028-02-29T06:00:00Z", "27.02.2025", true},
		{"2028-02-29T06:00:00Z", "28.02.2025", false},
		{"2027-03-01T06:00:00Z", "29.02.2024", true},
		{"2026-11-21T06:00:00Z", "29.02.2023", false},
		{"2026-11-21T06:00:00Z", "31.04.2012", false},
		{"2026-11-21T06:00:00Z", "1.2.2012", true},
		{"2026-11-21T06:00:00Z", "2012-02-01", false},
		{"2026-11-21T06:00:00Z", "01.02.12", false},
		{"2026-11-21T06:00:00Z", "01.02.2012 ", false},
		{"2026-11-21T06:00:00Z", "01.02.0012", false},
		{"2026-11-21T06:00:00Z", "", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct form f = sample();

		assert_true(utc_parse(cases[i].today, &c.now));
		f.date_of_birth = cases[i].born;
		assert_int_equal(is_good(f), cases[i].good);
	}
}

/* A form with this name, surname and city, as it is stored; NULL: refused. */
static const char *
stored(const char *name, const char *surname, const char *city)
{
	struct buf wrong = {.arena = &c.arena};
	struct form f = sample();

	f.name = name;
	f.surname = surname;
	f.city = city;
	return form_check(&c, &f, &wrong)
		       ? arena_fmt(&c.arena, "%s %s, %s", f.name, f.surname, f.city)
		       : NULL;
}

static void
letters_of_every_language_in_cyrillic_are_taken(void **state)
{
	(void)state;
	assert_string_equal(
		stored("Әлфия", "Ҡотлоғужина", "Өфө"), "Әлфия Ҡотлоғужина, Өфө");
	assert_string_equal(stored("Рөстәм", "Ҫәлимов-ҙур", "Йошкар-Ола"),
		"Рөстәм Ҫәлимов-Ҙур, Йошкар-Ола");
	assert_string_equal(
		stored("Ғәзиз", "Їжакевич", "Ҡазан"), "Ғәзиз Їжакевич, Ҡазан");
	assert_string_equal(stored("ГӀамар", "Хьӏаж", "Уфа"), "ГӀамар Хьӏаж, Уфа");
	assert_null(stored("әлфия", "Петрова", "Уфа"));
	assert_null(stored("ӘЛФИЯ", "Петрова", "Уфа"));
	assert_null(stored("Anna", "Петрова", "Уфа"));
	assert_null(stored("Αнна", "Петрова", "Уфа")); /* a Greek letter */
	assert_null(stored("Анна", "Петрова", "өфө"));
}

static void
a_day_that_is_none_is_called_so(void **state)
{
	static const struct {
		const char *born, *words;
	} cases[] = {{"31.02.2010", "no such day"}, {"29.02.2011", "no such day"},
		{"00.01.2010", "no such day"}, {"01.13.2010", "no such day"},
		{"01.02.0012", "year"}, {"2010-02-01", "DD.MM.YYYY"},
		{"01.02.12", "DD.MM.YYYY"}, {"", "DD.MM.YYYY"}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct buf wrong = {.arena = &c.arena};
		struct form f = sample();

		f.date_of_birth = cases[i].born;
		assert_false(form_check(&c, &f, &wrong));
		assert_non_null(strstr(buf_text(&wrong), cases[i].words));
	}
}

static void
a_form_that_is_none_is_empty(void **state)
{
	static const char *const texts[] = {"", "{", "null", "[]", "{\"name\":5}",
		"{\"name\":{\"a\":[]},\"city\":null}"};
	struct form f;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		form_read(&c, texts[i], &f);
		assert_string_equal(f.name, "");
		assert_string_equal(f.city, "");
		assert_false(is_good(f));
	}
	form_read(&c, NULL, &f);
	assert_string_equal(f.phone_number, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_number_is_read_in_any_usual_spelling),
		TEST(what_is_no_russian_number_is_refused),
		TEST(a_city_keeps_its_own_capitals),
		TEST(an_age_is_counted_to_the_day),
		TEST(letters_of_every_language_in_cyrillic_are_taken),
		TEST(a_day_that_is_none_is_called_so),
		TEST(a_form_that_is_none_is_empty),
	};

	if (!utc_clock_open(false, "Asia/Yekaterinburg"))
		return 1;
	conf.programme_min_age = 3;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
