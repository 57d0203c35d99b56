#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void
buf_room(struct buf *b, size_t more)
{
	if (b->used + more + 1 <= b->size)
		return;
	size_t size = b->size == 0 ? 256 : b->size;
	while (size < b->used + more + 1)
		size *= 2;
	char *text = arena_new(b->arena, size);
	if (b->used > 0)
		memcpy(text, b->text, b->used);
	b->text = text;
	b->size = size;
}

void
buf_addn(struct buf *b, const char *s, size_t n)
{
	buf_room(b, n);
	memcpy(b->text + b->used, s, n);
	b->used += n;
	b->text[b->used] = '\0';
}

void
buf_add(struct buf *b, const char *s)
{
	buf_addn(b, s, strlen(s));
}

void
buf_fmt(struct buf *b, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	char *s = arena_vfmt(b->arena, format, args);
	va_end(args);
	buf_add(b, s);
}

void
buf_json(struct buf *b, const char *s)
{
	char code[8];

	if (s == NULL) {
		buf_add(b, "null");
		return;
	}
	buf_addn(b, "\"", 1);
	for (const char *run = s;; s++) {
		unsigned char c = (unsigned char)*s;

		if (c >= 32 && c != '"' && c != '\\')
			continue;
		buf_addn(b, run, (size_t)(s - run));
		run = s + 1;
		if (c == '\0')
			break;
		if (c == '"' || c == '\\')
			snprintf(code, sizeof(code), "\\%c", c);
		else if (c == '\n')
			snprintf(code, sizeof(code), "\\n");
		else
			snprintf(code, sizeof(code), "\\u%04x", c);
		buf_add(b, code);
	}
	buf_addn(b, "\"", 1);
}

void
buf_xml(struct buf *b, const char *s)
{
	static const char special[] = "&<>\"'\r";
	static const char *const entity[] = {
		"&amp;", "&lt;", "&gt;", "&quot;", "&#39;", "&#13;"};

	while (*s != '\0') {
		size_t plain = strcspn(s, special);

		buf_addn(b, s, plain);
		s += plain;
		if (*s != '\0')
			buf_add(b, entity[strchr(special, *s++) - special]);
	}
}

const char *
buf_text(const struct buf *b)
{
	return b->text == NULL ? "" : b->text;
}
