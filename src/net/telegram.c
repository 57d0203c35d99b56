#include "net/telegram.h"

#include <json-c/json.h>
#include <string.h>
#include <strings.h>

#include "base/conf.h"
#include "base/field.h"
#include "base/str.h"

const char *
telegram_url(struct ctx *c, const char *method)
{
	return arena_fmt(
		&c->arena, "%s/bot%s/%s", conf.bot_api_url, conf.bot_token, method);
}

static struct json_object *
member(struct json_object *json, const char *name, enum json_type type)
{
	struct json_object *v;

	return json_object_object_get_ex(json, name, &v) && json_object_is_type(v, type)
		       ? v
		       : NULL;
}

static int64_t
number(struct json_object *json, const char *name)
{
	struct json_object *v = member(json, name, json_type_int);

	return v == NULL ? 0 : json_object_get_int64(v);
}

static void
read_result(struct json_object *result, struct bot_answer *out)
{
	struct json_object *photo = member(result, "photo", json_type_array), *id;

	out->message_id = number(result, "message_id");
	if (photo == NULL || json_object_array_length(photo) == 0)
		return;
	id = member(
		json_object_array_get_idx(photo, json_object_array_length(photo) - 1),
		"file_id", json_type_string);
	if (id != NULL)
		out->file_id = json_object_get_string(id);
}

static bool
says(const char *description, const char *words)
{
	return strcasestr(description, words) != NULL;
}

static enum bot_verdict
verdict(long code, const char *description)
{
	if (code == 429)
		return BOT_FLOOD;
	if (code == 401 || code == 404)
		return BOT_TOKEN;
	if (code == 403)
		return BOT_CLOSED;
	if (code == 400 && (says(description, "chat not found") ||
				   says(description, "deactivated")))
		return BOT_CLOSED;
	if (code == 400 &&
		(says(description, "file identifier") || says(description, "file_id")))
		return BOT_PICTURE;
	return code >= 400 && code < 500 ? BOT_REFUSED : BOT_AGAIN;
}

void
telegram_read(
	struct ctx *c, long status, const char *body, size_t n, struct bot_answer *out)
{
	struct json_object *json, *v;

	*out = (struct bot_answer){.verdict = BOT_AGAIN, .why = "no answer"};
	if (status == 0)
		return;
	out->why = arena_fmt(&c->arena, "HTTP %ld without a Bot API answer", status);
	if (json_read(c, body, n, &json) != OK) {
		ctx_forgive(c);
		return;
	}
	v = member(json, "ok", json_type_boolean);
	if (v == NULL)
		return;
	if (json_object_get_boolean(v)) {
		v = member(json, "result", json_type_object);
		out->verdict = BOT_OK;
		out->why = NULL;
		if (v != NULL)
			read_result(v, out);
		return;
	}
	v = member(json, "description", json_type_string);
	const char *description = v == NULL ? "" : json_object_get_string(v);
	int64_t code = number(json, "error_code");
	out->why = arena_fmt(&c->arena, "%lld %s", (long long)code, description);
	out->verdict = verdict(code == 0 ? status : (long)code, description);
	v = member(json, "parameters", json_type_object);
	out->retry_after = v == NULL ? 0 : number(v, "retry_after");
}
