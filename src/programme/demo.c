#include "programme/demo.h"

#include <dirent.h>
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/conf.h"
#include "base/json.h"
#include "base/str.h"
#include "db/db.h"
#include "net/telegram.h"
#include "programme/bot.h"
#include "programme/outbox.h"
#include "programme/text.h"

#include "programme/demo.sql.h"

#define MAILS 20        /* shown */
#define MAIL_MOST 65536 /* bytes that are read of one */

bool
demo_is_on(void)
{
	return conf.site_demo && !conf.site_production && !telegram_is_on();
}

static enum err
check(struct ctx *c)
{
	return demo_is_on() ? OK : fail(c, E_NO_ROUTE, NULL);
}

enum err
demo_chats(struct ctx *c, const char **json)
{
	TRY(check(c));
	return db_json(c, &DEMO_FAMILIES, json, ARGS(c));
}

static FIELDS(message_fields, FIELD(struct message, id), FIELD(struct message, chat_id),
	FIELD(struct message, tries), FIELD(struct message, kind),
	FIELD(struct message, payload), FIELD(struct message, file_id));

/* {"text": "Skip", "data": "skip/..."}; data is null where pressing says the text. */
static void
add_row(struct buf *out, struct json_object *row, bool *first)
{
	for (size_t i = 0; row != NULL && i < json_object_array_length(row); i++) {
		struct json_object *button = json_object_array_get_idx(row, i);
		const char *label = json_text(button, "text"),
			   *data = json_text(button, "callback_data");

		if (label == NULL)
			continue;
		buf_add(out, *first ? "{\"text\":" : ",{\"text\":");
		buf_json(out, label);
		buf_add(out, ",\"data\":");
		if (data == NULL)
			buf_add(out, "null");
		else
			buf_json(out, data);
		buf_add(out, "}");
		*first = false;
	}
}

static void
add_buttons(struct buf *out, struct json_object *params)
{
	struct json_object *markup =
		json_member(params, "reply_markup", json_type_object);
	struct json_object *rows =
		json_member(markup, "inline_keyboard", json_type_array);
	bool first = true;

	if (rows == NULL)
		rows = json_member(markup, "keyboard", json_type_array);
	buf_add(out, ",\"buttons\":[");
	for (size_t i = 0; rows != NULL && i < json_object_array_length(rows); i++)
		add_row(out, json_object_array_get_idx(rows, i), &first);
	buf_add(out, "]}");
}

/* A picture of this site by its path. */
static const char *
own_path(const char *address)
{
	return address != NULL && str_starts(address, conf.site_url)
		       ? address + strlen(conf.site_url)
		       : NULL;
}

/* What the sender would send, so that nothing is shown that Telegram would not. */
static enum err
add_message(struct ctx *c, struct buf *out, const struct message *m)
{
	struct bot_call call = {0};
	struct json_object *params = NULL;

	TRY(text_of_message(c, m, &call));
	TRY(json_read(c, call.params, strlen(call.params), &params));
	const char *words = json_text(params, "text"),
		   *photo = own_path(json_text(params, "photo"));
	if (words == NULL)
		words = json_text(params, "caption");
	buf_fmt(out, "{\"id\":%lld,\"text\":", (long long)m->id);
	buf_json(out, words == NULL ? "" : words);
	buf_add(out, ",\"photo\":");
	if (photo == NULL)
		buf_add(out, "null");
	else
		buf_json(out, photo);
	add_buttons(out, params);
	return OK;
}

static enum err
check_family(struct ctx *c, int64_t chat)
{
	int64_t families = 0;

	TRY(check(c));
	TRY(db_int(c, &DEMO_FAMILY, &families, ARGS(c, chat)));
	return families > 0 ? OK : fail(c, E_MISSING, NULL);
}

enum err
demo_chat(struct ctx *c, int64_t chat, const char **json)
{
	struct buf out = {.arena = &c->arena};
	struct message *list = NULL;
	size_t count = 0;

	TRY(check_family(c, chat));
	TRY(db_many(c, &DEMO_MESSAGES, message_fields, &list, &count, ARGS(c, chat)));
	buf_add(&out, "[");
	for (size_t i = count; i-- > 0;) {
		buf_add(&out, i + 1 == count ? "" : ",");
		TRY(add_message(c, &out, &list[i]));
	}
	buf_add(&out, "]");
	*json = buf_text(&out);
	return OK;
}

