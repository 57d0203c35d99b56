#include "programme/form.h"

#include <libintl.h>
#include <stdio.h>
#include <string.h>

#include "account/account.h"
#include "base/conf.h"
#include "base/field.h"
#include "base/json.h"
#include "base/seal.h"
#include "base/str.h"
#include "base/unicode.h"

#define _(text) gettext(text)
#define OLDEST_YEAR 1900
#define MAX_PREFILL 100 /* characters of one value */
#define SEAL_PURPOSE "samovar registration form"
#define TOKEN_SECONDS 86400

static const char *
text_member(struct ctx *c, struct json_object *json, const char *name)
{
	const char *text = json_text(json, name);

	if (text != NULL)
		text = unicode_nfc(&c->arena, str_trim(&c->arena, text));
	return text == NULL ? "" : text;
}

void
form_read(struct ctx *c, const char *text, struct form *out)
{
	struct json_object *json;

	*out = (struct form){"", "", "", "", "", {0}};
	if (text == NULL || json_read(c, text, strlen(text), &json) != OK) {
		ctx_clear_error(c);
		return;
	}
	out->name = text_member(c, json, "name");
	out->surname = text_member(c, json, "surname");
	out->date_of_birth = text_member(c, json, "date_of_birth");
	out->city = text_member(c, json, "city");
	out->phone_number = text_member(c, json, "phone_number");
}

/* A capital and at least so many small letters; *s moves behind them. */
static bool
word(const char **s, size_t small)
{
	const char *at = *s;
	size_t n = 0;

	if (!unicode_is_cyrillic_capital(utf8_next(&at)))
		return false;
	for (const char *next = at; unicode_is_cyrillic_small(utf8_next(&next));
		at = next)
		n++;
	*s = at;
	return n >= small;
}

static bool
has_length(const char *text, int64_t min, int64_t max)
{
	int64_t n = utf8_count(text);

	return n >= min && n <= max;
}

/* Words joined by hyphens, one of which may be "на"; then more words behind blanks. */
static bool
is_city(const char *s)
{
	static const char on[] = "-на";

	if (!word(&s, 0))
		return false;
	while (*s == '-') {
		const char *behind = s + strlen(on);

		if (str_starts(s, on) && strchr("- ", *behind) != NULL) {
			s = behind;
			continue;
		}
		s++;
		if (!word(&s, 1))
			return false;
	}
	while (*s == ' ') {
		s++;
		if (!word(&s, 1))
			return false;
	}
	return *s == '\0';
}

const char *
city_read(struct arena *a, const char *text)
{
	return has_length(text, 2, 50) && is_city(text) ? arena_str(a, text) : NULL;
}

const char *
phone_read(struct arena *a, const char *text)
{
	char digits[12] = "";
	bool abroad = false;
	size_t n = 0;

	for (const char *s = text; *s != '\0'; s++) {
		if (*s >= '0' && *s <= '9') {
			if (n == 11)
				return NULL;
			digits[n++] = *s;
		} else if (*s == '+' && n == 0 && !abroad) {
			abroad = true;
		} else if (strchr(" ()-.", *s) == NULL) {
			return NULL;
		}
	}
	const char *d = digits;
	if (n == 11 && (d[0] == '7' || (d[0] == '8' && !abroad)))
		d++;
	else if (n != 10 || abroad)
		return NULL;
	if (strchr("3489", d[0]) == NULL)
		return NULL;
	return arena_fmt(a, "+7 %.3s %.3s-%.2s-%.2s", d, d + 3, d + 6, d + 8);
}

/* dd.mm.yyyy: NULL and the day, or what is wrong with it. */
static const char *
born_fault(const char *text, struct date *out)
{
	int day, month, year, end = 0;
	char iso[40];

	if (strspn(text, "0123456789.") != strlen(text) || strlen(text) > 10 ||
		sscanf(text, "%2d.%2d.%4d%n", &day, &month, &year, &end) != 3 ||
		text[end] != '\0' || strlen(strrchr(text, '.')) != 5)
		return _("The date of birth must be given as DD.MM.YYYY.");
	if (year < OLDEST_YEAR)
		return _("The year of birth cannot be right: please check it.");
	snprintf(iso, sizeof(iso), "%04d-%02d-%02d", year, month, day);
	return date_parse(iso, out) ? NULL
				    : _("There is no such day in the calendar: please "
					"check the date of birth.");
}

