#include "messenger/profile.h"

#include <string.h>

#include "account/session.h"
#include "base/json.h"
#include "base/str.h"
#include "db/db.h"
#include "messenger/chat.h"

#include "messenger/profile.sql.h"

static FIELDS(state_fields, FIELD(struct profile_state, account_id),
	FIELD(struct profile_state, commit_id), FIELD(struct profile_state, is_locked),
	FIELD(struct profile_state, is_deleted), FIELD(struct profile_state, private),
	FIELD(struct profile_state, image_url));

static FIELDS(shown_fields, FIELD(struct profile_shown, commit_id),
	FIELD(struct profile_shown, json));

/* -- what it says */

/* The member's value is a JSON object or, one level deeper, a text; index an integer.
 */
static struct json_object *
indexed(struct json_object *entry, enum json_type type)
{
	struct json_object *value = json_member(entry, "value", type);

	return json_member(entry, "index", json_type_int) == NULL ||
			       json_object_object_length(entry) != 2
		       ? NULL
		       : value;
}

static bool
group_fits(struct json_object *group)
{
	struct json_object *labels = indexed(group, json_type_object);

	if (labels == NULL)
		return false;
	json_object_object_foreach(labels, label, entry)
	{
		(void)label;
		if (indexed(entry, json_type_string) == NULL)
			return false;
	}
	return true;
}

/* {"<label>":"<text>"} of the entry with the lowest index. */
static const char *
summary(struct ctx *c, struct json_object *data, const char *name)
{
	struct json_object *labels = json_member(
		json_member(data, name, json_type_object), "value", json_type_object);
	struct buf b = {.arena = &c->arena};
	const char *first = NULL, *text = NULL;
	int64_t lowest = 0;

	if (labels == NULL)
		return NULL;
	json_object_object_foreach(labels, label, entry)
	{
		int64_t index = json_number(entry, "index");

		if (first != NULL && index >= lowest)
			continue;
		lowest = index;
		first = label;
		text = json_text(entry, "value");
	}
	if (first == NULL)
		return NULL;
	buf_add(&b, "{");
	buf_json(&b, first);
	buf_add(&b, ":");
	buf_json(&b, text);
	buf_add(&b, "}");
	return b.text;
}

static bool
data_fits(struct json_object *data)
{
	json_object_object_foreach(data, name, group)
	{
		if (name[0] == '\0' || !group_fits(group))
			return false;
	}
	return true;
}

static void
drop(void *json)
{
	json_object_put(json);
}

enum err
profile_data_read(struct ctx *c, const char *text, struct profile_data *out)
{
	struct json_object *data;

	if (text[0] == '"') {
		struct json_object *once = json_tokener_parse(text);

		arena_defer(&c->arena, drop, once);
		if (json_object_is_type(once, json_type_string))
			text = json_object_get_string(once);
	}
	if (strlen(text) > PROFILE_DATA_BYTES ||
		json_read(c, text, strlen(text), &data) != OK || !data_fits(data)) {
		ctx_clear_error(c);
		return fail(c, E_INPUT, NULL);
	}
	*out = (struct profile_data){
		.text = arena_str(
			&c->arena, json_object_to_json_string_ext(data,
					   JSON_C_TO_STRING_PLAIN |
						   JSON_C_TO_STRING_NOSLASHESCAPE)),
		.email = summary(c, data, "email"),
		.phone = summary(c, data, "phone"),
		.sns = summary(c, data, "sns"),
		.address = summary(c, data, "address")};
	return OK;
}

/* -- the rows */

enum err
profile_state(struct ctx *c, int64_t id, struct profile_state *out)
{
	return db_one(c, &PROFILE_STATE, state_fields, out, ARGS(c, id));
}

enum err
profile_own(struct ctx *c, int64_t account_id, const char **json)
{
	return db_json(c, &PROFILE_OWN, json, ARGS(c, account_id));
}

struct seen {
	const char *commit_id, *json;
	bool is_seen;
};

static FIELDS(seen_fields, FIELD(struct seen, commit_id), FIELD(struct seen, json),
	FIELD(struct seen, is_seen));

enum err
profile_show(
	struct ctx *c, int64_t id, const struct viewer *who, struct profile_shown *out)
{
	struct seen seen = {0};

	TRY(db_one(c, &PROFILE_SHOW, seen_fields, &seen,
		ARGS(c, id, who->account_id, who->profile_id, who->is_admin)));
	*out = (struct profile_shown){seen.commit_id, seen.json};
	return seen.is_seen ? OK : fail(c, E_DENIED, NULL);
}

enum err
profile_add(struct ctx *c, int64_t account_id, const struct profile_change *p,
	struct profile_shown *out)
{
	int64_t count;

	/* This locks the account, so that two at once cannot both be the last. */
	TRY(session_end_access(c, account_id, "messenger", "role"));
	TRY(db_int(c, &PROFILE_COUNT, &count, ARGS(c, account_id)));
	if (count >= PROFILES_MOST)
		return fail(c, E_QUOTA, NULL);
	return db_one(c, &PROFILE_INSERT, shown_fields, out,
		ARGS(c, account_id, p->name, p->team_name, p->description,
			p->data->text, p->data->email, p->data->phone, p->data->sns,
			p->data->address, p->private, p->can_annonymous_invite,
			c->now));
}

enum err
profile_change(struct ctx *c, int64_t id, const char *commit_id,
	const struct profile_change *p, struct profile_shown *out)
{
	static const struct profile_data none = {0};
	const struct profile_data *data = p->data == NULL ? &none : p->data;

	return db_one(c, &PROFILE_UPDATE, shown_fields, out,
		ARGS(c, id, commit_id, p->name, p->team_name, p->description,
			data->text, data->email, data->phone, data->sns, data->address,
			p->private, p->can_annonymous_invite));
}

enum err
profile_set_image(struct ctx *c, int64_t id, const char *commit_id,
	const char *image_url, struct profile_shown *out)
{
	return db_one(c, &PROFILE_IMAGE, shown_fields, out,
		ARGS(c, id, commit_id, image_url));
}

enum err
profile_delete(struct ctx *c, int64_t id, int64_t account_id, const char *commit_id)
{
	TRY(session_end_access(c, account_id, "messenger", "role"));
	TRY(chat_leave_all(c, (struct chat_actor){id, account_id}));
	TRY(db_do(c, &PROFILE_DELETE, ARGS(c, id, commit_id, c->now, c->actor)));
	return db_do(c, &PROFILE_DELETE_CARDS, ARGS(c, id, c->now, c->actor));
}
