#include "store/keys_xml.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"

#define DEEPEST 4 /* Delete, Object, Key, and one for what we do not know */

/* A reader that goes from tag to tag. */
struct reader {
	struct ctx *c;
	const char *at;
	const char *open[DEEPEST]; /* names of the elements around */
	int depth;
};

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
	return code > 0x10FFFF || (code >= 0xD800 && code < 0xE000) ? 0
								    : (uint32_t)code;
}

static enum err
text_decode(struct ctx *c, const char *s, size_t n, const char **out)
{
	struct buf b = {.arena = &c->arena};

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
take_tag(struct reader *r)
{
	const char *end = strchr(r->at, '>');
	const char *name = r->at + 1;

	if (end == NULL || *name == '!')
		return fail(r->c, E_S3_XML, NULL);
	r->at = end + 1;
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
	const char *element = arena_strn(&r->c->arena, name, n);
	if (!closing && end[-1] == '/')
		return OK;
	if (!closing) {
		if (r->depth == DEEPEST)
			return fail(r->c, E_S3_XML, NULL);
		r->open[r->depth++] = element;
		return OK;
	}
	if (r->depth == 0 || !str_eq(r->open[r->depth - 1], element))
		return fail(r->c, E_S3_XML, NULL);
	r->depth--;
	return OK;
}

static bool
inside(const struct reader *r, int depth, const char *a, const char *b, const char *c)
{
	return r->depth == depth && str_eq(r->open[0], a) && str_eq(r->open[1], b) &&
	       (depth < 3 || str_eq(r->open[2], c));
}

enum err
keys_xml_read(
	struct ctx *c, const char *text, const char **keys, size_t *count, bool *quiet)
{
	struct reader r = {.c = c, .at = text};

	*count = 0;
	*quiet = false;
	if (!utf8_valid(text, strlen(text)))
		return fail(c, E_S3_XML, NULL);
	while (*r.at != '\0') {
		size_t n = strcspn(r.at, "<");
		const char *value;

		if (inside(&r, 3, "Delete", "Object", "Key") && n > 0) {
			if (*count == KEYS_XML_MOST)
				return fail(c, E_S3_XML, "more than 1000 keys");
			TRY(text_decode(c, r.at, n, &keys[(*count)++]));
		} else if (inside(&r, 2, "Delete", "Quiet", NULL)) {
			TRY(text_decode(c, r.at, n, &value));
			*quiet = str_eq(value, "true");
		}
		r.at += n;
		if (*r.at == '<')
			TRY(take_tag(&r));
	}
	return r.depth == 0 && *count > 0 ? OK : fail(c, E_S3_XML, NULL);
}
