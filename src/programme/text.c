#include "programme/text.h"

#include <libintl.h>
#include <string.h>

#include "base/buf.h"
#include "base/conf.h"
#include "base/field.h"
#include "base/json.h"
#include "base/str.h"
#include "programme/answer.h"

#define _(text) gettext(text)
#define TRIES_WITH_PICTURE 3

/* Everything that any text may need; each kind takes what is its own. */
struct payload {
	const char *name, *surname, *title, *url, *date, *text, *template;
	const char *markup; /* a keyboard as JSON, NULL for none */
	const char
		*reason; /* why a photo is declined, in staff's words; NULL: unknown */
	const char *query; /* id of the press that a note answers */
	bool missed, more, current;
	int64_t points, left, message_id;
	int64_t until; /* microseconds: another photo counts before; 0: not known */
};

static FIELDS(payload_fields, FIELD(struct payload, name),
	FIELD(struct payload, surname), FIELD(struct payload, title),
	FIELD(struct payload, url), FIELD(struct payload, date),
	FIELD(struct payload, text), FIELD(struct payload, template),
	FIELD(struct payload, markup), FIELD(struct payload, reason),
	FIELD(struct payload, query), FIELD(struct payload, missed),
	FIELD(struct payload, more), FIELD(struct payload, current),
	FIELD(struct payload, points), FIELD(struct payload, left),
	FIELD(struct payload, message_id), FIELD(struct payload, until));

static void
begin(struct ctx *c, struct buf *b, int64_t chat_id)
{
	*b = (struct buf){.arena = &c->arena};
	buf_fmt(b, "{\"chat_id\":%lld", (long long)chat_id);
}

static void
add_text(struct buf *b, const char *name, const char *value)
{
	buf_fmt(b, ",\"%s\":", name);
	buf_json(b, value);
}

static void
add_markup(struct buf *b, const char *json)
{
	buf_add(b, ",\"reply_markup\":");
	buf_add(b, json);
}

/* A task that was late comes in the afternoon. */
static const char *
greeting(struct ctx *c, const char *name)
{
	int hour = utc_hour(c->now);

	return arena_fmt(&c->arena,
		hour < 12   ? _("Good morning, %s!")
		: hour < 18 ? _("Good afternoon, %s!")
			    : _("Good evening, %s!"),
		name);
}

static enum err
task_text(struct ctx *c, const struct message *m, const struct payload *p,
	struct bot_call *out)
{
	const char *caption = arena_fmt(&c->arena, "%s\n%s%s", greeting(c, p->name),
		p->missed ? _("Yesterday's task was not done, and only the new one can "
			      "be reported now.\n")
			  : "",
		arena_fmt(&c->arena,
			_("Today's task: %s.\nDo not forget to take a photo when you "
			  "have done it!"),
			p->title));
	struct buf b;

	begin(c, &b, m->chat_id);
	/* A task without its picture is better than none. */
	if (m->tries >= TRIES_WITH_PICTURE) {
		add_text(&b, "text", caption);
		add_markup(&b, keyboard_task(c));
		buf_add(&b, "}");
		*out = (struct bot_call){"sendMessage", buf_text(&b)};
		return OK;
	}
	add_text(&b, "photo",
		m->file_id != NULL
			? m->file_id
			: arena_fmt(&c->arena, "%s%s", conf.site_url, p->url));
	add_text(&b, "caption", caption);
	add_markup(&b, keyboard_task(c));
	buf_add(&b, "}");
	*out = (struct bot_call){"sendPhoto", buf_text(&b)};
	return OK;
}

static enum err
plain(struct ctx *c, const struct message *m, const char *text, struct bot_call *out)
{
	struct buf b;

	begin(c, &b, m->chat_id);
	add_text(&b, "text", text);
	buf_add(&b, "}");
	*out = (struct bot_call){"sendMessage", buf_text(&b)};
	return OK;
}

static enum err
remind_text(struct ctx *c, const struct message *m, const struct payload *p,
	struct bot_call *out)
{
	return plain(c, m,
		arena_fmt(&c->arena,
			_("%s %s, today's task is still waiting for you! Lombaryers "
			  "can be "
			  "exchanged for gifts."),
			p->name, p->surname),
		out);
}

