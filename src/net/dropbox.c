#include "net/dropbox.h"

#include <sodium.h>
#include <string.h>

#include "base/buf.h"
#include "base/conf.h"
#include "base/fence.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/json_out.h"
#include "base/str.h"
#include "net/access_token.h"
#include "net/http.h"

#define ANSWER_MOST (1 << 20)
#define PAGES_MOST 100
#define HASH_BLOCK ((size_t)4 << 20)
#define LINK_TRIES 2    /* somebody else may make or remove it meanwhile */
#define PAUSE_UNTOLD 30 /* seconds */
#define PAUSE_MOST 3600 /* seconds: nobody is believed more */

bool
dropbox_is_on(void)
{
	return conf.dropbox_access_token[0] != '\0' ||
	       conf.dropbox_refresh_token[0] != '\0';
}

/* afresh: the one that is known has just been refused. */
static enum err
bearer(struct ctx *c, bool afresh, const char **out)
{
	static struct access_token kept;
	const struct access_grant grant = {.whose = "Dropbox",
		.url = arena_fmt(&c->arena, "%s/oauth2/token", conf.dropbox_api_url),
		.client_id = conf.dropbox_app_key,
		.client_secret = conf.dropbox_app_secret,
		.refresh_token = conf.dropbox_refresh_token};

	*out = conf.dropbox_access_token;
	if (conf.dropbox_refresh_token[0] != '\0')
		return access_token_get(c, &grant, afresh, &kept, out);
	return afresh ? fail(c, E_INPUT,
				"Dropbox's token has ended; with DROPBOX_REFRESH_TOKEN "
				"it would be renewed")
		      : OK;
}

/* -- calls */

struct call {
	const char *url;
	const char *argument; /* JSON, ASCII */
	const void *bytes;    /* of a file; NULL: the argument is the body */
	size_t size;
	bool gets;   /* a file: what is answered is no JSON */
	size_t most; /* bytes of the answer, 0: ANSWER_MOST */
};

/* What Dropbox says of a refusal: {"error_summary": "path/not_found/.."}. */
static const char *
summary(struct ctx *c, const struct http_body *body)
{
	struct json_object *json = json_tokener_parse(buf_text(&body->text));
	const char *words = json_text(json, "error_summary");

	words = words == NULL ? "no reason was given" : arena_str(&c->arena, words);
	json_object_put(json);
	return words;
}

static enum err
send_once(struct ctx *c, const struct call *call, CURL *h, bool afresh, long *status)
{
	const bool has_file = call->bytes != NULL, in_head = has_file || call->gets;
	const char *lines[3], *token = NULL;

	TRY(bearer(c, afresh, &token));
	lines[0] = arena_fmt(&c->arena, "Authorization: Bearer %s", token);
	lines[1] = in_head ? "Content-Type: application/octet-stream"
			   : "Content-Type: application/json";
	lines[2] = arena_fmt(&c->arena, "Dropbox-API-Arg: %s", call->argument);
	http_headers(c, h, lines, in_head ? 3 : 2);
	curl_easy_setopt(h, CURLOPT_POST, 1L);
	curl_easy_setopt(h, CURLOPT_POSTFIELDSIZE_LARGE,
		(curl_off_t)(has_file  ? call->size
			     : in_head ? 0
				       : strlen(call->argument)));
	curl_easy_setopt(h, CURLOPT_POSTFIELDS,
		has_file  ? call->bytes
		: in_head ? (const void *)""
			  : (const void *)call->argument);
	TRY(fence_check(c));
	const char *why = http_run_or_stop(h, status);
	return why == NULL ? OK : fail(c, E_PEER, "Dropbox: %s", why);
}

static enum err
wants_pause(struct ctx *c, CURL *h)
{
	curl_off_t seconds = 0;

	curl_easy_getinfo(h, CURLINFO_RETRY_AFTER, &seconds);
	error_detail(c, "retry_after",
		seconds <= 0           ? PAUSE_UNTOLD
		: seconds > PAUSE_MOST ? PAUSE_MOST
				       : seconds);
	return fail(c, E_LIMIT, "Dropbox: too many requests");
}

