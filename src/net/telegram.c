#include "net/telegram.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/conf.h"
#include "base/fence.h"
#include "base/field.h"
#include "base/json.h"
#include "base/str.h"

#define MAX_ANSWER (32 << 20) /* bytes: a hundred updates */

bool
telegram_is_on(void)
{
	return conf.bot_token[0] != '\0' && !fence_is_up();
}

static const char *
telegram_url(struct ctx *c, const char *method)
{
	return arena_fmt(
		&c->arena, "%s/bot%s/%s", conf.bot_api_url, conf.bot_token, method);
}

enum err
telegram_write(struct ctx *c, int64_t message, const char *method, const char *params)
{
	const char *name = arena_fmt(&c->arena, "%s/%08lld-%s.json", conf.bot_directory,
		(long long)message, method);
	const char *beside = arena_fmt(&c->arena, "%s.new", name);
	FILE *out = fopen(beside, "we");

	if (out == NULL)
		return fail(c, E_PEER, "%s: %s", conf.bot_directory, strerror(errno));
	fprintf(out, "%s\n", params);
	if (fclose(out) != 0 || rename(beside, name) != 0)
		return fail(c, E_PEER, "%s: %s", name, strerror(errno));
	return OK;
}

static void
read_result(struct json_object *result, struct bot_answer *out)
{
	struct json_object *photo = json_member(result, "photo", json_type_array);

	out->message_id = json_number(result, "message_id");
	if (photo == NULL || json_object_array_length(photo) == 0)
		return;
	out->file_id = json_text(
		json_object_array_get_idx(photo, json_object_array_length(photo) - 1),
		"file_id");
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
	/* Telegram could not fetch the picture from our site, which may be a matter of
	 * the moment. */
	if (code == 400 && (says(description, "HTTP URL content") ||
				   says(description, "web page content") ||
				   says(description, "WEBPAGE_")))
		return BOT_AGAIN;
	/* What was wanted is so already, or nobody looks at it any more. */
	if (code == 400 && (says(description, "message is not modified") ||
				   says(description, "query is too old")))
		return BOT_OK;
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
		ctx_clear_error(c);
		return;
	}
	v = json_member(json, "ok", json_type_boolean);
	if (v == NULL)
		return;
	if (json_object_get_boolean(v)) {
		out->verdict = BOT_OK;
		out->why = NULL;
		if (json_object_object_get_ex(json, "result", &v))
			out->result = v;
		v = json_member(json, "result", json_type_object);
		if (v != NULL)
			read_result(v, out);
		return;
	}
	const char *description = json_text(json, "description");
	description = description == NULL ? "" : description;
	int64_t code = json_number(json, "error_code");
	out->why = arena_fmt(&c->arena, "%lld %s", (long long)code, description);
	out->verdict = verdict(code == 0 ? status : (long)code, description);
	v = json_member(json, "parameters", json_type_object);
	out->retry_after = json_number(v, "retry_after");
}

CURL *
telegram_handle(struct ctx *c, const char *method, const char *params,
	const struct http_limits *limits, struct http_body *out)
{
	static const char *const lines[] = {
		"Content-Type: application/json", "Expect:"};
	CURL *h = http_handle(c, telegram_url(c, method), limits, out);

	http_headers(c, h, lines, sizeof(lines) / sizeof(*lines));
	curl_easy_setopt(h, CURLOPT_POSTFIELDS, params);
	return h;
}

void
telegram_call(struct ctx *c, const char *method, const char *params, int64_t seconds,
	struct bot_answer *out)
{
	const struct http_limits limits = {
		.seconds = (long)seconds, .bytes = MAX_ANSWER};
	struct http_body body;
	CURL *h = telegram_handle(c, method, params, &limits, &body);
	long status;

	const char *why = http_run_or_stop(h, &status);
	telegram_read(c, status, buf_text(&body.text), body.text.used, out);
	if (why != NULL)
		out->why = why;
}

enum err
telegram_download(
	struct ctx *c, const char *path, size_t most, const char **bytes, size_t *size)
{
	const struct http_limits limits = {
		.seconds = (long)conf.bot_timeout, .bytes = most};
	struct http_body body;
	const char *url = arena_fmt(&c->arena, "%s/file/bot%s/%s", conf.bot_api_url,
		conf.bot_token, percent_encode(&c->arena, path, true));
	long status;

	if (strstr(path, "..") != NULL)
		return fail(c, E_BUSY, "getFile names a strange path");
	const char *why =
		http_run_or_stop(http_handle(c, url, &limits, &body), &status);
	if (body.too_large)
		return fail(c, E_TOO_LARGE, NULL);
	if (why != NULL)
		return fail(c, E_BUSY, "%s", why);
	if (status != 200)
		return fail(c, E_BUSY, "the file's download: status %ld", status);
	*bytes = buf_text(&body.text);
	*size = body.text.used;
	return OK;
}