/* Born before this day one is old enough; of 29 February it is the 28th. */
static struct date
latest_birth(struct ctx *c)
{
	struct date d = utc_date(c->now);

	d.year -= (int)conf.programme_min_age;
	if (d.month == 2 && d.day == 29)
		d = date_after((struct date){d.year, 3, 1}, -1);
	return d;
}

static void
complain(struct buf *wrong, const char *sentence)
{
	buf_add(wrong, wrong->used > 0 ? "\n" : "");
	buf_add(wrong, sentence);
}

static bool
check_name(struct ctx *c, const char **name, int64_t max)
{
	bool good = has_length(*name, 2, max) &&
		    person_name_rule(c, &(struct field){.name = "name"}, "form",
			    (void *)name) == OK;

	ctx_clear_error(c);
	return good;
}

static void
check_born(struct ctx *c, struct form *f, struct buf *wrong)
{
	const char *fault = born_fault(f->date_of_birth, &f->born);

	if (fault != NULL)
		complain(wrong, fault);
	else if (date_cmp(f->born, utc_date(c->now)) >= 0)
		complain(wrong, _("The date of birth must be in the past."));
	else if (date_cmp(f->born, latest_birth(c)) >= 0)
		complain(wrong, arena_fmt(&c->arena,
					ngettext("Participants must be at least %lld "
						 "year old.",
						"Participants must be at least %lld "
						"years old.",
						(unsigned long)conf.programme_min_age),
					(long long)conf.programme_min_age));
}

bool
form_check(struct ctx *c, struct form *f, struct buf *wrong)
{
	const char *city = city_read(&c->arena, f->city);
	const char *phone = phone_read(&c->arena, f->phone_number);

	if (!check_name(c, &f->name, 20))
		complain(wrong, _("The name must have 2 to 20 Cyrillic letters and "
				  "begin with a capital."));
	if (!check_name(c, &f->surname, 100))
		complain(wrong, _("The surname must have 2 to 100 Cyrillic letters and "
				  "begin with a capital."));
	check_born(c, f, wrong);
	if (city == NULL)
		complain(wrong, _("The city must have 2 to 50 Cyrillic letters and "
				  "begin with a capital."));
	if (phone == NULL)
		complain(wrong, _("The phone number must be a Russian one, such as "
				  "+7 912 345-67-89."));
	f->city = city;
	f->phone_number = phone;
	return wrong->used == 0;
}

static FIELDS(shown_fields, FIELD(struct form, name), FIELD(struct form, surname),
	FIELD(struct form, date_of_birth), FIELD(struct form, city),
	FIELD(struct form, phone_number));

/* The first characters of a text, so that what was typed makes no endless address. */
static const char *
first_of(struct ctx *c, const char *text)
{
	const char *s = text;

	for (int i = 0; i < MAX_PREFILL && *s != '\0'; i++)
		utf8_next(&s);
	return arena_strn(&c->arena, text, (size_t)(s - text));
}

const char *
form_token(struct ctx *c, const struct form *f)
{
	struct utc until = utc_after(c->now, TOKEN_SECONDS);
	struct buf b = {.arena = &c->arena};
	const struct form shown = {.name = first_of(c, f->name),
		.surname = first_of(c, f->surname),
		.date_of_birth = first_of(c, f->date_of_birth),
		.city = first_of(c, f->city),
		.phone_number = first_of(c, f->phone_number)};

	buf_fmt(&b, "{\"until\":%lld,\"form\":", (long long)until.us);
	fields_to_json(&b, shown_fields, &shown, STYLE_KEEP_NULL);
	buf_add(&b, "}");
	return seal(c, SEAL_PURPOSE, buf_text(&b));
}

const char *
form_by_token(struct ctx *c, const char *token)
{
	const char *text = unseal(c, SEAL_PURPOSE, token);
	struct json_object *json, *form;

	if (text == NULL || json_read(c, text, strlen(text), &json) != OK ||
		json_number(json, "until") <= c->now.us) {
		ctx_clear_error(c);
		return NULL;
	}
	form = json_member(json, "form", json_type_object);
	return form == NULL ? NULL
			    : arena_str(&c->arena,
				      json_object_to_json_string_ext(form,
					      JSON_C_TO_STRING_PLAIN |
						      JSON_C_TO_STRING_NOSLASHESCAPE));
}