/* The answer of a call. *refused: its words where it says 409, which may be what the
 * caller expects. */
static enum err
ask_body(struct ctx *c, const struct call *call, struct http_body **out,
	const char **refused)
{
	const struct http_limits limits = {.connect_seconds = 5,
		.seconds = 60,
		.bytes = call->most > 0 ? call->most : ANSWER_MOST};
	struct http_body *body = arena_new(&c->arena, sizeof(*body));
	CURL *h = http_handle(c, call->url, &limits, body);
	long status = 0;

	*refused = NULL;
	*out = body;
	TRY(send_once(c, call, h, false, &status));
	if (status == 401) {
		h = http_handle(c, call->url, &limits, body);
		TRY(send_once(c, call, h, true, &status));
	}
	if (status == 429)
		return wants_pause(c, h);
	if (status == 409)
		*refused = summary(c, body);
	else if (status >= 400 && status < 500)
		return fail(c, E_INPUT, "Dropbox %ld: %s", status, summary(c, body));
	else if (status != 200)
		return fail(c, E_PEER, "Dropbox answered %ld", status);
	return OK;
}

static enum err
ask(struct ctx *c, const struct call *call, struct json_object **json,
	const char **refused)
{
	struct http_body *body = NULL;

	*json = NULL;
	TRY(ask_body(c, call, &body, refused));
	if (*refused != NULL)
		return OK;
	if (json_read(c, buf_text(&body->text), body->text.used, json) != OK) {
		ctx_clear_error(c);
		return fail(c, E_PEER, "Dropbox's answer is no JSON");
	}
	return OK;
}

/* {"path": ..., more}. Only ASCII comes here: paths are of our making. */
static const char *
argument(struct ctx *c, const char *path, const char *more)
{
	struct buf b = {.arena = &c->arena};

	buf_add(&b, "{\"path\":");
	buf_json(&b, path);
	buf_fmt(&b, "%s}", more);
	return buf_text(&b);
}

static struct call
api_call(struct ctx *c, const char *name, const char *argument)
{
	return (struct call){
		.url = arena_fmt(&c->arena, "%s/2/%s", conf.dropbox_api_url, name),
		.argument = argument};
}

enum err
dropbox_put(struct ctx *c, const char *path, const void *bytes, size_t size)
{
	const struct call call = {.url = arena_fmt(&c->arena, "%s/2/files/upload",
					  conf.dropbox_content_url),
		.argument = argument(c, path, ",\"mode\":\"overwrite\",\"mute\":true"),
		.bytes = bytes,
		.size = size};
	struct json_object *json = NULL;
	const char *refused = NULL;

	TRY(ask(c, &call, &json, &refused));
	if (refused != NULL)
		return fail(c, E_INPUT, "Dropbox: %s", refused);
	return json_number(json, "size") == (int64_t)size
		       ? OK
		       : fail(c, E_PEER, "Dropbox has not taken all of the file");
}

/* "?dl=0" shows a page, "?raw=1" the bytes. */
static const char *
raw(struct ctx *c, const char *url)
{
	const char *query = strchr(url, '?'), *at = query;

	while (at != NULL && !str_starts(at + 1, "dl="))
		at = strchr(at + 1, '&');
	if (at == NULL)
		return arena_fmt(
			&c->arena, "%s%craw=1", url, query == NULL ? '?' : '&');
	const char *rest = strchr(at + 1, '&');
	return arena_fmt(&c->arena, "%.*sraw=1%s", (int)(at + 1 - url), url,
		rest == NULL ? "" : rest);
}

static enum err
known_link(struct ctx *c, const char *path, const char **url)
{
	const struct call call = api_call(c, "sharing/list_shared_links",
		argument(c, path, ",\"direct_only\":true"));
	struct json_object *json = NULL, *list;
	const char *refused = NULL;

	TRY(ask(c, &call, &json, &refused));
	list = refused == NULL ? json_member(json, "links", json_type_array) : NULL;
	if (list != NULL && json_object_array_length(list) > 0)
		*url = json_text(json_object_array_get_idx(list, 0), "url");
	return OK;
}