static enum err
excluded_text(struct ctx *c, const struct message *m, const struct payload *p,
	struct bot_call *out)
{
	(void)p;
	return plain(c, m,
		arena_fmt(&c->arena,
			_("Your part in the project has ended because there were no "
			  "reports for several "
			  "days. The lombaryers that you have earned can still be "
			  "spent. If this is a "
			  "mistake, write to %s."),
			conf.mail_from),
		out);
}

static enum err
ready_text(struct ctx *c, const struct message *m, const struct payload *p,
	struct bot_call *out)
{
	struct buf b;

	begin(c, &b, m->chat_id);
	add_text(&b, "text", p->text == NULL ? "" : p->text);
	if (p->markup != NULL)
		add_markup(&b, p->markup);
	buf_add(&b, "}");
	*out = (struct bot_call){"sendMessage", buf_text(&b)};
	return OK;
}

/* Without a keyboard of its own the message loses its buttons. */
static enum err
edit_text(struct ctx *c, const struct message *m, const struct payload *p,
	struct bot_call *out)
{
	struct buf b;

	begin(c, &b, m->chat_id);
	buf_fmt(&b, ",\"message_id\":%lld", (long long)p->message_id);
	add_text(&b, "text", p->text == NULL ? "" : p->text);
	buf_add(&b, "}");
	*out = (struct bot_call){"editMessageText", buf_text(&b)};
	return OK;
}

static enum err
note_text(struct ctx *c, const struct message *m, const struct payload *p,
	struct bot_call *out)
{
	struct buf b = {.arena = &c->arena};

	(void)m;
	buf_add(&b, "{\"callback_query_id\":");
	buf_json(&b, p->query);
	add_text(&b, "text", p->text);
	buf_add(&b, "}");
	*out = (struct bot_call){"answerCallbackQuery", buf_text(&b)};
	return OK;
}

static enum err
approved_text(struct ctx *c, const struct message *m, const struct payload *p,
	struct bot_call *out)
{
	return plain(c, m,
		arena_fmt(&c->arena,
			_("Congratulations, %s %s! You take part in the project. Your "
			  "first task "
			  "comes on %s at %02lld:00."),
			p->name, p->surname, p->date,
			(long long)conf.programme_new_task_hour),
		out);
}

static enum err
declined_text(struct ctx *c, const struct message *m, const struct payload *p,
	struct bot_call *out)
{
	return plain(c, m,
		p->text != NULL ? p->text
				: arena_fmt(&c->arena,
					  _("Unfortunately your application cannot be "
					    "accepted this time. "
					    "Questions: %s. News of the project: %s"),
					  conf.mail_from, conf.programme_group_url),
		out);
}

static enum err
moved_text(struct ctx *c, const struct message *m, const struct payload *p,
	struct bot_call *out)
{
	return plain(c, m,
		arena_fmt(&c->arena,
			_("The shift begins on another day: the first task comes on %s "
			  "at %02lld:00."),
			p->date, (long long)conf.programme_new_task_hour),
		out);
}

static const char *
next_task(struct ctx *c)
{
	return arena_fmt(&c->arena, _("The next task comes at %02lld:00."),
		(long long)conf.programme_new_task_hour);
}

static enum err
report_approved_text(struct ctx *c, const struct message *m, const struct payload *p,
	struct bot_call *out)
{
	const char *text = arena_fmt(&c->arena,
		_("Your report of %s is accepted! You get 1 lombaryer."), p->date);

	return plain(c, m,
		p->more ? arena_fmt(&c->arena, "%s %s", text, next_task(c)) : text,
		out);
}

/* 08:00 in the evening is that of tomorrow. */
static const char *
end_of_attempts(struct ctx *c, int64_t until)
{
	const char *hour = arena_fmt(
		&c->arena, "%02lld:00", (long long)conf.programme_new_task_hour);
	struct date day = utc_date((struct utc){until});

	return until == 0 ? hour
			  : arena_fmt(&c->arena, "%s %02d.%02d.%04d", hour, day.day,
				    day.month, day.year);
}

static enum err
report_declined_text(struct ctx *c, const struct message *m, const struct payload *p,
	struct bot_call *out)
{
	const char *text =
		p->reason == NULL
			? arena_fmt(&c->arena,
				  _("The photo of %s cannot be accepted: perhaps the "
				    "work is not visible on it."),
				  p->date)
			: arena_fmt(&c->arena, "%s %s",
				  arena_fmt(&c->arena,
					  _("The photo of %s cannot be accepted."),
					  p->date),
				  p->reason);
	/* The message may go out when the next task has come. */
	bool open = p->more && p->current && (p->until == 0 || c->now.us < p->until);

