#include "unit.h"

#include <json-c/json.h>

#include "base/field.h"
#include "base/json.h"
#include "base/hash.h"
#include "base/unicode.h"

static void
what_looks_the_same_becomes_the_same(void **state)
{
	static const struct {
		const char *given, *normal;
	} cases[] = {{"", ""}, {"a.txt", "a.txt"}, {"зимний ёж", "зимний ёж"},
		{"зимнии\u0306 е\u0308ж", "зимний ёж"}, {"e\u0301lan", "\u00e9lan"},
		{"\u1112\u1161\u11ab", "\ud55c"}, {"\u2126", "\u03a9"},
		{"q\u0307\u0323", "q\u0323\u0307"},
		{"\U0001F468\u200d\U0001F469\u200d\U0001F467",
			"\U0001F468\u200d\U0001F469\u200d\U0001F467"}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_string_equal(
			unicode_nfc(&c.arena, cases[i].given), cases[i].normal);
}

static const char *
marks(int count)
{
	struct buf b = {.arena = &c.arena};

	buf_add(&b, "a");
	for (int i = 0; i < count; i++)
		buf_add(&b, i % 2 == 0 ? "\u0301" : "\u0323");
	return buf_text(&b);
}

static void
what_no_language_has_is_no_text(void **state)
{
	(void)state;
	assert_non_null(unicode_nfc(&c.arena, marks(30)));
	assert_null(unicode_nfc(&c.arena, marks(31)));
	assert_null(
		unicode_nfc(&c.arena, "\xD0\x9F\xC0\xB5")); /* an overlong sequence */
}

static void
names_keep_what_people_write(void **state)
{
	static const char *const good[] = {"a.txt", "зимний ёж (2).jpg",
		"no\u00a0break", "\u3000", "\uff46\uff55\uff4c\uff4c",
		"'; drop table x; --",
		/* families, a rainbow flag, a keycap, Scotland, a heart */
		"\U0001F468\u200d\U0001F469\u200d\U0001F467 family",
		"\U0001F469\U0001F3FD\u200d\U0001F4BB",
		"\U0001F3F3\uFE0F\u200d\U0001F308", "1\uFE0F\u20E3",
		"\U0001F3F4\U000E0067\U000E0062\U000E0073\U000E0063\U000E0074"
		"\U000E007F",
		"\u2764\uFE0F",
		/* Persian, Hindi, Bengali, Sinhala, Khmer; Hebrew with a mark */
		"\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\u0647\u200d.",
		"\u0915\u094d\u200d\u0937", "\u0930\u200d\u09cd\u09af",
		"\u0dc1\u0dca\u200d\u0dbb\u0dd3", "\u1781\u17d2\u1798\u200b\u1794",
		"\u05d0(1)\u200e.txt",
		/* variants of Han and Mongolian */
		"\u845b\U000E0100", "\u182d\u180b"};
	static const char *const bad[] = {"a\nb", "a\tb", "\x7f",
		"a\xc2\x85"
		"b",
		"a\u2028b", "a\u2029b", "exe.\u202egpj", "\u202a", "\u2066a\u2069",
		"\u2068"};
	static const char *const unseen[] = {"a\u200bb", "\ufeff", "a\ufeffb",
		"a\u2060", "a\u00adb", "a\u200eb", "a\u200d", "a\u200cb", "\U000E0041",
		"a\U000E0041", "\U0001F3F4\U000E0067", "\U0001F3F4\U000E007F",
		"a\uFE0F", "1\uFE0F", "1\uFE0F1", "a\uFE00", "a\U000E0100",
		"\u2764\uFE0F\uFE0F", "a\ufffe", "a\ufdd0", "a\U0001FFFF", "a\ufff9",
		"\u3164", "\u115f", "\u034f", "\u180e", "a\u180b", "\u200f",
		"\u0645\u200c\u200c\u0645", "\u0645\u200c", "\U0001F468\u200d",
		"\u200d\U0001F468", "\u2062", "\U000E0001"};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		if (unicode_name_fault(&c.arena, good[i]) != NULL)
			fail_msg("%s: %s", good[i],
				unicode_name_fault(&c.arena, good[i]));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_non_null(unicode_name_fault(&c.arena, bad[i]));
	for (size_t i = 0; i < sizeof(unseen) / sizeof(*unseen); i++)
		if (unicode_unseen(unseen[i]) == 0)
			fail_msg("%zu: %s is taken", i, unseen[i]);
	assert_string_equal(unicode_name_fault(&c.arena, "a\U000E0041"),
		"must not have characters that cannot be seen (U+E0041)");
}

static void
blanks_are_blanks(void **state)
{
	static const struct {
		const char *text, *all, *inside, *single;
	} cases[] = {{"", "", "", ""}, {"a", "a", "a", "a"},
		{"a\u00a0b", "a b", "a b", "a b"},
		{"\u3000a \u2003b\u202f", " a  b ", "a  b", "a b"},
		{" \u00a0 ", "   ", "", ""}, {"\u2800ё  ж", " ё  ж", "ё  ж", "ё ж"}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *text = cases[i].text;

		assert_string_equal(
			unicode_plain_blanks(&c.arena, text, BLANKS_ALL), cases[i].all);
		assert_string_equal(unicode_plain_blanks(&c.arena, text, BLANKS_INSIDE),
			cases[i].inside);
		assert_string_equal(unicode_plain_blanks(&c.arena, text, BLANKS_SINGLE),
			cases[i].single);
	}
}

static void
user_names_hide_nothing(void **state)
{
	static const char *const good[] = {"anna", "anna.petrova@example.com",
		"Anna Petrova", "a_b-c~!", "\u00e9lan", "ёлка77", "Анна-Мария",
		"한국어", "日本語のab", "ελένη"};
	static const char *const bad[] = {"anna\u00a0", "\u3000anna", "an\u200bna",
		"\u2060anna", "anna\u202e", "\u200eanna", "ann\uff41", "\u0430nna",
		"\u0430nn\u0430 petrov", "admi\u0578", "an\u0338na\u200d", "\U0001F600",
		"\u0661\u0967", "anna\ufeff", "a\u00adb", "\u2460"};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		if (unicode_identifier_fault(&c.arena, good[i]) != NULL)
			fail_msg("%s: %s", good[i],
				unicode_identifier_fault(&c.arena, good[i]));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (unicode_identifier_fault(&c.arena, bad[i]) == NULL)
			fail_msg("%s is taken", bad[i]);
}

static bool
looks_like(const char *a, const char *b)
{
	struct unicode_skeleton x = unicode_skeleton(&c.arena, a),
				y = unicode_skeleton(&c.arena, b);

	return str_eq(x.typed, y.typed) || str_eq(x.typed, y.folded) ||
	       str_eq(x.folded, y.typed) || str_eq(x.folded, y.folded);
}

static void
the_look_of_a_name_is_known(void **state)
{
	(void)state;
	assert_true(looks_like("сосо", "coco")); /* Cyrillic, Latin */
	assert_true(looks_like("Anna", "anna"));
	assert_true(looks_like("\u00e9lan", "e\u0301lan"));
	assert_true(looks_like("adrnin", "admin"));
	assert_false(looks_like("anna", "anne"));
	assert_false(looks_like("анна", "anna"));
	assert_false(looks_like("елена", "елёна"));
	assert_string_equal(unicode_skeleton(&c.arena, "").typed, "");
	assert_string_equal(unicode_skeleton(&c.arena, "").folded, "");
}

static void
capitals_do_not_make_another_look(void **state)
{
	static const char *const same[][2] = {{"eyespaul", "eyespauI"},
		{"clown", "cIown"}, {"eyes0ne", "eyesOne"}, {"eyes0ne", "EYESONE"},
		{"l", "I"}, {"l", "1"}, {"Ivan", "ivan"}, {"Ivan", "lvan"},
		{"IVAN", "lvan"}, {"Ivan0", "ivano"}, {"adrnin", "ADMIN"},
		{"Modern", "MODEM"}, {"СОСО", "coco"}};

	(void)state;
	for (size_t i = 0; i < sizeof(same) / sizeof(*same); i++) {
		assert_true(looks_like(same[i][0], same[i][1]));
		assert_true(looks_like(same[i][1], same[i][0]));
	}
	assert_false(looks_like("ivan", "lvan"));
	assert_false(looks_like("clown", "ciown"));
}

static void
half_a_pair_is_no_text(void **state)
{
	static const char *const bad[] = {"{\"a\":\"\\ud800\"}", "{\"a\":\"\\udc00\"}",
		"{\"a\":\"\\uDBFFx\"}", "{\"a\":\"\\ud83d\\ud83d\\ude00\"}",
		"{\"\\ud800\":1}", "{\"a\":\"\\ude00\\ud83d\"}",
		"{\"a\":\"\\\\\\ud800\"}", "{\"a\":[{\"b\":\"x\\uDfFf\"}]}"};
	static const char *const good[] = {"{\"a\":\"\\ud83d\\ude00\"}",
		"{\"a\":\"\\\\ud800\"}", "{\"a\":\"\\ud7ff\\ue000\"}",
		"{\"a\":\"\\ufffd\"}", "{\"a\":\"\\\\\\\\ud800\"}", "{}"};
	struct json_object *json;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		ctx_clear_error(&c);
		assert_int_equal(
			json_read_input(&c, bad[i], strlen(bad[i]), 9, &json), E_INPUT);
		assert_int_equal(c.field_errors->kind, FIELD_ERROR_SURROGATE);
	}
	ctx_clear_error(&c);
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		assert_int_equal(
			json_read_input(&c, good[i], strlen(good[i]), 9, &json), OK);
	static const char *const broken[] = {
		"{\"a\":\"\\ud8", "{\"a\":\"\\", "\\u", "{\"a\":\"\\ud83d\\u"};
	for (size_t i = 0; i < sizeof(broken) / sizeof(*broken); i++) {
		ctx_clear_error(&c);
		assert_int_equal(
			json_read_input(&c, broken[i], strlen(broken[i]), 9, &json),
			E_INPUT);
	}
}

