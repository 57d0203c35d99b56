#include "programme/bot.h"

#include <ctype.h>
#include <libintl.h>
#include <string.h>

#include "base/conf.h"
#include "base/json.h"
#include "base/log.h"
#include "base/str.h"
#include "db/db.h"
#include "programme/absence_words.h"
#include "programme/answer.h"
#include "programme/update_handlers.h"
#include "programme/outbox.h"
#include "programme/intake.h"

#include "programme/bot.sql.h"

#define _(text) gettext(text)
/* Longer than the ids of updates are known: answers to an update have keys. */
#define KEEP_AT_LEAST (8 * 24 * 60 * 60)
#define SWEEP_MOST 10000 /* messages in one transaction */

static FIELDS(person_fields, FIELD(struct person, id), FIELD(struct person, name),
	FIELD(struct person, surname), FIELD(struct person, city),
	FIELD(struct person, phone_number), FIELD(struct person, born),
	FIELD(struct person, blocked), FIELD(struct person, is_member));

struct kept {
	const char *body;
};

static FIELDS(kept_fields, FIELD(struct kept, body));

/* Groups, channels and other bots: nobody waits there for an answer. */
static bool
is_not_ours(const struct update *u)
{
	return !u->is_private || u->is_bots || u->chat_id == 0;
}

/* "/start", also with a word behind it, or as "/start@name_of_the_bot". */
static bool
is_start(const struct update *u)
{
	return str_starts(u->text, "/start") && !isalnum((unsigned char)u->text[6]) &&
	       u->text[6] != '_';
}

static bool
is_balance(const struct update *u)
{
	return label_is_balance(u->text);
}

static bool
is_skip(const struct update *u)
{
	return label_is_skip(u->text);
}

static bool
is_skip_press(const struct update *u)
{
	return u->text != NULL &&
	       (str_starts(u->text, "skip/") || label_is_yes_skip(u->text));
}

static bool
is_absence(const struct update *u)
{
	return absence_word(u->text) != ABSENCE_NONE;
}

static bool
is_absence_press(const struct update *u)
{
	return u->text != NULL &&
	       (str_starts(u->text, "ill/") || str_starts(u->text, "back/"));
}

static enum err
on_nothing(struct ctx *c, const struct update *u, const struct person *p)
{
	(void)c, (void)u, (void)p;
	return OK;
}

static enum err
on_membership(struct ctx *c, const struct update *u, const struct person *p)
{
	bool gone = str_in(u->status == NULL ? "" : u->status, "kicked left");

	if (p == NULL || u->status == NULL || !u->is_private || gone == p->blocked)
		return OK;
	return db_do(c, &BOT_SET_BLOCKED, ARGS(c, p->id, gone, c->now));
}

static enum err
on_text(struct ctx *c, const struct update *u, const struct person *p)
{
	if (p == NULL)
		return answer_stranger(c, u);
	if (!p->is_member)
		return answer_say(c, answer_key(c, u, "text"), u->chat_id,
			_("I do not understand words yet. Send /start to see where "
			  "your application stands."),
			NULL);
	return answer_say(c, answer_key(c, u, "text"), u->chat_id,
		_("I do not understand words yet. Send a photo of the task that you "
		  "have done, or use the buttons."),
		keyboard_task(c));
}

static enum err
on_other(struct ctx *c, const struct update *u, const struct person *p)
{
	bool later;

	TRY(intake_is_later(c, u, false, &later));
	if (later)
		return OK;
	if (p == NULL)
		return answer_stranger(c, u);
	return answer_say(c, answer_key(c, u, "other"), u->chat_id,
		_("A report must be sent as a photo."), NULL);
}

static enum err
on_edited(struct ctx *c, const struct update *u, const struct person *p)
{
	if (p == NULL)
		return answer_stranger(c, u);
	return answer_say(c, answer_key(c, u, "edited"), u->chat_id,
		_("Changes of messages do not count: send it as a new message."), NULL);
}

static const struct {
	const char *kind, *holds;
	bool (*fits)(const struct update *);
	update_handler *handle;
} table[] = {
#define ON(kind, holds, fits, handle) {kind, holds, fits, handle},
#include "programme/updates.def"
#undef ON
};

