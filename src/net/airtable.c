#include "net/airtable.h"

#include <string.h>
#include <unistd.h>

#include "base/conf.h"
#include "base/fence.h"
#include "base/json.h"
#include "base/str.h"
#include "base/utc.h"
#include "net/http.h"

#define TURN_US 210000 /* five requests a second, a little slower */
#define ANSWER_MOST (8 << 20)

bool
airtable_is_on(void)
{
	return conf.airtable_api_key[0] != '\0' && conf.airtable_base_id[0] != '\0';
}

bool
airtable_id_valid(const char *id)
{
	size_t n = id == NULL ? 0 : strlen(id);

	return n > 3 && n <= 40 && str_starts(id, "rec") &&
	       strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
			  "0123456789") == n;
}

static void
wait_for_turn(void)
{
	static int64_t last;
	int64_t left = last + TURN_US - monotonic_us();

	if (left > 0 && left <= TURN_US)
		usleep((useconds_t)left);
	last = monotonic_us();
}

static const char *
address(struct ctx *c, const char *table)
{
	return arena_fmt(&c->arena, "%s/v0/%s/%s", conf.airtable_api_url,
		percent_encode(&c->arena, conf.airtable_base_id, false),
		percent_encode(&c->arena, table, false));
}

/* What Airtable says of an error: {"error": {"type", "message"}} or {"error": "..."}.
 */
static const char *
complaint(struct ctx *c, const struct http_body *body)
{
	struct json_object *json = json_tokener_parse(buf_text(&body->text)), *error;
	const char *words = NULL;

	if (json_object_object_get_ex(json, "error", &error))
		words = json_object_is_type(error, json_type_object)
				? json_text(error, "message")
				: json_object_get_string(error);
	words = words == NULL ? "no reason was given" : arena_str(&c->arena, words);
	json_object_put(json);
	return words;
}

static enum err
judge(struct ctx *c, long status, const struct http_body *body)
{
	if (status == 200)
		return OK;
	if (status == 429)
		return fail(c, E_LIMIT, "Airtable: too many requests");
	if (status == 401 || status == 403)
		return fail(c, E_PEER, "Airtable %ld: %s", status, complaint(c, body));
	if (status == 404 || status == 422)
		return fail(c, E_INPUT, "Airtable %ld: %s", status, complaint(c, body));
	return fail(c, E_PEER, "Airtable answered %ld", status);
}

static enum err
ask(struct ctx *c, CURL *h, const char *const *more, size_t count,
	struct http_body *body)
{
	const char *lines[3] = {arena_fmt(
		&c->arena, "Authorization: Bearer %s", conf.airtable_api_key)};
	long status = 0;

	for (size_t i = 0; i < count; i++)
		lines[i + 1] = more[i];
	http_headers(c, h, lines, count + 1);
	TRY(fence_check(c));
	wait_for_turn();
	const char *why = http_run_or_stop(h, &status);
	if (why != NULL)
		return fail(c, E_PEER, "Airtable: %s", why);
	return judge(c, status, body);
}

static const struct http_limits limits = {
	.connect_seconds = 5, .seconds = 30, .bytes = ANSWER_MOST};

enum err
airtable_list(struct ctx *c, const char *table, const char *formula,
	const char **offset, struct json_object **page)
{
	struct http_body *body = arena_new(&c->arena, sizeof(*body));
	const char *url = arena_fmt(&c->arena, "%s?pageSize=100&filterByFormula=%s%s%s",
		address(c, table), percent_encode(&c->arena, formula, false),
		*offset == NULL ? "" : "&offset=",
		*offset == NULL ? "" : percent_encode(&c->arena, *offset, false));

	TRY(ask(c, http_handle(c, url, &limits, body), NULL, 0, body));
	if (json_read(c, buf_text(&body->text), body->text.used, page) != OK ||
		json_member(*page, "records", json_type_array) == NULL) {
		ctx_clear_error(c);
		return fail(c, E_PEER, "Airtable's answer is no list of records");
	}
	*offset = json_text(*page, "offset");
	return OK;
}

enum err
airtable_change(struct ctx *c, const char *table, const char *body)
{
	static const char *const json[] = {"Content-Type: application/json"};
	struct http_body *answer = arena_new(&c->arena, sizeof(*answer));
	CURL *h = http_handle(c, address(c, table), &limits, answer);

	curl_easy_setopt(h, CURLOPT_CUSTOMREQUEST, "PATCH");
	curl_easy_setopt(h, CURLOPT_COPYPOSTFIELDS, body);
	return ask(c, h, json, 1, answer);
}
