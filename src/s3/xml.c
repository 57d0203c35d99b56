#include "s3/xml.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"

/* XML 1.0, 2.2. */
static bool
is_char(uint32_t code)
{
	return code == '\t' || code == '\n' || code == '\r' ||
	       (code >= 0x20 && code < 0xD800) || (code >= 0xE000 && code < 0xFFFE) ||
	       (code >= 0x10000 && code <= 0x10FFFF);
}

bool
xml_can_hold(const char *text)
{
	uint32_t code;

	while ((code = utf8_next(&text)) != 0)
		if (!is_char(code))
			return false;
	return true;
}

/* The character of an entity or reference at s, which begins behind '&'; 0 if it is
 * none. */
static uint32_t
reference(const char *s, size_t n)
{
	static const struct {
		const char *name;
		char is;
	} known[] = {
		{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
	char digits[12];

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (strlen(known[i].name) == n && memcmp(known[i].name, s, n) == 0)
			return (unsigned char)known[i].is;
	if (n < 2 || s[0] != '#' || n - 1 >= sizeof(digits))
		return 0;
	memcpy(digits, s + 1, n - 1);
	digits[n - 1] = '\0';

	bool hex = digits[0] == 'x';
	const char *number = digits + (hex ? 1 : 0);
	size_t length = strspn(number, hex ? "0123456789abcdefABCDEF" : "0123456789");
	if (length == 0 || number[length] != '\0')
		return 0;
	unsigned long code = strtoul(number, NULL, hex ? 16 : 10);
	return code <= 0x10FFFF && is_char((uint32_t)code) ? (uint32_t)code : 0;
}

enum err
xml_value(const struct xml *x, const char **out)
{
	struct ctx *c = x->c;
	struct buf b = {.arena = &c->arena};
	const char *s = x->text;
	size_t n = x->n;

	for (size_t i = 0; i < n;) {
		size_t plain = i;

		while (plain < n && s[plain] != '&')
			plain++;
		buf_addn(&b, s + i, plain - i);
		i = plain;
		if (i == n)
			break;
		const char *end = memchr(s + i, ';', n - i);
		uint32_t code =
			end == NULL ? 0
				    : reference(s + i + 1, (size_t)(end - s) - i - 1);
		char bytes[5];
		if (code == 0)
			return fail(c, E_S3_XML, NULL);
		buf_addn(&b, bytes, utf8_put(bytes, code));
		i = (size_t)(end - s) + 1;
	}
	*out = arena_str(&c->arena, buf_text(&b));
	return OK;
}

/* Takes the tag at '<': opens or closes an element. A closing tag must fit. */
static enum err
take_tag(struct xml *x)
{
	const char *end = strchr(x->at, '>');
	const char *name = x->at + 1;

	if (end == NULL || *name == '!')
		return fail(x->c, E_S3_XML, NULL);
	x->at = end + 1;
	if (*name == '?')
		return OK;

	bool closing = *name == '/';
	name += closing;
	size_t n = strcspn(name, " \t\r\n/>");
	const char *colon = memchr(name, ':', n);
	if (colon != NULL) {
		n -= (size_t)(colon + 1 - name);
		name = colon + 1;
	}
	const char *element = arena_strn(&x->c->arena, name, n);
	if (!closing && end[-1] == '/')
		return OK;
	if (!closing) {
		if (x->depth == XML_DEEPEST)
			return fail(x->c, E_S3_XML, NULL);
		x->open[x->depth++] = element;
		return OK;
	}
	if (x->depth == 0 || !str_eq(x->open[x->depth - 1], element))
		return fail(x->c, E_S3_XML, NULL);
	x->depth--;
	return OK;
}

enum err
xml_open(struct xml *x, struct ctx *c, const char *text)
{
	*x = (struct xml){.c = c, .at = text};
	return utf8_valid(text, strlen(text)) && xml_can_hold(text)
		       ? OK
		       : fail(c, E_S3_XML, NULL);
}

enum err
xml_next(struct xml *x, bool *more)
{
	if (*x->at == '<')
		TRY(take_tag(x));
	x->text = x->at;
	x->n = strcspn(x->at, "<");
	x->at += x->n;
	*more = *x->at != '\0';
	return *more || x->depth == 0 ? OK : fail(x->c, E_S3_XML, NULL);
}

bool
xml_inside(const struct xml *x, const char *const *names)
{
	int n = 0;

	while (n < x->depth && names[n] != NULL && str_eq(names[n], x->open[n]))
		n++;
	return n == x->depth && names[n] == NULL;
}