/* Where the bot looks for files while there is no Telegram: bot.directory/files. */
static enum err
keep_photo(struct ctx *c, const char *base64, const char *name)
{
	size_t most = strlen(base64), size = 0;
	unsigned char *bytes = arena_new(&c->arena, most + 1);
	const char *folder = arena_fmt(&c->arena, "%s/files", conf.bot_directory);

	if (sodium_base642bin(bytes, most, base64, most, NULL, &size, NULL,
		    sodium_base64_VARIANT_ORIGINAL) != 0)
		return fail(c, E_INPUT, "photo: no base64");
	mkdir(folder, 0755);
	FILE *f = fopen(arena_fmt(&c->arena, "%s/%s", folder, name), "we");
	if (f == NULL)
		return fail(c, E_BUSY, "%s: %s", folder, strerror(errno));
	bool good = fwrite(bytes, 1, size, f) == size;
	good = fclose(f) == 0 && good;
	return good ? OK : fail(c, E_BUSY, "%s is full", folder);
}

enum err
demo_say(struct ctx *c, int64_t chat, const struct demo_words *words)
{
	int64_t id = c->now.us;
	const char *name = arena_fmt(&c->arena, "%lld", (long long)id);
	struct update u = {.id = id,
		.kind = words->press == NULL ? "message" : "callback_query",
		.holds = words->photo == NULL ? "text" : "photo",
		.chat_id = chat,
		.is_private = true,
		.date = id / US_PER_SECOND,
		.text = words->press == NULL ? words->text : words->press};

	TRY(check_family(c, chat));
	if ((words->text != NULL) + (words->press != NULL) + (words->photo != NULL) !=
		1)
		return fail(c, E_INPUT, "one of text, press and photo");
	if (words->press != NULL)
		u.query = name;
	if (words->photo != NULL) {
		TRY(keep_photo(c, words->photo, name));
		u.file_id = u.unique_id = name;
	}
	return bot_take(c, &u);
}

/* -- mails */

static int
newest_first(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*b)->d_name, (*a)->d_name);
}

static int
is_mail(const struct dirent *e)
{
	size_t n = strlen(e->d_name);

	return n > 4 && str_eq(e->d_name + n - 4, ".eml");
}

/* The first part that is plain text; it is base64. */
static const char *
text_of_mail(struct ctx *c, const char *mail)
{
	const char *part = strstr(mail, "text/plain");
	const char *begin = part == NULL ? NULL : strstr(part, "\r\n\r\n");
	const char *end = begin == NULL ? NULL : strstr(begin, "\r\n--");

	if (end == NULL)
		return "";
	size_t most = (size_t)(end - begin), size = 0;
	char *out = arena_new(&c->arena, most + 1);
	if (sodium_base642bin((unsigned char *)out, most, begin, most, "\r\n", &size,
		    NULL, sodium_base64_VARIANT_ORIGINAL) != 0)
		return "";
	out[size] = '\0';
	return utf8_valid(out, size) ? out : "";
}

static const char *
recipient(struct ctx *c, const char *mail)
{
	const char *to = str_starts(mail, "To: ") ? mail : strstr(mail, "\nTo: ");

	if (to == NULL)
		return "";
	to = strchr(to, ':') + 2;
	return arena_strn(&c->arena, to, strcspn(to, "\r\n"));
}

static void
add_mail(struct ctx *c, struct buf *out, const char *name)
{
	char *text = arena_new(&c->arena, MAIL_MOST + 1);
	FILE *f = fopen(arena_fmt(&c->arena, "%s/%s", conf.mail_directory, name), "re");

	if (f == NULL)
		return;
	text[fread(text, 1, MAIL_MOST, f)] = '\0';
	fclose(f);
	buf_add(out, out->used == 1 ? "{\"name\":" : ",{\"name\":");
	buf_json(out, name);
	buf_add(out, ",\"to\":");
	buf_json(out, recipient(c, text));
	buf_add(out, ",\"text\":");
	buf_json(out, text_of_mail(c, text));
	buf_add(out, "}");
}

enum err
demo_mails(struct ctx *c, const char **json)
{
	struct buf out = {.arena = &c->arena};
	struct dirent **entries = NULL;

	TRY(check(c));
	if (conf.mail_server[0] != '\0')
		return fail(c, E_NO_ROUTE, NULL);
	int n = scandir(conf.mail_directory, &entries, is_mail, newest_first);
	buf_add(&out, "[");
	for (int i = 0; i < n; i++) {
		if (i < MAILS)
			add_mail(c, &out, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	buf_add(&out, "]");
	*json = buf_text(&out);
	return OK;
}
