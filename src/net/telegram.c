#include "net/telegram.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/conf.h"
#include "base/fence.h"
#include "base/field.h"
#include "base/json.h"
#include "base/program.h"
#include "base/str.h"

#define MAX_ANSWER (32 << 20) /* bytes: a hundred updates */

bool
telegram_is_on(void)
{
	return conf.bot_token[0] != '\0' && !fence_is_up();
}

const char *
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
		ctx_forgive(c);
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

struct body {
	struct buf text;
	size_t most;
	bool too_large;
};

static size_t
take_some(char *bytes, size_t size, size_t count, void *to)
{
	struct body *b = to;

	if (b->text.used + size * count > b->most) {
		b->too_large = true;
		return 0;
	}
	buf_addn(&b->text, bytes, size * count);
	return size * count;
}

static void
handle_end(void *handle)
{
	curl_easy_cleanup(handle);
}

static CURL *
handle_make(struct ctx *c, const char *url, int64_t seconds, struct body *body)
{
	CURL *h = curl_easy_init();

	if (h == NULL)
		abort();
	arena_defer(&c->arena, handle_end, h);
	body->text.arena = &c->arena;
	curl_easy_setopt(h, CURLOPT_URL, url);
	curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT, 10L);
	curl_easy_setopt(h, CURLOPT_TIMEOUT, (long)seconds);
	curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, take_some);
	curl_easy_setopt(h, CURLOPT_WRITEDATA, body);
	return h;
}

/* As curl_easy_perform(), but a SIGTERM ends it. The status; 0 and why when no whole
 * answer came. */
static long
perform(CURL *h, const char **why)
{
	CURLM *m = curl_multi_init();
	CURLcode code = CURLE_ABORTED_BY_CALLBACK;
	long status = 0;
	int running = 1, left;
	CURLMsg *message;

	if (m == NULL)
		abort();
	curl_multi_add_handle(m, h);
	while (running > 0 && !program_stopping()) {
		curl_multi_perform(m, &running);
		if (running > 0)
			curl_multi_poll(m, NULL, 0, 100, NULL);
		program_wait(0);
	}
	while ((message = curl_multi_info_read(m, &left)) != NULL)
		code = message->data.result;
	curl_multi_remove_handle(m, h);
	curl_multi_cleanup(m);
	*why = curl_easy_strerror(code);
	if (code == CURLE_OK)
		curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, &status);
	return status;
}

void
telegram_call(struct ctx *c, const char *method, const char *params, int64_t seconds,
	struct bot_answer *out)
{
	struct body body = {.most = MAX_ANSWER};
	struct curl_slist *headers =
		curl_slist_append(NULL, "Content-Type: application/json");
	CURL *h = handle_make(c, telegram_url(c, method), seconds, &body);
	const char *why;

	curl_easy_setopt(h, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(h, CURLOPT_POSTFIELDS, params);
	long status = perform(h, &why);
	curl_slist_free_all(headers);
	telegram_read(c, status, buf_text(&body.text), body.text.used, out);
	if (status == 0)
		out->why = why;
}

enum err
telegram_download(
	struct ctx *c, const char *path, size_t most, const char **bytes, size_t *size)
{
	struct body body = {.most = most};
	const char *url = arena_fmt(&c->arena, "%s/file/bot%s/%s", conf.bot_api_url,
		conf.bot_token, percent_encode(&c->arena, path, true));
	const char *why;

	if (strstr(path, "..") != NULL)
		return fail(c, E_BUSY, "getFile names a strange path");
	CURL *h = handle_make(c, url, conf.bot_timeout, &body);
	long status = perform(h, &why);
	if (body.too_large)
		return fail(c, E_TOO_LARGE, NULL);
	if (status == 0)
		return fail(c, E_BUSY, "%s", why);
	if (status != 200)
		return fail(c, E_BUSY, "the file's download: status %ld", status);
	*bytes = buf_text(&body.text);
	*size = body.text.used;
	return OK;
}
