#include "net/access_token.h"

#include "base/buf.h"
#include "base/fence.h"
#include "base/json.h"
#include "base/str.h"
#include "base/utc.h"
#include "net/http.h"

#define EARLY_SECONDS 60

static void
add_member(CURL *h, struct buf *b, const char *name, const char *value)
{
	char *escaped = curl_easy_escape(h, value, 0);

	buf_fmt(b, "%s%s=%s", b->used == 0 ? "" : "&", name,
		escaped == NULL ? "" : escaped);
	curl_free(escaped);
}

static enum err
exchange(struct ctx *c, const struct access_grant *grant, struct json_object **answer)
{
	const struct http_limits limits = {.seconds = 30, .bytes = 65536};
	struct http_body *body = arena_new(&c->arena, sizeof(*body));
	struct buf form = {.arena = &c->arena};
	long status = 0;
	CURL *h = http_handle(c, grant->url, &limits, body);

	add_member(h, &form, "client_id", grant->client_id);
	add_member(h, &form, "client_secret", grant->client_secret);
	add_member(h, &form, "refresh_token", grant->refresh_token);
	add_member(h, &form, "grant_type", "refresh_token");
	curl_easy_setopt(h, CURLOPT_COPYPOSTFIELDS, buf_text(&form));
	TRY(fence_check(c));
	const char *why = http_run_or_stop(h, &status);
	if (why != NULL || status != 200)
		return fail(c, E_PEER, "%s's tokens: %s (%ld)", grant->whose,
			why == NULL ? "refused" : why, status);
	if (json_read(c, buf_text(&body->text), body->text.used, answer) == OK &&
		json_text(*answer, "access_token") != NULL)
		return OK;
	ctx_clear_error(c);
	return fail(c, E_PEER, "%s's tokens: no access_token", grant->whose);
}

enum err
access_token_get(struct ctx *c, const struct access_grant *grant, bool afresh,
	struct access_token *kept, const char **out)
{
	struct json_object *answer = NULL;

	if (afresh || kept->text == NULL || c->now.us >= kept->until_us) {
		TRY(exchange(c, grant, &answer));
		arena_end(&kept->arena);
		kept->arena = (struct arena){0};
		kept->text = arena_str(&kept->arena, json_text(answer, "access_token"));
		kept->until_us = c->now.us +
				 (json_number(answer, "expires_in") - EARLY_SECONDS) *
					 US_PER_SECOND;
	}
	*out = kept->text;
	return OK;
}
