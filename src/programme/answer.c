#include "programme/answer.h"

#include <libintl.h>

#include "base/buf.h"
#include "base/str.h"
#include "db/db.h"

#include "programme/answer.sql.h"

#define _(text) gettext(text)
#define MAX_NOTE 190 /* characters of a note on the screen: 200 are allowed */

/* Smaller goes first: a button that is pressed waits for its note. */
enum { PRESS = 5, ANSWER = 10 };

const char *
answer_key(struct ctx *c, const struct update *u, const char *what)
{
	return arena_fmt(&c->arena, "answer/%lld/%s", (long long)u->id, what);
}

enum err
answer_say(struct ctx *c, const char *key, int64_t chat_id, const char *text,
	const char *keyboard)
{
	return db_do(
		c, &ANSWER_SAY, ARGS(c, key, chat_id, text, keyboard, (int64_t)ANSWER));
}

static const char *
cut(struct ctx *c, const char *text, int64_t characters)
{
	const char *s = text;

	while (*s != '\0' && characters-- > 0)
		utf8_next(&s);
	return arena_strn(&c->arena, text, (size_t)(s - text));
}

enum err
answer_press(struct ctx *c, const struct update *u, const char *text)
{
	if (u->query != NULL)
		TRY(db_do(c, &ANSWER_NOTE,
			ARGS(c, answer_key(c, u, "note"), u->chat_id, u->query,
				cut(c, text, MAX_NOTE), (int64_t)PRESS)));
	if (u->message_id == 0)
		return answer_say(c, answer_key(c, u, "text"), u->chat_id, text, NULL);
	return db_do(c, &ANSWER_EDIT,
		ARGS(c, answer_key(c, u, "edit"), u->chat_id, u->message_id, text,
			(int64_t)ANSWER));
}

const char *
keyboard_none(void)
{
	return "{\"remove_keyboard\":true}";
}

static void
add_task_row(struct buf *b)
{
	buf_add(b, "[{\"text\":");
	buf_json(b, _("Skip the task"));
	buf_add(b, "},{\"text\":");
	buf_json(b, _("Balance of lombaryers"));
	buf_add(b, "}]],\"resize_keyboard\":true}");
}

const char *
keyboard_task(struct ctx *c)
{
	struct buf b = {.arena = &c->arena};

	buf_add(&b, "{\"keyboard\":[");
	add_task_row(&b);
	return buf_text(&b);
}

const char *
keyboard_form(struct ctx *c, const char *label, const char *url, bool has_task)
{
	struct buf b = {.arena = &c->arena};

	buf_add(&b, "{\"keyboard\":[[{\"text\":");
	buf_json(&b, label);
	buf_add(&b, ",\"web_app\":{\"url\":");
	buf_json(&b, url);
	if (!has_task) {
		buf_add(&b, "}}]]}");
		return buf_text(&b);
	}
	buf_add(&b, "}}],");
	add_task_row(&b);
	return buf_text(&b);
}

const char *
keyboard_skip(struct ctx *c, struct date day)
{
	struct buf b = {.arena = &c->arena};

	buf_add(&b, "{\"inline_keyboard\":[[{\"text\":");
	buf_json(&b, _("Skip"));
	buf_fmt(&b,
		",\"callback_data\":\"skip/%s\"},{\"text\":", date_iso(&c->arena, day));
	buf_json(&b, _("Cancel"));
	buf_fmt(&b, ",\"callback_data\":\"cancel/%s\"}]]}", date_iso(&c->arena, day));
	return buf_text(&b);
}

bool
label_is_skip(const char *text)
{
	return str_eq(text, _("Skip the task")) || str_eq(text, "Пропустить задание");
}

bool
label_is_balance(const char *text)
{
	return str_eq(text, _("Balance of lombaryers")) ||
	       str_eq(text, "Баланс ломбарьеров");
}

bool
label_is_yes_skip(const char *text)
{
	return str_eq(text, _("Skip")) || str_eq(text, "Пропустить");
}

enum err
answer_stranger(struct ctx *c, const struct update *u)
{
	return answer_say(c, answer_key(c, u, "stranger"), u->chat_id,
		_("You are not registered in the project yet. Send /start to "
		  "register."),
		NULL);
}
