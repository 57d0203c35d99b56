#ifndef PROGRAMME_DEMO_H
#define PROGRAMME_DEMO_H

#include "base/ctx.h"
#include "base/field.h"

/*
 * The demo without Telegram: what the bot "sent" is shown, and one speaks to it as a
 * family. Only with site.demo, without site.production, and while messages are files
 * (no bot.token): everywhere else each of these is E_NO_ROUTE, as if it was not there.
 */
bool demo_is_on(void);

/* Families of the running shift with what was said to them last, as JSON. E_NO_ROUTE.
 */
enum err demo_chats(struct ctx *c, const char **json);

/* What the bot said in a chat, the newest fifty, as the chat shows it. E_MISSING.
 * E_NO_ROUTE. */
enum err demo_chat(struct ctx *c, int64_t chat, const char **json);

/* What a family does: one of the three. */
struct demo_words {
	const char *text;  /* writes */
	const char *press; /* presses a button: its data */
	const char *photo; /* sends a picture: base64 */
};

/* The bot hears it, as if Telegram had brought it. Not in a transaction. E_MISSING:
 * no such family; E_INPUT: not one of the three, or no base64. E_NO_ROUTE. */
enum err demo_say(struct ctx *c, int64_t chat, const struct demo_words *words);

/* The newest mails of mail.directory, as JSON: to whom, and their text. E_NO_ROUTE. */
enum err demo_mails(struct ctx *c, const char **json);

#endif
