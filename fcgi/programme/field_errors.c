/* What is wrong with the input, in the words of staff: docs/openapi/programme.yaml. */
#include "base/field_error.h"
#include "base/ctx.h"
#include "base/str.h"
#include "programme/programme.h"

/* What the shared rules say in English, and staff may see. */
static const struct {
	const char *english, *russian;
} rules[] = {
	{"must not have control characters", "Управляющие символы недопустимы."},
	{"must not have characters that turn the direction of writing",
		"Символы, меняющие направление письма, недопустимы."},
	{"must not have characters that cannot be seen",
		"Невидимые символы недопустимы."},
	{"must not be blank", "Значение не может быть пустым."},
	{"must be multipart/form-data with a boundary",
		"Тело запроса должно быть формой multipart/form-data."},
};

static const char *
type_words(const char *expected)
{
	return str_eq(expected, "str") ? "Здесь нужен текст."
	       : str_eq(expected, "date") ? "Здесь нужна дата: ГГГГ-ММ-ДД."
	       : str_eq(expected, "dict") ? "Здесь нужен объект JSON."
	       : str_in(expected, "int integer") ? "Здесь нужно целое число."
						 : "Значение не того типа.";
}

static const char *
form_words(const char *expected)
{
	return str_eq(expected, "uuid") ? "Неверный идентификатор."
	       : str_eq(expected, "email address") ? "Неверный адрес электронной почты."
	       : str_eq(expected, "list of one uuid at least")
		       ? "Укажите хотя бы одного участника."
		       : "Неверное значение.";
}

static const char *
rule_words(const char *words)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++)
		if (str_starts(words, rules[i].english))
			return rules[i].russian;
	/* The programme's own rules speak Russian. */
	for (const char *s = words; *s != '\0'; s++)
		if ((unsigned char)*s >= 0x80)
			return words;
	return "Неверное значение.";
}

/* "не меньше 21 символа, 22 символов": the genitive has two forms. */
static const char *
symbols(int64_t n)
{
	return n % 10 == 1 && n % 100 != 11 ? "символа" : "символов";
}

const char *
programme_field_error_words(struct ctx *c, const struct field_error *f)
{
	struct arena *a = &c->arena;
	long long limit = (long long)f->limit;

	if (f->words != NULL)
		return rule_words(f->words);
	switch (f->kind) {
	case FIELD_ERROR_MISSING:
		return "field required"; /* the contract's words: 3.3 */
	case FIELD_ERROR_NULL:
		return "Значение не может быть пустым.";
	case FIELD_ERROR_EXTRA:
		return "Лишнее поле.";
	case FIELD_ERROR_TYPE:
		return type_words(f->expected);
	case FIELD_ERROR_SHORT:
		return arena_fmt(a,
			"Слишком короткое значение: нужно не меньше %lld %s.", limit,
			symbols(f->limit));
	case FIELD_ERROR_LONG:
		return arena_fmt(a,
			"Слишком длинное значение: можно не больше %lld %s.", limit,
			symbols(f->limit));
	case FIELD_ERROR_SMALL:
		return arena_fmt(a, "Число должно быть не меньше %lld.", limit);
	case FIELD_ERROR_LARGE:
		return arena_fmt(a, "Число должно быть не больше %lld.", limit);
	case FIELD_ERROR_FORM:
		return form_words(f->expected);
	case FIELD_ERROR_CHOICE:
		return arena_fmt(a, "Недопустимое значение. Можно: %s.", f->expected);
	case FIELD_ERROR_SYNTAX:
		return arena_fmt(a, "Это не JSON, ошибка в байте %lld.", limit);
	case FIELD_ERROR_MANY:
		return arena_fmt(
			a, "Слишком много значений: можно не больше %lld.", limit);
	case FIELD_ERROR_SURROGATE:
		return arena_fmt(a, "Половина символа в байте %lld.", limit);
	case FIELD_ERROR_NOT_OBJECT:
		return "Тело запроса должно быть объектом JSON.";
	}
	return "Неверное значение.";
}
