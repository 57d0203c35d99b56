/* Files of many cards: docs/openapi/cards.yaml. */
#include "cards/batch.h"

#include "base/str.h"
#include "cards/card_said.h"
#include "cards/cards.h"
#include "reply.h"

struct batch_body {
	struct texts cards;
	const char *role, *form;
};

INPUT(cards_print_in, struct batch_body, FIELD(struct batch_body, cards),
	FIELD(struct batch_body, role, .rule = card_role_rule),
	FIELD(struct batch_body, form, .one_of = "card a4"));

INPUT(cards_archive_in, struct batch_body, FIELD(struct batch_body, cards),
	FIELD(struct batch_body, role, .rule = card_role_rule));

static enum err
order(struct req *r, const char *kind)
{
	const struct batch_body *in = r->in;
	const char *json;

	TRY(batch_add(&r->ctx, kind, &in->cards, in->role, &json));
	return reply_json(r, 202, json);
}

/* POST /cards/print {"cards" or "role", "form"}: 202 Batch. E_CARD_NOT_DRAWN. */
enum err
cards_post_print(struct req *r)
{
	const struct batch_body *in = r->in;

	return order(r, str_eq(in->form, "a4") ? "print8" : "print");
}

/* POST /cards/archive {"cards" or "role"}: 202 Batch. E_CARD_NOT_DRAWN. */
enum err
cards_post_archive(struct req *r)
{
	return order(r, "archive");
}

/* GET /batches/{uuid}: 200 Batch. E_MISSING, also for somebody else's. */
enum err
cards_get_batch(struct req *r)
{
	const char *json;

	TRY(batch_show(&r->ctx, r->word[0], &json));
	reply_header(r, "Cache-Control", "no-store");
	return reply_json(r, 200, json);
}
