/* The screen "Settings": what is in force, and the console's own file. */
#include "account/account.h"
#include "account/audit.h"
#include "base/conf.h"
#include "base/json_out.h"
#include "base/own_settings.h"
#include "base/str.h"
#include "console/console.h"
#include "db/db.h"
#include "people/caller.h"
#include "reply.h"

#include "console/settings.sql.h"

static void
add_entry(void *to, const struct conf_entry *e)
{
	struct buf *list = to, b = {.arena = list->arena};

	json_put(&b, "name", arena_fmt(b.arena, "%s.%s", e->section, e->key));
	json_put(&b, "value", e->value);
	json_put(&b, "default", e->def);
	json_put(&b, "below", e->below);
	json_put(&b, "from", e->from);
	json_put(&b, "unit", e->unit);
	json_put(&b, "meaning", e->meaning);
	json_put(&b, "least", e->least);
	json_put(&b, "most", e->most);
	json_put(&b, "words", e->words);
	json_put(&b, "is_secret", e->is_secret);
	json_put(&b, "is_set", e->is_set);
	json_put(&b, "restarts", e->restarts);
	json_item(list, json_end(&b));
}

static const char *
own_list(struct ctx *c, const struct own_settings *own)
{
	struct buf list = {.arena = &c->arena};

	for (size_t i = 0; i < own->count; i++)
		json_item(&list, JSON(c, "name", own->list[i].name, "value",
					 own->list[i].value));
	return json_list_end(&list);
}

/*
 * GET /settings: 200 {"file", "own", "can_undo", "version", "settings"}. file: NULL
 * where none may be changed. own: what the file says; it is in force within seconds.
 */
enum err
console_get_settings(struct req *r)
{
	struct ctx *c = &r->ctx;
	struct buf list = {.arena = &c->arena};
	struct own_settings own = {.version = 1};
	const char *file = conf.console_settings_file;

	if (file[0] != '\0')
		TRY(own_settings_read(c, &own));
	conf_each(add_entry, &list);
	return console_reply(r,
		JSON(c, "own", json_raw(own_list(c, &own)), "can_undo", own.can_undo,
			"version", own.version, "file", file[0] == '\0' ? NULL : file,
			"settings", json_raw(json_list_end(&list))));
}

/* The file as it was seen, and nobody else's turn meanwhile. */
static enum err
read_seen(struct req *r, struct own_settings *own)
{
	struct ctx *c = &r->ctx;
	const char *nothing = NULL;
	int64_t seen = 0;

	TRY(people_seen_version(r, &seen));
	TRY(db_json(c, &CONSOLE_SETTINGS_LOCK, &nothing, ARGS(c)));
	TRY(own_settings_read(c, own));
	return seen != 0 && seen != own->version ? fail(c, E_CHANGED, NULL) : OK;
}

static const char *
value_in(const struct own_settings *own, const char *name)
{
	for (size_t i = 0; i < own->count; i++)
		if (str_eq(own->list[i].name, name))
			return own->list[i].value;
	return NULL;
}

static enum err
change(struct req *r, const char *name, const char *value)
{
	struct ctx *c = &r->ctx;
	struct own_settings own = {0};

	TRY(read_seen(r, &own));
	const char *old = value_in(&own, name);
	if (value == NULL && old == NULL)
		return fail(c, E_MISSING, NULL);
	TRY(audit_add(c, "setting.change", "setting", name,
		JSON(c, "before", json_raw(JSON(c, "value", old)), "after",
			json_raw(JSON(c, "value", value)))));
	TRY(own_settings_set(c, &own, name, value));
	return reply_empty(r, 204);
}

struct value_body {
	const char *value;
};

INPUT(console_setting_in, struct value_body,
	FIELD(struct value_body, value, .must = true, .as_typed = true, .max = 3000));

/* PUT /settings/{word} {"value"}, If-Match: 204. E_CHANGED, E_INPUT; E_CONFLICT where
 * none may be changed. */
enum err
console_put_setting(struct req *r)
{
	const struct value_body *in = r->in;
	struct ctx *c = &r->ctx;
	const char *why = conf_refuse(r->word[0], in->value);

	if (why != NULL)
		return field_error_add(c, (struct field_error){.place = "body",
						  .field = "value",
						  .kind = FIELD_ERROR_FORM,
						  .words = why});
	return change(r, r->word[0], in->value);
}

/* DELETE /settings/{word}, If-Match: 204; it is what the host's files say. E_MISSING.
 */
enum err
console_delete_setting(struct req *r)
{
	return change(r, r->word[0], NULL);
}

/* Those of one file whose value is another in the other: {"section.key": "value"}. */
static struct json_value
different(
	struct ctx *c, const struct own_settings *of, const struct own_settings *other)
{
	struct buf b = {.arena = &c->arena};

	for (size_t i = 0; i < of->count; i++) {
		const struct own_setting *s = &of->list[i];
		const char *there = value_in(other, s->name);

		if (there != NULL && str_eq(there, s->value))
			continue;
		json_put(&b, s->name, s->value);
	}
	return json_raw(json_end(&b));
}

/* POST /settings/undo, If-Match: 204; the file is as before the last change. E_MISSING.
 */
enum err
console_post_settings_undo(struct req *r)
{
	struct ctx *c = &r->ctx;
	struct own_settings own = {0}, before = {0};

	TRY(read_seen(r, &own));
	TRY(own_settings_before(c, &before));
	TRY(audit_add(c, "setting.undo", "setting", "",
		JSON(c, "before", different(c, &own, &before), "after",
			different(c, &before, &own))));
	TRY(own_settings_undo(c));
	return reply_empty(r, 204);
}
