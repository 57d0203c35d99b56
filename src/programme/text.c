#include "programme/text.h"

#include <libintl.h>
#include <string.h>

#include "base/buf.h"
#include "base/conf.h"
#include "base/field.h"
#include "base/str.h"

#define _(text) gettext(text)

/* Everything that any text may need; each kind takes what is its own. */
struct payload {
	const char *name, *surname, *title, *url;
	bool missed;
};

static FIELDS(payload_fields, FIELD(struct payload, name),
	FIELD(struct payload, surname), FIELD(struct payload, title),
	FIELD(struct payload, url), FIELD(struct payload, missed));

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

/* The keyboard under every task: skip it, or ask for one's points. */
static void
add_keyboard(struct buf *b)
{
	buf_add(b, ",\"reply_markup\":{\"keyboard\":[[{\"text\":");
	buf_json(b, _("Skip the task"));
	buf_add(b, "},{\"text\":");
	buf_json(b, _("Balance of lombaryers"));
	buf_add(b, "}]],\"resize_keyboard\":true}");
}

static enum err
task_text(struct ctx *c, const struct message *m, const struct payload *p,
	struct bot_call *out)
{
	const char *caption = arena_fmt(&c->arena,
		p->missed ? _("Good morning, %s!\nYesterday's task was not done, and "
			      "only the new one can be "
			      "reported now.\nToday's task: %s.\nDo not forget to take "
			      "a photo when you "
			      "have done it!")
			  : _("Good morning, %s!\nToday's task: %s.\nDo not forget to "
			      "take a photo when you "
			      "have done it!"),
		p->name, p->title);
	struct buf b;

	begin(c, &b, m->chat_id);
	add_text(&b, "photo",
		m->file_id != NULL
			? m->file_id
			: arena_fmt(&c->arena, "%s%s", conf.site_url, p->url));
	add_text(&b, "caption", caption);
	add_keyboard(&b);
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

static const struct {
	const char *kind;
	enum err (*make)(struct ctx *, const struct message *, const struct payload *,
		struct bot_call *);
} texts[] = {
	{"task", task_text},
	{"remind", remind_text},
	{"excluded", excluded_text},
};

enum err
text_of_message(struct ctx *c, const struct message *m, struct bot_call *out)
{
	struct payload p = {.name = "", .surname = "", .title = "", .url = ""};
	struct json_object *json;

	TRY(json_read(c, m->payload, strlen(m->payload), &json));
	TRY(fields_from_json(c, json, payload_fields, false, &p));
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (str_eq(texts[i].kind, m->kind))
			return texts[i].make(c, m, &p, out);
	return fail(c, E_BUG, "no text for messages of kind %s", m->kind);
}
