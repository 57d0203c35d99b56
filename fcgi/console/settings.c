/* The screen "Settings": what is in force, and the console's own file. */
#include "account/account.h"
#include "account/audit.h"
#include "base/conf.h"
#include "base/own_settings.h"
#include "base/str.h"
#include "console/console.h"
#include "db/db.h"
#include "people/caller.h"
#include "reply.h"

#include "console/settings.sql.h"

static void
member(struct buf *out, const char *name, const char *value)
{
	buf_fmt(out, ",\"%s\":", name);
	if (value == NULL)
		buf_add(out, "null");
	else
		buf_json(out, value);
}

static void
add_entry(void *to, const struct conf_entry *e)
{
	struct buf *out = to;

	buf_fmt(out, "%s{\"name\":\"%s.%s\"",
		buf_text(out)[out->used - 1] == '[' ? "" : ",", e->section, e->key);
	member(out, "value", e->value);
	member(out, "default", e->def);
	member(out, "below", e->below);
	member(out, "from", e->from);
	member(out, "unit", e->unit);
	member(out, "meaning", e->meaning);
	member(out, "least", e->least);
	member(out, "most", e->most);
	member(out, "words", e->words);
	buf_fmt(out, ",\"is_secret\":%s,\"is_set\":%s,\"restarts\":%s}",
		e->is_secret ? "true" : "false", e->is_set ? "true" : "false",
		e->restarts ? "true" : "false");
}

static void
add_own(struct buf *out, const struct own_settings *own)
{
	buf_add(out, "\"own\":[");
	for (size_t i = 0; i < own->count; i++) {
		buf_add(out, i == 0 ? "{\"name\":" : ",{\"name\":");
		buf_json(out, own->list[i].name);
		member(out, "value", own->list[i].value);
		buf_add(out, "}");
	}
	buf_fmt(out, "],\"can_undo\":%s,\"version\":%lld",
		own->can_undo ? "true" : "false", (long long)own->version);
}

/*
 * GET /settings: 200 {"file", "own", "can_undo", "version", "settings"}. file: NULL
 * where none may be changed. own: what the file says; it is in force within seconds.
 */
enum err
console_get_settings(struct req *r)
{
	struct ctx *c = &r->ctx;
	struct buf out = {.arena = &c->arena};
	struct own_settings own = {.version = 1};
	const char *file = conf.console_settings_file;

	if (file[0] != '\0')
		TRY(own_settings_read(c, &own));
	buf_add(&out, "{");
	add_own(&out, &own);
	member(&out, "file", file[0] == '\0' ? NULL : file);
	buf_add(&out, ",\"settings\":[");
	conf_each(add_entry, &out);
	buf_add(&out, "]}");
	return console_reply(r, buf_text(&out));
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
	struct buf data = {.arena = &c->arena};

	TRY(read_seen(r, &own));
	const char *old = value_in(&own, name);
	if (value == NULL && old == NULL)
		return fail(c, E_MISSING, NULL);
	buf_add(&data, "{\"before\":{\"value\":");
	old == NULL ? buf_add(&data, "null") : buf_json(&data, old);
	buf_add(&data, "},\"after\":{\"value\":");
	value == NULL ? buf_add(&data, "null") : buf_json(&data, value);
	buf_add(&data, "}}");
	TRY(audit_add(c, "setting.change", "setting", name, buf_text(&data)));
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
static void
add_different(struct buf *out, const struct own_settings *of,
	const struct own_settings *other)
{
	const char *comma = "";

	buf_add(out, "{");
	for (size_t i = 0; i < of->count; i++) {
		const struct own_setting *s = &of->list[i];
		const char *there = value_in(other, s->name);

		if (there != NULL && str_eq(there, s->value))
			continue;
		buf_add(out, comma);
		buf_json(out, s->name);
		buf_add(out, ":");
		buf_json(out, s->value);
		comma = ",";
	}
	buf_add(out, "}");
}

/* POST /settings/undo, If-Match: 204; the file is as before the last change. E_MISSING.
 */
enum err
console_post_settings_undo(struct req *r)
{
	struct ctx *c = &r->ctx;
	struct own_settings own = {0}, before = {0};
	struct buf data = {.arena = &c->arena};

	TRY(read_seen(r, &own));
	TRY(own_settings_before(c, &before));
	buf_add(&data, "{\"before\":");
	add_different(&data, &own, &before);
	buf_add(&data, ",\"after\":");
	add_different(&data, &before, &own);
	buf_add(&data, "}");
	TRY(audit_add(c, "setting.undo", "setting", "", buf_text(&data)));
	TRY(own_settings_undo(c));
	return reply_empty(r, 204);
}
