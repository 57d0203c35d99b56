/* Every kind of message, as the Bot API gets it: contracts/programme.md 9.7. */
#include "unit.h"

#include <json-c/json.h>
#include <libintl.h>
#include <unistd.h>

#include "base/conf.h"
#include "base/field.h"
#include "base/json.h"
#include "base/language.h"
#include "programme/text.h"

/* The catalogue that the build has made. */
static bool
catalogue_open(const char *language)
{
	conf.site_locale_directory = BUILDDIR "/po";
	conf.site_language = language;
	language_open();
	return access(arena_fmt(&c.arena, BUILDDIR "/po/%s/LC_MESSAGES/samovar.mo",
			      language),
		       R_OK) == 0;
}

static void
russian_has_three_plural_forms(void **state)
{
	static const struct {
		unsigned long n;
		const char *word;
	} words[] = {{0, "ломбарьерчиков"}, {1, "ломбарьерчик"}, {2, "ломбарьерчика"},
		{4, "ломбарьерчика"}, {5, "ломбарьерчиков"}, {11, "ломбарьерчиков"},
		{12, "ломбарьерчиков"}, {14, "ломбарьерчиков"}, {21, "ломбарьерчик"},
		{22, "ломбарьерчика"}, {111, "ломбарьерчиков"}, {112, "ломбарьерчиков"},
		{121, "ломбарьерчик"}};

	(void)state;
	assert_true(catalogue_open("ru"));
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		assert_string_equal(
			ngettext("lombaryer", "lombaryers", words[i].n), words[i].word);
}

static void
english_has_two(void **state)
{
	(void)state;
	assert_true(catalogue_open("en"));
	assert_string_equal(ngettext("lombaryer", "lombaryers", 1), "lombaryer");
	assert_string_equal(ngettext("lombaryer", "lombaryers", 21), "lombaryers");
}

/* A message of this kind and payload; its parameter `name` as text. */
static const char *
said(const char *kind, const char *payload, const char *method, const char *name)
{
	const struct message m = {
		.id = 1, .chat_id = 5, .kind = kind, .payload = payload};
	struct json_object *json, *value;
	struct bot_call call;

	assert_int_equal(text_of_message(&c, &m, &call), OK);
	assert_string_equal(call.method, method);
	assert_int_equal(json_read(&c, call.params, strlen(call.params), &json), OK);
	assert_true(json_object_object_get_ex(json, name, &value));
	return json_object_get_string(value);
}

static const char *
text(const char *kind, const char *payload)
{
	return said(kind, payload, "sendMessage", "text");
}

static int
in_russian(void **state)
{
	return begin(state) != 0 || !catalogue_open("ru");
}

static void
has(const char *whole, const char *part)
{
	if (strstr(whole, part) == NULL)
		fail_msg("\"%s\" is not in \"%s\"", part, whole);
}

static void
lacks(const char *whole, const char *part)
{
	if (strstr(whole, part) != NULL)
		fail_msg("\"%s\" is in \"%s\"", part, whole);
}

static void
the_days_task(void **state)
{
	static const char payload[] =
		"{\"name\":\"Анна\",\"title\":\"подмести\",\"url\":\"/static/a.jpg\"}";
	static const char missed[] = "{\"name\":\"Анна\",\"title\":\"подмести\","
				     "\"url\":\"/a\",\"missed\":true}";

	(void)state;
	has(said("task", payload, "sendPhoto", "caption"), "Анна");
	has(said("task", payload, "sendPhoto", "caption"), "подмести");
	lacks(said("task", payload, "sendPhoto", "caption"), "Вчерашнее");
	has(said("task", missed, "sendPhoto", "caption"), "Вчерашнее");
	assert_string_equal(said("task", payload, "sendPhoto", "photo"),
		"https://example.org/static/a.jpg");
	has(said("task", payload, "sendPhoto", "reply_markup"), "Баланс ломбарьеров");
}

static void
a_greeting_is_that_of_the_hour(void **state)
{
	static const struct {
		const char *now, *words;
	} cases[] = {{"2026-11-21T03:00:00Z", "Доброе утро, Анна!"},
		{"2026-11-21T06:59:00Z", "Доброе утро, Анна!"},
		{"2026-11-21T07:00:00Z", "Добрый день, Анна!"},
		{"2026-11-21T13:00:00Z", "Добрый вечер, Анна!"}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_true(utc_parse(cases[i].now, &c.now));
		has(said("task", "{\"name\":\"Анна\",\"title\":\"x\",\"url\":\"/a\"}",
			    "sendPhoto", "caption"),
			cases[i].words);
	}
}

/* The review was at 07:59, and Telegram took its message a minute and more later. */
static void
nobody_is_told_of_an_hour_that_has_passed(void **state)
{
	static const char before[] = "2026-11-21T02:59:59Z",
			  after[] = "2026-11-21T03:02:00Z";
	struct utc until;

	(void)state;
	assert_true(utc_parse("2026-11-21T03:00:00Z", &until));
	for (int left = 0; left < 2; left++) {
		const char *payload = arena_fmt(&c.arena,
			"{\"date\":\"20.11.2026\",\"more\":true,\"current\":true,"
			"\"left\":%d,\"until\":%lld}",
			left, (long long)until.us);

		assert_true(utc_parse(before, &c.now));
		has(text("report_declined", payload),
			left > 0 ? "до 08:00 21.11.2026: осталась 1 попытка"
				 : "Попыток больше нет");
		assert_true(utc_parse(after, &c.now));
		lacks(text("report_declined", payload), "08:00");
		lacks(text("report_declined", payload), "опыт");
	}
}

