#ifndef MESSENGER_PAGE_H
#define MESSENGER_PAGE_H

#include "messenger/messenger.h"

/*
 * Pages for browsers: small, without scripts and styles. title and words are plain
 * text; body is HTML, NULL for none.
 */
enum err messenger_page(struct req *r, int status, const char *title, const char *words,
	const char *body);

/* "ko", "ru" or "en": what Accept-Language wants most, else messenger.language. */
const char *messenger_language(struct req *r);

/* A text of the catalogues in that language. */
const char *messenger_words(struct req *r, const char *text);

#endif
