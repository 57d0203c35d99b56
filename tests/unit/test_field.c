#include "unit.h"

#include "base/field.h"
#include "base/json.h"

struct thing {
	const char *name, *kind;
	int64_t count;
	bool on;
	double share;
	struct date day;
	struct utc at;
	struct texts words;
};

static FIELDS(thing_fields, FIELD(struct thing, name, .must = true, .min = 1, .max = 5),
	FIELD(struct thing, kind, .one_of = "a b"),
	FIELD(struct thing, count, .min = 0, .max = 10), FIELD(struct thing, on),
	FIELD(struct thing, share), FIELD(struct thing, day), FIELD(struct thing, at),
	FIELD(struct thing, words));

static enum err
read(const char *text, bool strict, struct thing *out)
{
	struct json_object *json;

	*out = (struct thing){0};
	TRY(json_read(&c, text, strlen(text), &json));
	return fields_from_json(&c, json, thing_fields, strict, out);
}

static void
one_field_error(const char *text, const char *field, enum field_error_kind kind)
{
	struct thing t;

	ctx_clear_error(&c);
	assert_int_equal(read(text, true, &t), E_INPUT);
	assert_non_null(c.field_errors);
	assert_null(c.field_errors->next);
	assert_int_equal(c.field_errors->kind, kind);
	if (field != NULL)
		assert_string_equal(c.field_errors->field, field);
	assert_non_null(strstr(c.why, field_error_sentence(&c, c.field_errors)));
}

static void
a_struct_is_filled_from_json(void **state)
{
	struct thing t;

	(void)state;
	assert_int_equal(read("{\"name\":\"ёлка\",\"kind\":\"b\",\"count\":10,\"on\":"
			      "true,\"share\":0.5,"
			      "\"day\":\"2026-11-21\",\"at\":\"2026-11-21T00:00:00Z\","
			      "\"words\":[\"x\",\"y\"]}",
				 true, &t),
		OK);
	assert_string_equal(t.name, "ёлка");
	assert_int_equal(t.count, 10);
	assert_true(t.on);
	assert_int_equal(t.day.day, 21);
	assert_int_equal(t.words.count, 2);
	assert_string_equal(t.words.list[1], "y");
}

static void
each_wrong_value_is_named(void **state)
{
	(void)state;
	one_field_error("{}", "name", FIELD_ERROR_MISSING);
	one_field_error("{\"name\":null}", "name", FIELD_ERROR_NULL);
	one_field_error("{\"name\":5}", "name", FIELD_ERROR_TYPE);
	one_field_error("{\"name\":\"\"}", "name", FIELD_ERROR_SHORT);
	one_field_error("{\"name\":\"ёёёёёё\"}", "name", FIELD_ERROR_LONG);
	one_field_error("{\"name\":\"a\\u0000b\"}", "name", FIELD_ERROR_FORM);
	one_field_error("{\"name\":\"a\",\"kind\":\"c\"}", "kind", FIELD_ERROR_CHOICE);
	one_field_error("{\"name\":\"a\",\"count\":11}", "count", FIELD_ERROR_LARGE);
	one_field_error("{\"name\":\"a\",\"count\":-1}", "count", FIELD_ERROR_SMALL);
	one_field_error("{\"name\":\"a\",\"count\":1.5}", "count", FIELD_ERROR_TYPE);
	one_field_error("{\"name\":\"a\",\"count\":99999999999999999999}", "count",
		FIELD_ERROR_LARGE);
	one_field_error("{\"name\":\"a\",\"on\":1}", "on", FIELD_ERROR_TYPE);
	one_field_error(
		"{\"name\":\"a\",\"day\":\"2026-02-30\"}", "day", FIELD_ERROR_TYPE);
	one_field_error("{\"name\":\"a\",\"words\":[1]}", "words", FIELD_ERROR_TYPE);
	one_field_error("{\"name\":\"a\",\"more\":1}", "more", FIELD_ERROR_EXTRA);
}

