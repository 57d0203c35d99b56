#include "cards/record.h"

#include "base/buf.h"
#include "base/conf.h"
#include "base/json.h"
#include "base/str.h"
#include "cards/card_said.h"
#include "cards/code.h"
#include "db/db.h"
#include "net/airtable.h"

#include "cards/record.sql.h"

struct json_object *
record_fields(struct json_object *record)
{
	return json_member(record, "fields", json_type_object);
}

const char *
record_user(struct json_object *card)
{
	struct json_object *list =
		json_member(record_fields(card), "user_uuid", json_type_array);
	const char *id =
		list == NULL || json_object_array_length(list) == 0
			? NULL
			: json_object_get_string(json_object_array_get_idx(list, 0));

	return airtable_id_valid(id) ? id : NULL;
}

bool
record_has_image(struct json_object *card)
{
	struct json_object *list =
		json_member(record_fields(card), "image", json_type_array);

	return list != NULL && json_object_array_length(list) > 0;
}

static bool
has(struct json_object *fields, const char *name)
{
	struct json_object *v = NULL;

	return json_object_object_get_ex(fields, name, &v) && v != NULL;
}

static void
lack(struct buf *b, const char *what)
{
	buf_fmt(b, "%s%s", b->used == 0 ? "" : ",", what);
}

/* What the record must have and has not, parted by commas. What is not drawn of it
 * comes first: *undrawn is the length of that. */
static const char *
lacking(struct ctx *c, struct json_object *card, struct json_object *user,
	size_t *undrawn)
{
	static const char *const of_card[] = {"role", "level", "card_issued_date"};
	static const char *const of_user[] = {"name", "surname", "id"};
	struct buf b = {.arena = &c->arena};

	if (!has(record_fields(card), "uuid"))
		lack(&b, "uuid");
	if (user == NULL)
		lack(&b, "user_uuid");
	else if (!has(user, "uuid"))
		lack(&b, "user.uuid");
	*undrawn = b.used;
	for (size_t i = 0; i < 3; i++)
		if (!has(record_fields(card), of_card[i]))
			lack(&b, of_card[i]);
	for (size_t i = 0; user != NULL && i < 3; i++)
		if (!has(user, of_user[i]))
			lack(&b, of_user[i]);
	return buf_text(&b);
}

/* What Airtable has, by the rules that hold for what staff says. */
static enum err
read_said(struct ctx *c, struct json_object *card, struct json_object *user,
	struct card_data *out)
{
	static const struct {
		bool of_user;
		const char *theirs, *ours;
	} columns[] = {{false, "role", "role"}, {false, "level", "level"},
		{false, "card_issued_date", "card_issued_date"}, {true, "id", "number"},
		{true, "name", "name"}, {true, "surname", "surname"}};
	struct json_object *all = json_object_new_object(), *v = NULL;
	struct card_said said = {0};

	for (size_t i = 0; i < sizeof(columns) / sizeof(*columns); i++) {
		struct json_object *from =
			columns[i].of_user ? user : record_fields(card);

		if (has(from, columns[i].theirs) &&
			json_object_object_get_ex(from, columns[i].theirs, &v))
			json_object_object_add(
				all, columns[i].ours, json_object_get(v));
	}
	enum err e = fields_from_json(c, all, card_said_fields, false, &said);
	json_object_put(all);
	*out = card_said_data(&said);
	return e;
}

struct member {
	int64_t id;
	bool changed;
};

static FIELDS(member_fields, FIELD(struct member, id), FIELD(struct member, changed));

/* The member of a user's record, as it is now; their other cards show the same name. */
static enum err
store_member(struct ctx *c, const char *record, const struct card_data *d,
	struct member *out)
{
	TRY(db_one(c, &RECORD_MEMBER, member_fields, out,
		ARGS(c, record, d->number, d->name, d->surname, c->now)));
	return out->changed ? member_card_renamed(c, out->id) : OK;
}

static enum err
store(struct ctx *c, struct json_object *card, bool has_user, const struct card_data *d,
	const char *lacks, struct record_taken *out)
{
	const char *record = json_text(card, "id");
	struct member member = {0};
	int64_t id;

	if (has_user)
		TRY(store_member(c, record_user(card), d, &member));
	else
		TRY(db_int(c, &RECORD_NOBODY, &member.id, ARGS(c, record, c->now)));
	TRY(db_int(c, &RECORD_CARD, &id,
		ARGS(c, code_new(&c->arena, conf.cards_sandbox), member.id, d->role,
			d->level,
			d->issued.year == 0 ? NULL : date_iso(&c->arena, d->issued),
			record, c->now, lacks)));
	if (!record_has_image(card))
		TRY(db_do(c, &RECORD_EMPTIED, ARGS(c, record)));
	out->changed = id != 0 || member.changed;
	return id == 0 ? OK : member_card_settle(c, id);
}

/* What is wrong with a record is its own: it is told, and the round goes on. */
static enum err
forgive(struct ctx *c, enum err e, const char **wrong)
{
	if (e != E_INPUT && e != E_CARD_NUMBER && e != E_EXISTS)
		return e;
	if (c->field_errors != NULL)
		*wrong = arena_fmt(&c->arena, "%s: %s", c->field_errors->field,
			field_error_sentence(c, c->field_errors));
	else
		*wrong =
			arena_str(&c->arena, c->why == NULL ? err_sentence(e) : c->why);
	ctx_clear_error(c);
	return OK;
}

enum err
record_take(struct ctx *c, struct json_object *card, struct json_object *user,
	struct record_taken *out)
{
	const char *record = json_text(card, "id");
	size_t undrawn = 0;
	int64_t known = 0;
	struct card_data d;

	*out = (struct record_taken){0};
	if (!airtable_id_valid(record)) {
		out->wrong = "lacks id";
		return OK;
	}
	if (record_has_image(card)) {
		TRY(db_int(c, &RECORD_KNOWN, &known, ARGS(c, record)));
		out->skipped = known == 0;
		if (out->skipped)
			return OK;
	}
	const char *lacks = lacking(c, card, user, &undrawn);
	if (lacks[0] != '\0')
		out->wrong = arena_fmt(&c->arena, "lacks %s", lacks);
	enum err e = read_said(c, card, user, &d);
	if (e == OK)
		e = db_begin(c);
	if (e == OK)
		e = db_end(c, store(c, card, user != NULL, &d,
				      arena_strn(&c->arena, lacks, undrawn), out));
	return forgive(c, e, &out->wrong);
}

static enum err
store_user(struct ctx *c, const char *record, const struct card_data *d,
	struct record_taken *out)
{
	struct member member = {0};

	TRY(store_member(c, record, d, &member));
	out->changed = member.changed;
	return OK;
}

enum err
record_take_user(struct ctx *c, struct json_object *user, struct record_taken *out)
{
	const char *record = json_text(user, "id");
	int64_t known = 0;
	struct card_data d;

	*out = (struct record_taken){.skipped = true};
	if (!airtable_id_valid(record) || record_fields(user) == NULL)
		return OK;
	TRY(db_int(c, &RECORD_MEMBER_KNOWN, &known, ARGS(c, record)));
	if (known == 0)
		return OK;
	out->skipped = false;
	enum err e = read_said(c, NULL, record_fields(user), &d);
	if (e == OK)
		e = db_begin(c);
	if (e == OK)
		e = db_end(c, store_user(c, record, &d, out));
	return forgive(c, e, &out->wrong);
}
