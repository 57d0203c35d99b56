#ifndef PROGRAMME_TEXT_H
#define PROGRAMME_TEXT_H

#include "base/ctx.h"
#include "programme/outbox.h"

/*
 * A message as the Bot API takes it (https://core.telegram.org/bots/api): the method
 * and its parameters as a JSON object. The texts are of the gettext catalogue of
 * site.language (po/). E_BUG for a kind that nobody knows.
 */
struct bot_call {
	const char *method; /* "sendMessage", "sendPhoto" */
	const char *params;
};

enum err text_of_message(struct ctx *c, const struct message *m, struct bot_call *out);

#endif
