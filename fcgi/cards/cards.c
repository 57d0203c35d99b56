#include "cards/cards.h"

#include "people/caller.h"
#include "reply.h"

int64_t
cards_owner(const struct req *r)
{
	return people_may(r, "can_view_cards") ? 0 : r->ctx.actor;
}

enum err
cards_reply(struct req *r, int status, const struct card_shown *card)
{
	reply_header_fmt(r, "ETag", "\"%lld\"", (long long)card->version);
	reply_header(r, "Cache-Control", "no-store");
	return reply_json(r, status, card->json);
}
