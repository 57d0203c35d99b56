/* The demo's chats and mails, to be played without Telegram: programme/demo.h. */
#include "programme/demo.h"

#include "console/console.h"
#include "reply.h"

/* GET /demo/chats: 200 [{"chat", "name", "last"}]. E_NO_ROUTE outside of the demo. */
enum err
console_get_demo_chats(struct req *r)
{
	const char *json = NULL;

	TRY(demo_chats(&r->ctx, &json));
	return console_reply(r, json);
}

/* GET /demo/chats/{id}: 200 [{"id", "text", "photo", "buttons"}]. */
enum err
console_get_demo_chat(struct req *r)
{
	const char *json = NULL;

	TRY(demo_chat(&r->ctx, r->id[0], &json));
	return console_reply(r, json);
}

/* A request has 64 KB at most; the page makes its picture small enough. */
INPUT(console_demo_in, struct demo_words, FIELD(struct demo_words, text, .max = 4096),
	FIELD(struct demo_words, press, .max = 64),
	FIELD(struct demo_words, photo, .max = 60000));

/* POST /demo/chats/{id} {"text"} or {"press"} or {"photo"}: 204; the bot has heard it.
 */
enum err
console_post_demo_chat(struct req *r)
{
	TRY(demo_say(&r->ctx, r->id[0], r->in));
	return reply_empty(r, 204);
}

/* GET /demo/mails: 200 [{"name", "to", "text"}]. */
enum err
console_get_demo_mails(struct req *r)
{
	const char *json = NULL;

	TRY(demo_mails(&r->ctx, &json));
	return console_reply(r, json);
}
