/* The screen "Cards": all members' cards. */
#include "account/account.h"
#include "cards/card_said.h"
#include "cards/member_card.h"
#include "console/console.h"

#define PAGE 24
#define PAGE_MOST 200

struct cards_query {
	const char *role, *status, *query, *after;
	int64_t limit;
};

INPUT(console_cards_in, struct cards_query,
	FIELD(struct cards_query, role, .rule = card_role_rule),
	FIELD(struct cards_query, status,
		.one_of = "incomplete due drawing drawn failed withdrawn expired"),
	FIELD(struct cards_query, query, .max = 100),
	FIELD(struct cards_query, after, .rule = uuid_rule),
	FIELD(struct cards_query, limit, .min = 1, .max = PAGE_MOST));

/* GET /cards: 200 {"data", "next", "total"}. */
enum err
console_get_cards(struct req *r)
{
	const struct cards_query *in = r->in;
	const char *json = NULL;
	const struct card_question question = {.role = in->role,
		.status = in->status,
		.q = in->query,
		.after = in->after,
		.limit = in->limit == 0 ? PAGE : in->limit,
		.total = in->after == NULL};

	TRY(member_card_page(&r->ctx, &question, &json));
	return console_reply(r, json);
}
