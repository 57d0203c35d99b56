#ifndef PROGRAMME_ANSWER_H
#define PROGRAMME_ANSWER_H

#include "base/utc.h"
#include "programme/update.h"

/*
 * What the bot answers: messages of the outbox (programme/outbox.h), put there by the
 * transaction that handles the update, in the order of the calls. key is what makes it
 * the same answer: a second call with it does nothing.
 */

/* The key of an answer to an update; what: which one, if there are several. */
const char *answer_key(struct ctx *c, const struct update *u, const char *what);

/*
 * Says something in a chat. keyboard: one of those below, or NULL to leave the one that
 * is there. The same words that still wait to be sent are not added again: who writes
 * ten times at once is answered once.
 */
enum err answer_say(struct ctx *c, const char *key, int64_t chat_id, const char *text,
	const char *keyboard);

/*
 * Answers a press of a button: a short note on the screen, and the message with the
 * button becomes the text, without buttons.
 */
enum err answer_press(struct ctx *c, const struct update *u, const char *text);

/* To somebody who is not registered. */
enum err answer_stranger(struct ctx *c, const struct update *u);

/* Keyboards, as JSON. */
const char *keyboard_none(void);
const char *keyboard_task(struct ctx *c); /* skip the task, or see the balance */
/* A button that opens the form; below it those of keyboard_task() for who has a task.
 */
const char *keyboard_form(
	struct ctx *c, const char *label, const char *url, bool has_task);
const char *keyboard_skip(struct ctx *c, struct date day); /* of one message */

/* Labels of the buttons, in the language of the settings and as the older bot had them.
 */
bool label_is_skip(const char *text);
bool label_is_balance(const char *text);
bool label_is_yes_skip(const char *text);

#endif
