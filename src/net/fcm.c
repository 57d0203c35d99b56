#include "net/fcm.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/conf.h"
#include "base/file.h"
#include "base/json.h"
#include "base/json_out.h"
#include "base/jwt.h"
#include "base/str.h"
#include "base/utc.h"

#define SCOPE "https://www.googleapis.com/auth/firebase.messaging"
#define ASSERTION_SECONDS 3600
#define DATA_MOST 4000 /* of the 4,096 bytes that a message's data may have */
#define ANSWER_MOST 65536
#define DAY "86400s"

bool
fcm_is_on(void)
{
	return conf.push_certificate[0] != '\0';
}

/* -- the account */

static const char *
required(struct ctx *c, struct json_object *json, const char *name)
{
	const char *text = json_text(json, name);

	if (text == NULL || text[0] == '\0')
		fail(c, E_INPUT, "push.certificate: \"%s\" is missing", name);
	return text;
}

enum err
fcm_account_read(struct ctx *c, struct fcm_account *out)
{
	const char *text = conf.push_certificate;
	struct json_object *json;
	size_t n = strlen(text);

	if (text[0] != '{') {
		const char *path = text;
		text = file_get(c, path, &n);
		if (text == NULL)
			return fail(c, E_INPUT, "push.certificate: %s: %s", path,
				strerror(errno));
	}
	if (json_read(c, text, n, &json) != OK) {
		ctx_clear_error(c);
		return fail(c, E_INPUT, "push.certificate: not a JSON object");
	}
	*out = (struct fcm_account){.project = required(c, json, "project_id"),
		.email = required(c, json, "client_email"),
		.key = required(c, json, "private_key"),
		.token_uri = required(c, json, "token_uri"),
		.key_id = json_text(json, "private_key_id")};
	return c->err == OK ? OK : E_INPUT;
}

/* The claims, signed by the account; NULL if its key is none. */
static const char *
assertion(struct ctx *c, const struct fcm_account *a)
{
	long long now = (long long)(utc_now().us / US_PER_SECOND);
	const char *text = NULL,
		   *claims = JSON(c, "iss", a->email, "scope", SCOPE, "aud",
			   a->token_uri, "iat", now, "exp", now + ASSERTION_SECONDS);

	if (jwt_make(c, claims, &(struct jwt_key){"RS256", a->key, a->key_id}, &text) !=
		OK)
		ctx_clear_error(c);
	return text;
}

/* -- calls */