static void
only_so_many_values_are_read(void **state)
{
	struct json_object *json;

	(void)state;
	const char *three = "{\"a\":[1,2],\"b,,,\":\",\\\",,\"}";
	assert_int_equal(json_read_input(&c, three, strlen(three), 3, &json), OK);
	assert_int_equal(json_read_input(&c, three, strlen(three), 2, &json), E_INPUT);
	assert_int_equal(c.field_errors->kind, FIELD_ERROR_MANY);
}

struct in {
	const char *name, *password;
};

static FIELDS(in_fields, FIELD(struct in, name, .max = 2),
	FIELD(struct in, password, .as_typed = true));

static void
input_comes_in_normal_form_but_for_passwords(void **state)
{
	const struct pair pairs[] = {
		{"name", "e\u0301e\u0301"}, {"password", "e\u0301"}};
	struct in in = {0};

	(void)state;
	assert_int_equal(fields_from_pairs(&c, pairs, 2, "query", in_fields, &in), OK);
	assert_string_equal(in.name, "\u00e9\u00e9");
	assert_string_equal(in.password, "e\u0301");
	const struct pair bad[] = {{"name", marks(40)}};
	assert_int_equal(
		fields_from_pairs(&c, bad, 1, "query", in_fields, &in), E_INPUT);
}

