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
		TEST(a_form_that_is_none_is_empty),
	};

	if (!utc_clock_open(false, "Asia/Yekaterinburg"))
		return 1;
	conf.programme_min_age = 3;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
