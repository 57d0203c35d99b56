#include "messenger/page.h"

#include <string.h>
#include <strings.h>

#include "base/conf.h"
#include "base/language.h"
#include "base/str.h"
#include "input.h"
#include "reply.h"

const char *
messenger_language(struct req *r)
{
	const char *wanted = req_language(r);

	if (wanted != NULL)
		return wanted;
	return str_in(conf.messenger_language, "ko ru en") ? conf.messenger_language
							   : "ko";
}

const char *
messenger_words(struct req *r, const char *text)
{
	return text_in(messenger_language(r), text);
}

enum err
messenger_page(struct req *r, int status, const char *title, const char *words,
	const char *body)
{
	struct buf b = {.arena = &r->ctx.arena};

	buf_fmt(&b,
		"<!doctype html>\n<html lang=\"%s\">\n<meta charset=\"utf-8\">\n"
		"<meta name=\"viewport\" content=\"width=device-width\">\n<title>",
		messenger_language(r));
	buf_xml(&b, title);
	buf_add(&b, "</title>\n<h1>");
	buf_xml(&b, title);
	buf_add(&b, "</h1>\n");
	if (words != NULL) {
		buf_add(&b, "<p>");
		buf_xml(&b, words);
		buf_add(&b, "</p>\n");
	}
	buf_add(&b, body == NULL ? "" : body);
	buf_add(&b, "</html>\n");
	reply_header(r, "Cache-Control", "no-store");
	reply_header(r, "Referrer-Policy", "no-referrer");
	return reply_text(r, status, "text/html; charset=utf-8", buf_text(&b), b.used);
}