static void
notices_to_one_person(void **state)
{
	(void)state;
	has(text("remind", "{\"name\":\"Анна\",\"surname\":\"Белых\"}"), "Анна Белых");
	has(text("excluded", "{}"), "contact@example.org");
	has(text("approved", "{\"name\":\"Анна\",\"surname\":\"Белых\",\"date\":\"01."
			     "02.2027\"}"),
		"01.02.2027 в 08:00");
	has(text("moved", "{\"date\":\"01.02.2027\"}"), "01.02.2027 в 08:00");
	assert_string_equal(text("declined", "{\"text\":\"Слишком рано: %s\"}"),
		"Слишком рано: %s");
	has(text("declined", "{}"), "https://example.org/group");
}

static void
hours_are_those_of_the_settings(void **state)
{
	(void)state;
	conf.programme_new_task_hour = 9;
	has(text("moved", "{\"date\":\"01.02.2027\"}"), "09:00");
	has(text("report_approved", "{\"date\":\"01.02.2027\",\"more\":true}"),
		"09:00");
	conf.programme_new_task_hour = 8;
}

static void
a_review_is_told_with_what_may_still_be_done(void **state)
{
	static const char *const words[] = {"осталась 1 попытка", "осталось 2 попытки",
		"осталось 5 попыток", "осталось 11 попыток", "осталась 21 попытка"};
	static const int left[] = {1, 2, 5, 11, 21};

	(void)state;
	has(text("report_approved", "{\"date\":\"01.02.2027\",\"more\":true}"),
		"от 01.02.2027 принят");
	has(text("report_approved", "{\"date\":\"01.02.2027\",\"more\":true}"),
		"08:00");
	lacks(text("report_approved", "{\"date\":\"01.02.2027\"}"), "08:00");
	for (size_t i = 0; i < sizeof(left) / sizeof(*left); i++)
		has(text("report_declined", arena_fmt(&c.arena,
						    "{\"date\":\"01.02.2027\",\"more\":"
						    "true,\"current\":true,"
						    "\"left\":%d}",
						    left[i])),
			words[i]);
	has(text("report_declined", "{\"date\":\"01.02.2027\",\"more\":true,"
				    "\"current\":true,\"left\":0}"),
		"Попыток больше нет");
	lacks(text("report_declined",
		      "{\"date\":\"01.02.2027\",\"more\":true,\"left\":2}"),
		"попытки");
}

static void
a_farewell_knows_four_words_and_leaves_all_else(void **state)
{
	(void)state;
	assert_string_equal(
		text("final", "{\"name\":\"Анна\",\"surname\":\"Белых\",\"points\":22,"
			      "\"template\":\"{name} {surname}: {numbers_lombaryers} "
			      "{lombaryers_case}! {x} {} {name {{name}} %s }{\"}"),
		"Анна Белых: 22 ломбарьерчика! {x} {} {name {Анна} %s }{");
}

static void
answers_and_notes(void **state)
{
	(void)state;
	assert_string_equal(text("text", "{\"text\":\"да\"}"), "да");
	has(said("text",
		    "{\"text\":\"да\",\"markup\":\"{\\\"remove_keyboard\\\":true}\"}",
		    "sendMessage", "reply_markup"),
		"true");
	assert_string_equal(said("edit", "{\"text\":\"да\",\"message_id\":7}",
				    "editMessageText", "message_id"),
		"7");
	assert_string_equal(said("note", "{\"text\":\"да\",\"query\":\"q\"}",
				    "answerCallbackQuery", "callback_query_id"),
		"q");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(russian_has_three_plural_forms),
		TEST(english_has_two),
		cmocka_unit_test_setup_teardown(the_days_task, in_russian, end),
		cmocka_unit_test_setup_teardown(
			a_greeting_is_that_of_the_hour, in_russian, end),
		cmocka_unit_test_setup_teardown(
			nobody_is_told_of_an_hour_that_has_passed, in_russian, end),
		cmocka_unit_test_setup_teardown(notices_to_one_person, in_russian, end),
		cmocka_unit_test_setup_teardown(
			a_review_is_told_with_what_may_still_be_done, in_russian, end),
		cmocka_unit_test_setup_teardown(
			a_farewell_knows_four_words_and_leaves_all_else, in_russian,
			end),
		cmocka_unit_test_setup_teardown(
			hours_are_those_of_the_settings, in_russian, end),
		cmocka_unit_test_setup_teardown(answers_and_notes, in_russian, end),
	};

	if (!utc_clock_open(false, "Asia/Yekaterinburg"))
		return 1;
	conf.site_url = "https://example.org";
	conf.mail_from = "contact@example.org";
	conf.programme_group_url = "https://example.org/group";
	conf.programme_new_task_hour = 8;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
