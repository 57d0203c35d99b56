#include "programme/update.h"

#include "base/json.h"
#include "base/str.h"

FIELDS(update_fields, FIELD(struct update, id), FIELD(struct update, kind),
	FIELD(struct update, holds), FIELD(struct update, chat_id),
	FIELD(struct update, is_private), FIELD(struct update, is_bots),
	FIELD(struct update, message_id), FIELD(struct update, date),
	FIELD(struct update, text), FIELD(struct update, query),
	FIELD(struct update, status), FIELD(struct update, album),
	FIELD(struct update, file_id), FIELD(struct update, unique_id),
	FIELD(struct update, bytes));

/* A copy; what is behind a NUL character is lost, and what is no text is none. */
static const char *
text(struct ctx *c, struct json_object *json, const char *name)
{
	const char *s = json_text(json, name);

	return s == NULL || utf8_count(s) < 0 ? NULL : arena_str(&c->arena, s);
}

static void
read_chat(struct ctx *c, struct json_object *from, struct update *out)
{
	struct json_object *chat = json_member(from, "chat", json_type_object);
	struct json_object *person = json_member(from, "from", json_type_object);

	if (chat != NULL) {
		out->chat_id = json_number(chat, "id");
		out->is_private = str_eq(text(c, chat, "type"), "private");
	}
	out->is_bots = json_truth(person, "is_bot");
}

static void
read_photo(struct ctx *c, struct json_object *sizes, struct update *out)
{
	size_t n = json_object_array_length(sizes);
	int64_t most = -1;

	for (size_t i = 0; i < n; i++) {
		struct json_object *size = json_object_array_get_idx(sizes, i);
		int64_t pixels = (json_number(size, "width") & INT32_MAX) *
				 (json_number(size, "height") & INT32_MAX);
		const char *file_id = text(c, size, "file_id");

		if (file_id == NULL || pixels < most)
			continue;
		most = pixels;
		out->file_id = file_id;
		out->unique_id = text(c, size, "file_unique_id");
		out->bytes = json_number(size, "file_size");
	}
	if (out->unique_id == NULL)
		out->unique_id = out->file_id;
}

/* Messages that Telegram itself puts into a chat, and what goes on changing: nobody
 * waits for an answer. */
static bool
is_service(struct json_object *message)
{
	static const char *const members[] = {"new_chat_members", "left_chat_member",
		"new_chat_title", "new_chat_photo", "delete_chat_photo",
		"group_chat_created", "supergroup_chat_created", "channel_chat_created",
		"message_auto_delete_timer_changed", "migrate_to_chat_id",
		"migrate_from_chat_id", "pinned_message", "write_access_allowed",
		"chat_background_set", "boost_added", "live_period"};

	for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++)
		if (json_object_object_get_ex(message, members[i], NULL))
			return true;
	struct json_object *place = json_member(message, "location", json_type_object);
	return place != NULL && json_object_object_get_ex(place, "live_period", NULL);
}

static void
read_message(struct ctx *c, struct json_object *m, struct update *out)
{
	struct json_object *form = json_member(m, "web_app_data", json_type_object);
	struct json_object *photo = json_member(m, "photo", json_type_array);

	read_chat(c, m, out);
	out->message_id = json_number(m, "message_id");
	out->date = json_number(m, "date");
	out->album = text(c, m, "media_group_id");
	out->text = text(c, m, "text");
	out->holds = out->text != NULL ? "text" : is_service(m) ? "service" : "other";
	if (photo != NULL) {
		read_photo(c, photo, out);
		out->holds = out->file_id != NULL ? "photo" : "other";
	} else if (form != NULL) {
		out->text = text(c, form, "data");
		out->holds = "form";
	}
}

static void
read_callback(struct ctx *c, struct json_object *q, struct update *out)
{
	struct json_object *message = json_member(q, "message", json_type_object);
	struct json_object *person = json_member(q, "from", json_type_object);

	read_chat(c, message, out);
	/* Below an old message, or one sent through inline mode, there is no chat. */
	if (out->chat_id == 0) {
		out->chat_id = json_number(person, "id");
		out->is_private = true;
	}
	out->is_bots = false;
	out->message_id = json_number(message, "message_id");
	out->query = text(c, q, "id");
	out->text = text(c, q, "data");
}

static void
read_membership(struct ctx *c, struct json_object *change, struct update *out)
{
	read_chat(c, change, out);
	out->status = text(
		c, json_member(change, "new_chat_member", json_type_object), "status");
}

static const struct {
	const char *kind;
	void (*read)(struct ctx *, struct json_object *, struct update *);
} readers[] = {{"message", read_message}, {"edited_message", read_message},
	{"callback_query", read_callback}, {"my_chat_member", read_membership}};

enum err
update_read(struct ctx *c, struct json_object *json, struct update *out)
{
	*out = (struct update){.id = json_number(json, "update_id"), .kind = "other"};
	if (out->id <= 0)
		return field_error_add(c, (struct field_error){.place = "body",
						  .field = "update_id",
						  .kind = FIELD_ERROR_MISSING});
	for (size_t i = 0; i < sizeof(readers) / sizeof(*readers); i++) {
		struct json_object *v =
			json_member(json, readers[i].kind, json_type_object);

		if (v == NULL)
			continue;
		out->kind = readers[i].kind;
		readers[i].read(c, v, out);
		break;
	}
	return OK;
}