enum err
dropbox_link(struct ctx *c, const char *path, const char **url)
{
	const struct call call = api_call(
		c, "sharing/create_shared_link_with_settings", argument(c, path, ""));
	struct json_object *json = NULL;
	const char *refused = NULL, *found = NULL;

	for (int i = 0; i < LINK_TRIES && found == NULL; i++) {
		TRY(ask(c, &call, &json, &refused));
		if (refused == NULL)
			found = json_text(json, "url");
		else if (str_starts(refused, "shared_link_already_exists"))
			TRY(known_link(c, path, &found));
		else
			return fail(c, E_INPUT, "Dropbox: %s", refused);
	}
	if (found == NULL || !str_starts(found, "https://"))
		return fail(c, E_PEER, "Dropbox gives no link");
	*url = raw(c, found);
	return OK;
}

enum err
dropbox_remove(struct ctx *c, const char *path)
{
	const struct call call = api_call(c, "files/delete_v2", argument(c, path, ""));
	struct json_object *json = NULL;
	const char *refused = NULL;

	TRY(ask(c, &call, &json, &refused));
	return refused == NULL || strstr(refused, "not_found") != NULL
		       ? OK
		       : fail(c, E_INPUT, "Dropbox: %s", refused);
}

/* -- folders */

static enum err
take_entries(struct ctx *c, struct json_object *page, dropbox_take *take, void *whose)
{
	struct json_object *list = json_member(page, "entries", json_type_array);

	if (list == NULL)
		return fail(c, E_PEER, "Dropbox's answer is no list of files");
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *one = json_object_array_get_idx(list, i);
		const struct dropbox_entry entry = {json_text(one, "path_display"),
			json_text(one, "content_hash"), json_number(one, "size")};

		if (str_eq(json_text(one, ".tag"), "file") && entry.path != NULL &&
			entry.path[0] == '/' && entry.hash != NULL)
			TRY(take(c, whose, &entry));
	}
	return OK;
}

enum err
dropbox_list(
	struct ctx *c, const char *folder, dropbox_take *take, void *whose, bool *found)
{
	struct call call = api_call(
		c, "files/list_folder", argument(c, folder, ",\"recursive\":true"));
	struct json_object *page = NULL;
	const char *refused = NULL;

	*found = false;
	for (int pages = 0; pages < PAGES_MOST; pages++) {
		TRY(ask(c, &call, &page, &refused));
		if (refused != NULL)
			return strstr(refused, "not_found") != NULL
				       ? OK
				       : fail(c, E_INPUT, "Dropbox: %s", refused);
		TRY(take_entries(c, page, take, whose));
		*found = true;
		if (!json_truth(page, "has_more"))
			return OK;
		call = api_call(c, "files/list_folder/continue",
			JSON(c, "cursor", json_text(page, "cursor")));
	}
	return fail(c, E_INPUT, "%s in Dropbox has too many files", folder);
}

enum err
dropbox_get(
	struct ctx *c, const char *path, size_t most, const void **bytes, size_t *size)
{
	const struct call call = {.url = arena_fmt(&c->arena, "%s/2/files/download",
					  conf.dropbox_content_url),
		.argument = argument(c, path, ""),
		.gets = true,
		.most = most};
	struct http_body *body = NULL;
	const char *refused = NULL;

	TRY(ask_body(c, &call, &body, &refused));
	if (refused != NULL)
		return fail(c, E_INPUT, "Dropbox: %s", refused);
	*bytes = buf_text(&body->text);
	*size = body->text.used;
	return OK;
}

const char *
dropbox_hash(struct ctx *c, const void *bytes, size_t size)
{
	size_t blocks = (size + HASH_BLOCK - 1) / HASH_BLOCK;
	unsigned char *all =
		arena_new(&c->arena, blocks * crypto_hash_sha256_BYTES + 1);

	for (size_t i = 0; i < blocks; i++) {
		size_t at = i * HASH_BLOCK;

		crypto_hash_sha256(all + i * crypto_hash_sha256_BYTES,
			(const unsigned char *)bytes + at,
			size - at < HASH_BLOCK ? size - at : HASH_BLOCK);
	}
	return sha256_hex(&c->arena, all, blocks * crypto_hash_sha256_BYTES);
}