static void
a_password_is_one_on_every_keyboard(void **state)
{
	const char *composed = "п\u0439\u00e9", *apart = "п\u0438\u0306e\u0301";
	bool stale;

	(void)state;
	const char *hash = hash_make(&c, apart);
	assert_true(hash_check(&c, hash, composed, &stale));
	assert_false(stale);
	assert_true(hash_check(&c, hash, apart, &stale));
	assert_false(stale);
	assert_false(hash_check(&c, hash, "пие", &stale));
	/* Of the bytes that came, before: bcrypt of "e" and U+0301, by crypt(3). */
	const char *older =
		"$2b$04$pnN1M5hS4/xVL8/Za71N3.shgjsbnFrigcLwe56.TQVF4HiXbyrfm";
	assert_true(hash_check(&c, older, "e\u0301", &stale));
	assert_true(stale);
	assert_false(hash_check(&c, older, "e", &stale));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_looks_the_same_becomes_the_same),
		TEST(what_no_language_has_is_no_text),
		TEST(names_keep_what_people_write),
		TEST(blanks_are_blanks),
		TEST(user_names_hide_nothing),
		TEST(the_look_of_a_name_is_known),
		TEST(capitals_do_not_make_another_look),
		TEST(half_a_pair_is_no_text),
		TEST(only_so_many_values_are_read),
		TEST(input_comes_in_normal_form_but_for_passwords),
		TEST(a_password_is_one_on_every_keyboard),
	};

	conf.account_argon2_memory = 1 << 20;
	conf.account_argon2_passes = 1;
	return cmocka_run_group_tests_name("unicode", tests, NULL, NULL);
}
