/* What Telegram, and its people, ask of us: docs/openapi/programme.yaml. */
#include "base/conf.h"
#include "base/json.h"
#include "base/str.h"
#include "programme/bot.h"
#include "programme/form.h"
#include "programme/programme.h"
#include "programme/webhook.h"
#include "reply.h"

/*
 * POST /telegram/webhook, an Update of the Bot API: 200 {}. It is dealt with, or safely
 * kept, before the answer, and the same update_id counts once. 401 without the secret
 * of setWebhook, 404 when updates are polled. 503 has it sent again.
 */
enum err
programme_post_telegram_webhook(struct req *r)
{
	struct ctx *c = &r->ctx;
	struct json_object *json;
	struct update u;

	TRY(req_body(r));
	TRY(json_read(c, r->body == NULL ? "" : r->body, r->body_size, &json));
	TRY(update_read(c, json, &u));
	TRY(bot_take(c, &u));
	return reply_json(r, 200, "{}");
}

/* GET /telegram/registration_form: 200, the page, which nginx has. */
enum err
programme_get_registration_form(struct req *r)
{
	reply_header(r, "X-Accel-Redirect", "/_web/telegram-form/form.html");
	return reply_empty(r, 200);
}

struct token_body {
	const char *token;
};

INPUT(programme_form_token_in, struct token_body,
	FIELD(struct token_body, token, .must = true, .min = 1, .max = 8000));

/* POST /telegram/registration_form {"token"}: 200 with the five members that the form's
 * token stands for. E_MISSING for one that is past. */
enum err
programme_post_registration_form(struct req *r)
{
	const struct token_body *in = r->in;
	const char *json = form_by_token(&r->ctx, in->token);

	if (json == NULL)
		return fail(&r->ctx, E_MISSING,
			"Данные для формы устарели: заполните её заново.");
	reply_header(r, "Cache-Control", "no-store");
	return reply_json(r, 200, json);
}