static enum err
dispatch(struct ctx *c, const struct update *u, const struct person *p)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		if (table[i].kind[0] != '\0' && !str_eq(table[i].kind, u->kind))
			continue;
		if (table[i].holds[0] != '\0' && !str_eq(table[i].holds, u->holds))
			continue;
		if (table[i].fits == NULL || table[i].fits(u))
			return table[i].handle(c, u, p);
	}
	return OK;
}

/*
 * One chat's updates are dealt with one after the other, also when they come to several
 * processes at once. Who writes has not blocked the bot, whatever we thought.
 */
static enum err
deal_with(struct ctx *c, const struct update *u)
{
	struct person p = {0};
	bool known;

	if (!u->is_private || u->chat_id == 0)
		return OK;
	TRY(db_do(c, &BOT_LOCK_CHAT, ARGS(c, u->chat_id)));
	TRY(db_maybe(c, &BOT_PERSON, person_fields, &p, &known, ARGS(c, u->chat_id)));
	TRY(dispatch(c, u, known ? &p : NULL));
	/* Afterwards: whoever deals with it may lock a shift, which comes before
	 * people. */
	if (known && p.blocked && str_eq(u->kind, "message"))
		return db_do(c, &BOT_SET_BLOCKED, ARGS(c, p.id, false, c->now));
	return OK;
}

/* What is kept of an album: which of its messages were photos counts later. */
static const char *
album_of(struct ctx *c, const struct update *u)
{
	return u->album == NULL || str_eq(u->holds, "photo")
		       ? u->album
		       : arena_fmt(&c->arena, "other/%s", u->album);
}

static enum err
take(struct ctx *c, const struct update *u)
{
	TRY(db_do(c, &BOT_NOTE,
		ARGS(c, u->id, u->is_private ? u->chat_id : 0, album_of(c, u))));
	return c->rows == 0 ? OK : deal_with(c, u);
}

/* For the job; and for the operator, who sees why. */
static enum err
keep(struct ctx *c, const struct update *u, const char *why)
{
	struct buf body = {.arena = &c->arena};

	fields_to_json(&body, update_fields, u, STYLE_OMIT_NULL);
	TRY(db_do(c, &BOT_KEEP,
		ARGS(c, u->id, u->is_private ? u->chat_id : 0, album_of(c, u),
			buf_text(&body), why)));
	return job_add(
		c, &(struct job_order){.kind = "bot.update",
			   .subject = arena_fmt(&c->arena, "%lld", (long long)u->id),
			   .key = arena_fmt(&c->arena, "%lld", (long long)u->id)});
}

static enum err
in_transaction(struct ctx *c, const struct update *u, const char *why)
{
	TRY(db_begin(c));
	return db_end(c, why == NULL ? take(c, u) : keep(c, u, why));
}

enum err
bot_take(struct ctx *c, const struct update *u)
{
	enum err e = in_transaction(c, u, NULL);

	if (e == OK || e == E_BUSY)
		return e;
	const char *why = c->why == NULL ? err_sentence(e) : c->why;
	log_error("bot: update %lld kind=%s: %s", (long long)u->id, u->kind, why);
	ctx_clear_error(c);
	return in_transaction(c, u, why);
}

enum err
bot_update_job(struct ctx *c, const struct job *job)
{
	struct kept kept = {0};
	struct update u = {.kind = "other"};
	struct json_object *json;
	bool open;

	TRY(db_maybe(
		c, &BOT_OPEN_UPDATE, kept_fields, &kept, &open, ARGS(c, job->subject)));
	if (!open)
		return OK;
	TRY(json_read(c, kept.body, strlen(kept.body), &json));
	TRY(fields_from_json(c, json, update_fields, false, &u));
	TRY(deal_with(c, &u));
	return db_do(c, &BOT_HANDLED, ARGS(c, u.id));
}

enum err
bot_sweep_job(struct ctx *c, const struct job *job)
{
	int64_t seconds = conf.bot_keep_messages, count;

	TRY(db_do(c, &BOT_SWEEP, ARGS(c)));
	TRY(outbox_sweep(c, seconds > KEEP_AT_LEAST ? seconds : KEEP_AT_LEAST,
		SWEEP_MOST, &count));
	if (count < SWEEP_MOST)
		return OK;
	/* There are more: the same job once more, in a transaction of its own. */
	return job_add(c, &(struct job_order){.kind = "bot.sweep",
				  .subject = job->subject,
				  .key = "bot.sweep/"});
}
