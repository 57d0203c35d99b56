/* Rules for what people type about themselves: docs/programme.md. */
#include <ctype.h>
#include <string.h>
#include <wctype.h>

#include "account/account.h"
#include "base/conf.h"
#include "base/str.h"
#include "base/unicode.h"

static enum err
field_error(struct ctx *c, const struct field *f, const char *place, const char *words)
{
	return field_error_add(c, (struct field_error){.place = place,
					  .field = f->name,
					  .kind = FIELD_ERROR_FORM,
					  .expected = "value",
					  .words = words});
}

/* Nothing in it that cannot be seen, and no blanks that cannot be told apart. */
static enum err
make_plain(struct ctx *c, const struct field *f, const char *place, const char **text,
	enum unicode_blanks kept)
{
	const char *fault = unicode_name_fault(&c->arena, *text);

	if (fault != NULL)
		return field_error(c, f, place, fault);
	*text = unicode_plain_blanks(&c->arena, *text, kept);
	return utf8_count(*text) >= f->min ? OK
	       : (*text)[0] == '\0'
		       ? field_error(c, f, place, "must not be blank")
		       : field_error_add(c, (struct field_error){.place = place,
						    .field = f->name,
						    .kind = FIELD_ERROR_SHORT,
						    .limit = f->min});
}

enum err
plain_text_rule(struct ctx *c, const struct field *f, const char *place, void *member)
{
	return make_plain(c, f, place, member, BLANKS_INSIDE);
}

enum err
plain_title_rule(struct ctx *c, const struct field *f, const char *place, void *member)
{
	return make_plain(c, f, place, member, BLANKS_SINGLE);
}

/* A name that cannot be taken for another's: not #5, which is an id to samovarctl, and
 * no blanks at its ends. */
enum err
username_rule(struct ctx *c, const struct field *f, const char *place, void *member)
{
	const char *name = unicode_nfc(&c->arena, *(const char **)member);

	if (name == NULL)
		return field_error(c, f, place, "is no text of any language");
	const char *fault = unicode_identifier_fault(&c->arena, name);
	if (fault != NULL)
		return field_error(c, f, place, fault);
	*(const char **)member = name;
	if (strcmp(str_trim(&c->arena, name), name) != 0)
		return field_error(c, f, place, "must not begin or end with a blank");
	if (name[0] == '#')
		return field_error(c, f, place, "must not begin with #");
	return OK;
}

/* Something@something.something of printable ASCII: what every mail server understands.
 */
static bool
email_fits(const char *s)
{
	const char *at = strrchr(s, '@');
	bool dot = false;

	if (at == NULL || at == s || at - s > 64 || strlen(s) > 254)
		return false;
	for (const char *p = s; p < at; p++)
		if (!isalnum((unsigned char)*p) &&
			strchr("!#$%&'*+/=?^_`{|}~.-", *p) == NULL)
			return false;
	if (s[0] == '.' || at[-1] == '.' || strstr(s, "..") != NULL)
		return false;
	for (const char *p = at + 1; *p != '\0'; p++) {
		if (!isalnum((unsigned char)*p) && *p != '-' && *p != '.')
			return false;
		if ((*p == '.' || *p == '-') &&
			(p == at + 1 || p[1] == '\0' || p[-1] == '.'))
			return false;
		dot = dot || *p == '.';
	}
	return dot;
}

static enum err
not_an_email(struct ctx *c, const struct field *f, const char *place)
{
	return field_error_add(c, (struct field_error){.place = place,
					  .field = f->name,
					  .kind = FIELD_ERROR_FORM,
					  .expected = "email address"});
}

enum err
email_rule(struct ctx *c, const struct field *f, const char *place, void *member)
{
	const char *given = *(const char **)member;

	if (!email_fits(given))
		return not_an_email(c, f, place);
	char *email = arena_str(&c->arena, given);
	for (char *p = strrchr(email, '@'); *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	*(const char **)member = email;
	return OK;
}

/* Names that never lead to a mailbox: RFC 6761, RFC 6762, RFC 7686, RFC 8375. */
enum err
staff_email_rule(struct ctx *c, const struct field *f, const char *place, void *member)
{
	static const char *const special[] = {
		"localhost", "local", "test", "invalid", "onion", "arpa"};

	TRY(email_rule(c, f, place, member));
	const char *top = strrchr(*(const char **)member, '.') + 1;
	for (size_t i = 0; i < sizeof(special) / sizeof(*special); i++)
		if (strcmp(top, special[i]) == 0)
			return not_an_email(c, f, place);
	return OK;
}

enum err
staff_password_rule(
	struct ctx *c, const struct field *f, const char *place, void *member)
{
	const char *s = *(const char **)member;
	bool upper = false, lower = false, digit = false;
	uint32_t u;

	if (utf8_count(s) < conf.account_min_password_length)
		return field_error(c, f, place,
			arena_fmt(&c->arena,
				"Пароль должен содержать не менее %lld символов.",
				(long long)conf.account_min_password_length));
	while ((u = utf8_next(&s)) != 0) {
		upper = upper || iswupper((wint_t)u);
		lower = lower || iswlower((wint_t)u);
		digit = digit || (u >= '0' && u <= '9');
	}
	if (!upper || !lower || !digit)
		return field_error(c, f, place,
			"Пароль должен содержать заглавную букву, строчную букву и "
			"цифру.");
	return OK;
}

/*
 * One pass over the name, which writes each part with a capital and the rest small:
 * Cyrillic letters of any language, parts joined by one hyphen or blank, the first
 * begins with a capital, each later part has two letters at least.
 */
static bool
name_titled(const char *s, char *out)
{
	size_t letters = 0, part = 0;
	uint32_t u;

	while ((u = utf8_next(&s)) != 0) {
		bool upper = unicode_is_cyrillic_capital(u),
		     lower = unicode_is_cyrillic_small(u);

		if (u == '-' || u == ' ') {
			if (letters == 0 || (part > 0 && letters < 2))
				return false;
			part++;
			letters = 0;
			out += utf8_put(out, u);
			continue;
		}
		/* A capital stands only at the start of a part; the first part must
		 * have one. */
		if ((!upper && !lower) || (!lower && letters > 0) ||
			(!upper && letters == 0 && part == 0))
			return false;
		if (letters == 0)
			u = unicode_capital(u);
		letters++;
		out += utf8_put(out, u);
	}
	return letters > 0 && (part == 0 || letters >= 2);
}

enum err
person_name_rule(struct ctx *c, const struct field *f, const char *place, void *member)
{
	const char *given = *(const char **)member;
	char *titled = arena_new(&c->arena, strlen(given) + 1);

	if (!name_titled(given, titled))
		return field_error(c, f, place,
			"Допустимы только кириллица, дефис и пробел; начните с "
			"заглавной буквы.");
	*(const char **)member = titled;
	return OK;
}