	if (open && p->left > 0)
		text = arena_fmt(&c->arena, "%s %s", text,
			arena_fmt(&c->arena,
				ngettext("You may send another photo until %s: %lld "
					 "attempt is left.",
					"You may send another photo until %s: %lld "
					"attempts are left.",
					(unsigned long)p->left),
				end_of_attempts(c, p->until), (long long)p->left));
	else if (open)
		text = arena_fmt(&c->arena, "%s %s %s", text,
			_("No attempts are left."), next_task(c));
	return plain(c, m, text, out);
}

/*
 * The four words that a farewell may hold; everything else in braces stays as it is.
 * The word for the points is that of the catalogue, in its plural.
 */
static enum err
final_text(struct ctx *c, const struct message *m, const struct payload *p,
	struct bot_call *out)
{
	const struct pair words[] = {{"{name}", p->name}, {"{surname}", p->surname},
		{"{numbers_lombaryers}",
			arena_fmt(&c->arena, "%lld", (long long)p->points)},
		{"{lombaryers_case}",
			ngettext("lombaryer", "lombaryers", (unsigned long)p->points)}};
	struct buf b = {.arena = &c->arena};

	for (const char *s = p->template; *s != '\0';) {
		size_t i = 0;
		while (i < 4 && !str_starts(s, words[i].name))
			i++;
		if (i < 4) {
			buf_add(&b, words[i].value);
			s += strlen(words[i].name);
		} else {
			buf_addn(&b, s++, 1);
		}
	}
	return plain(c, m, buf_text(&b), out);
}

/* The card's picture, which anybody who has its address may see; its page where
 * Telegram cannot fetch it. */
static enum err
picture_text(struct ctx *c, const struct message *m, const char *words,
	const struct payload *p, struct bot_call *out)
{
	const char *page = arena_fmt(&c->arena, "%s%s", conf.site_url, p->url);
	struct buf b;

	if (m->tries >= TRIES_WITH_PICTURE)
		return plain(c, m, arena_fmt(&c->arena, "%s\n%s", words, page), out);
	begin(c, &b, m->chat_id);
	add_text(&b, "photo", arena_fmt(&c->arena, "%s.jpg", page));
	add_text(&b, "caption", words);
	buf_add(&b, "}");
	*out = (struct bot_call){"sendPhoto", buf_text(&b)};
	return OK;
}

static enum err
certificate_text(struct ctx *c, const struct message *m, const struct payload *p,
	struct bot_call *out)
{
	return picture_text(c, m,
		arena_fmt(&c->arena,
			_("%s, this certificate is yours: you have come to the end!"),
			p->name),
		p, out);
}

static enum err
card_text(struct ctx *c, const struct message *m, const struct payload *p,
	struct bot_call *out)
{
	return picture_text(c, m,
		arena_fmt(&c->arena, _("%s, your card is ready."), p->name), p, out);
}

static const struct {
	const char *kind;
	enum err (*make)(struct ctx *, const struct message *, const struct payload *,
		struct bot_call *);
} texts[] = {
	{"task", task_text},
	{"remind", remind_text},
	{"excluded", excluded_text},
	{"text", ready_text},
	{"edit", edit_text},
	{"note", note_text},
	{"approved", approved_text},
	{"declined", declined_text},
	{"moved", moved_text},
	{"report_approved", report_approved_text},
	{"report_declined", report_declined_text},
	{"final", final_text},
	{"certificate", certificate_text},
	{"card", card_text},
};

enum err
text_of_message(struct ctx *c, const struct message *m, struct bot_call *out)
{
	struct payload p = {.name = "",
		.surname = "",
		.title = "",
		.url = "",
		.date = "",
		.text = NULL,
		.template = ""};
	struct json_object *json;

	TRY(json_read(c, m->payload, strlen(m->payload), &json));
	TRY(fields_from_json(c, json, payload_fields, false, &p));
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (str_eq(texts[i].kind, m->kind))
			return texts[i].make(c, m, &p, out);
	return fail(c, E_BUG, "no text for messages of kind %s", m->kind);
}