static void
all_field_errors_are_told_at_once(void **state)
{
	struct thing t;
	int count = 0;

	(void)state;
	assert_int_equal(
		read("{\"count\":11,\"kind\":\"c\",\"x\":1}", true, &t), E_INPUT);
	for (const struct field_error *f = c.field_errors; f != NULL; f = f->next)
		count++;
	assert_int_equal(count, 4);
	assert_string_equal(c.field_errors->field, "name");
}

static void
unknown_keys_are_ignored_where_that_is_the_manner(void **state)
{
	struct thing t;

	(void)state;
	assert_int_equal(
		read("{\"name\":\"a\",\"more\":{\"deep\":[]}}", false, &t), OK);
}

static void
what_is_no_json_object_is_told_apart(void **state)
{
	static const char *const syntax[] = {"{", "{\"a\":}", "{\"a\":1} x", "nope",
		"{'a':1}", "\xff", "{\"a\":\"\xff\"}", "{\"a\":1,}"};
	static const char *const other[] = {"[]", "17", "\"x\"", "null", "true"};

	(void)state;
	for (size_t i = 0; i < sizeof(syntax) / sizeof(*syntax); i++)
		one_field_error(syntax[i], NULL, FIELD_ERROR_SYNTAX);
	for (size_t i = 0; i < sizeof(other) / sizeof(*other); i++)
		one_field_error(other[i], NULL, FIELD_ERROR_NOT_OBJECT);
	one_field_error("", NULL, FIELD_ERROR_MISSING);
}

static void
a_tower_of_brackets_is_refused(void **state)
{
	char text[20002];
	struct thing t;

	(void)state;
	memset(text, '[', 20000);
	memcpy(text + 20000, "]", 2);
	assert_int_equal(read(text, true, &t), E_INPUT);
}

static void
pairs_fill_a_struct_and_the_last_one_counts(void **state)
{
	const struct pair pairs[] = {{"name", "a"}, {"count", "7"}, {"name", "b"},
		{"other", "x"}, {"words", "1"}, {"words", "2"}};
	struct thing t = {0};

	(void)state;
	assert_int_equal(
		fields_from_pairs(&c, pairs, 6, "query", thing_fields, &t), OK);
	assert_string_equal(t.name, "b");
	assert_int_equal(t.count, 7);
	assert_int_equal(t.words.count, 2);
	const struct pair bad[] = {{"name", "a"}, {"count", "7x"}};
	assert_int_equal(
		fields_from_pairs(&c, bad, 2, "query", thing_fields, &t), E_INPUT);
	assert_string_equal(c.field_errors->place, "query");
}

static void
null_members_are_kept_or_left_out(void **state)
{
	struct thing t = {.name = "a"};
	struct buf keep = {.arena = &c.arena}, omit = {.arena = &c.arena};

	(void)state;
	fields_to_json(&keep, thing_fields, &t, STYLE_KEEP_NULL);
	fields_to_json(&omit, thing_fields, &t, STYLE_OMIT_NULL);
	assert_string_equal(buf_text(&keep), "{\"name\":\"a\",\"kind\":null,\"count\":"
					     "0,\"on\":false,\"share\":0,\"day\":null,"
					     "\"at\":null,\"words\":[]}");
	assert_string_equal(buf_text(&omit),
		"{\"name\":\"a\",\"count\":0,\"on\":false,\"share\":0,\"words\":[]}");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_struct_is_filled_from_json),
		TEST(each_wrong_value_is_named),
		TEST(all_field_errors_are_told_at_once),
		TEST(unknown_keys_are_ignored_where_that_is_the_manner),
		TEST(what_is_no_json_object_is_told_apart),
		TEST(a_tower_of_brackets_is_refused),
		TEST(pairs_fill_a_struct_and_the_last_one_counts),
		TEST(null_members_are_kept_or_left_out),
	};

	return cmocka_run_group_tests_name("field", tests, NULL, NULL);
}