/* One connection for all, on which many calls run beside each other. */
static CURL *
handle(struct ctx *c, const char *url, struct http_body *answer)
{
	const struct http_limits limits = {
		.seconds = (long)conf.push_timeout, .bytes = ANSWER_MOST};
	CURL *h = http_handle(c, url, &limits, answer);

	curl_easy_setopt(h, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
	curl_easy_setopt(h, CURLOPT_PIPEWAIT, 1L);
	if (conf.push_ca_file[0] != '\0')
		curl_easy_setopt(h, CURLOPT_CAINFO, conf.push_ca_file);
	return h;
}

CURL *
fcm_token_handle(struct ctx *c, const struct fcm_account *a, struct http_body *answer)
{
	const char *signed_claims = assertion(c, a);
	CURL *h = handle(c, a->token_uri, answer);

	curl_easy_setopt(h, CURLOPT_COPYPOSTFIELDS,
		arena_fmt(&c->arena,
			"grant_type=urn%%3Aietf%%3Aparams%%3Aoauth%%3Agrant-type%%"
			"3Ajwt-"
			"bearer&assertion=%s",
			signed_claims == NULL ? "" : signed_claims));
	return h;
}

enum err
fcm_token_read(struct ctx *c, long status, const struct http_body *answer,
	const char **access_token, int64_t *seconds)
{
	struct json_object *json;

	if (json_read(c, buf_text(&answer->text), answer->text.used, &json) != OK) {
		ctx_clear_error(c);
		json = NULL;
	}
	*access_token = json_text(json, "access_token");
	*seconds = json_number(json, "expires_in");
	if (status == 200 && *access_token != NULL && *seconds > 0)
		return OK;
	const char *error = json_text(json, "error_description");
	return fail(c, E_PEER, "no access token for pushes: status %ld%s%s", status,
		error == NULL ? "" : ": ", error == NULL ? "" : error);
}

CURL *
fcm_send_handle(struct ctx *c, const struct fcm_account *a, const char *access_token,
	const char *body, struct http_body *answer)
{
	const char *const lines[] = {"Content-Type: application/json",
		arena_fmt(&c->arena, "Authorization: Bearer %s", access_token)};
	CURL *h = handle(c,
		arena_fmt(&c->arena, "%s/v1/projects/%s/messages:send", conf.push_url,
			percent_encode(&c->arena, a->project, false)),
		answer);

	http_headers(c, h, lines, 2);
	curl_easy_setopt(h, CURLOPT_POSTFIELDS, body);
	return h;
}

/* -- bodies */

/* As much of the text as has so many bytes in JSON, whole characters. */
static const char *
cut(struct ctx *c, const char *text, size_t most)
{
	struct buf whole = {.arena = &c->arena};
	const char *end = text;
	size_t used = 0;

	buf_json(&whole, text);
	if (whole.used - 2 <= most)
		return text;
	while (*end != '\0') {
		const char *next = end;
		struct buf one = {.arena = &c->arena};

		utf8_next(&next);
		buf_json(&one, arena_strn(&c->arena, end, (size_t)(next - end)));
		used += one.used - 2;
		if (used > most)
			break;
		end = next;
	}
	return arena_strn(&c->arena, text, (size_t)(end - text));
}

static void
add_member(struct buf *b, const char *name, const char *text)
{
	if (text == NULL)
		return;
	buf_fmt(b, "%s\"%s\":", b->text[b->used - 1] == '{' ? "" : ",", name);
	buf_json(b, text);
}

const char *
fcm_body(struct ctx *c, const struct fcm_message *m)
{
	struct buf data = {.arena = &c->arena}, b = data;

	buf_addn(&data, m->data, strlen(m->data) - 1); /* without its last brace */
	add_member(&data, "title", m->title);
	if (m->message != NULL)
		add_member(&data, "message",
			cut(c, m->message,
				data.used < DATA_MOST ? DATA_MOST - data.used : 0));
	buf_add(&data, "}");
	buf_add(&b, "{\"message\":{\"token\":");
	buf_json(&b, m->token);
	buf_fmt(&b, ",\"data\":%s,\"android\":{\"priority\":\"%s\",\"ttl\":\"" DAY "\"",
		data.text, m->urgent ? "HIGH" : "NORMAL");
	add_member(&b, "collapse_key", m->collapse_key);
	buf_add(&b, "}}}");
	return b.text;
}

enum err
fcm_write(struct ctx *c, int64_t id, const char *body)
{
	const char *path = arena_fmt(
		&c->arena, "%s/%08lld.json", conf.push_directory, (long long)id);

	if (conf.push_directory[0] == '\0')
		return OK;
	return file_put(c, path, body, strlen(body), 0640);
}

/* -- answers */

/* The code that FCM gives in error.details, else error.status. */
static const char *
error_code(struct ctx *c, const struct http_body *answer)
{
	struct json_object *json, *error, *details;

	if (json_read(c, buf_text(&answer->text), answer->text.used, &json) != OK) {
		ctx_clear_error(c);
		return "";
	}
	error = json_member(json, "error", json_type_object);
	details = json_member(error, "details", json_type_array);
	for (size_t i = 0; details != NULL && i < json_object_array_length(details);
		i++) {
		const char *code =
			json_text(json_object_array_get_idx(details, i), "errorCode");
		if (code != NULL)
			return code;
	}
	const char *status = json_text(error, "status");
	return status == NULL ? "" : status;
}

static enum fcm_verdict
verdict(long status, const char *code, bool named)
{
	if (status == 200)
		return named ? FCM_OK : FCM_AGAIN;
	if (str_eq(code, "UNREGISTERED"))
		return FCM_GONE;
	if (status == 401)
		return FCM_UNSIGNED;
	if (status == 429)
		return FCM_FLOOD;
	if (status == 400 || status == 403 || status == 404)
		return code[0] == '\0' ? FCM_AGAIN : FCM_REFUSED;
	return FCM_AGAIN;
}

/* An answer of success has the message's name. */
static bool
has_name(struct ctx *c, const struct http_body *answer)
{
	struct json_object *json;

	if (json_read(c, buf_text(&answer->text), answer->text.used, &json) != OK) {
		ctx_clear_error(c);
		return false;
	}
	return json_text(json, "name") != NULL;
}

struct fcm_answer
fcm_answer_read(struct ctx *c, CURL *h, const char *why, long status,
	const struct http_body *answer)
{
	struct fcm_answer out = {.verdict = FCM_AGAIN, .why = why};
	curl_off_t wait = 0;

	if (why != NULL)
		return out;
	const char *code = status == 200 ? "" : error_code(c, answer);
	out.verdict = verdict(status, code, status == 200 && has_name(c, answer));
	if (curl_easy_getinfo(h, CURLINFO_RETRY_AFTER, &wait) == CURLE_OK)
		out.retry_after = wait;
	if (out.verdict != FCM_OK)
		out.why = arena_fmt(&c->arena, "status %ld %s", status, code);
	return out;
}
