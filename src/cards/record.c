#include "cards/record.h"

#include <string.h>

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

/* The same, and what kind of wrong it is. */
static enum err
note_refused(struct ctx *c, enum err e, struct record_taken *out)
{
	out->refused = e != OK;
	out->number_held = e == E_CARD_NUMBER || e == E_EXISTS;
	return forgive(c, e, &out->wrong);
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
	return note_refused(c, e, out);
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
	return note_refused(c, e, out);
}

/* -- numbers that change hands */

struct wanted {
	const char *id;
};

static FIELDS(wanted_fields, FIELD(struct wanted, id));

/* The users who were refused because of a number, and the numbers, parted by blanks. */
static void
list_refused(struct ctx *c, struct json_object *users, const struct record_taken *taken,
	const char **ids, const char **numbers)
{
	struct buf id = {.arena = &c->arena}, number = {.arena = &c->arena};

	for (size_t i = 0; i < json_object_array_length(users); i++) {
		struct json_object *one = json_object_array_get_idx(users, i);
		const char *blank = id.used == 0 ? "" : " ";

		if (!taken[i].number_held)
			continue;
		buf_fmt(&id, "%s%s", blank, json_text(one, "id"));
		buf_fmt(&number, "%s%lld", blank,
			(long long)json_number(record_fields(one), "id"));
	}
	*ids = buf_text(&id);
	*numbers = buf_text(&number);
}

/* Those of `ids` who can have their numbers once all of them have let go of theirs. */
static enum err
find_swaps(struct ctx *c, const char *ids, const char *numbers, const char **out)
{
	struct wanted *list = NULL;
	size_t count = 0, before = SIZE_MAX;

	for (*out = ids; before != count && **out != '\0';) {
		struct buf left = {.arena = &c->arena};

		before = count;
		TRY(db_many(c, &RECORD_SWAPS, wanted_fields, &list, &count,
			ARGS(c, ids, numbers, *out)));
		for (size_t i = 0; i < count; i++)
			buf_fmt(&left, "%s%s", i == 0 ? "" : " ", list[i].id);
		*out = buf_text(&left);
	}
	return OK;
}

static enum err
take_swaps(struct ctx *c, struct json_object *users, struct record_taken *taken,
	const char *ids)
{
	TRY(db_do(c, &RECORD_LET_GO, ARGS(c, ids)));
	for (size_t i = 0; i < json_object_array_length(users); i++) {
		struct json_object *one = json_object_array_get_idx(users, i);
		const char *id = json_text(one, "id");
		struct card_data d;

		if (!taken[i].number_held || !str_in(id, ids))
			continue;
		taken[i] = (struct record_taken){0};
		TRY(read_said(c, NULL, record_fields(one), &d));
		TRY(store_user(c, id, &d, &taken[i]));
		taken[i].changed = true;
	}
	return OK;
}

/* Two who have swapped their numbers are in each other's way, one by one. */
static enum err
swap_numbers(struct ctx *c, struct json_object *users, struct record_taken *taken)
{
	size_t n = json_object_array_length(users) * sizeof(*taken);
	struct record_taken *before = arena_new(&c->arena, n + 1);
	const char *ids, *numbers;

	list_refused(c, users, taken, &ids, &numbers);
	TRY(find_swaps(c, ids, numbers, &ids));
	if (*ids == '\0')
		return OK;
	memcpy(before, taken, n);
	TRY(db_begin(c));
	enum err e = db_end(c, take_swaps(c, users, taken, ids));
	if (e != E_CARD_NUMBER && e != E_EXISTS)
		return e;
	memcpy(taken, before, n); /* they stay refused */
	ctx_clear_error(c);
	return OK;
}

enum err
record_take_held(struct ctx *c, struct json_object *users, struct record_taken **taken)
{
	size_t count = json_object_array_length(users), held = 0;

	*taken = arena_new(&c->arena, (count + 1) * sizeof(**taken));
	for (size_t i = 0; i < count; i++) {
		TRY(record_take_user(
			c, json_object_array_get_idx(users, i), &(*taken)[i]));
		held += (*taken)[i].number_held;
	}
	return held < 2 ? OK : swap_numbers(c, users, *taken);
}
