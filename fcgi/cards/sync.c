/* Rounds with Airtable: docs/openapi/cards.yaml. */
#include "cards/cards.h"
#include "base/json_out.h"
#include "cards/round.h"
#include "reply.h"

/* POST /sync/airtable: 202, a round is made now. E_SYNC_RUNS; E_CONFLICT: Airtable is
 * not set up. */
enum err
cards_post_sync(struct req *r)
{
	TRY(round_order(&r->ctx));
	return reply_json(r, 202, "{\"ordered\":true}");
}

/* GET /sync/airtable: 200 the last round, or null. */
enum err
cards_get_sync(struct req *r)
{
	const char *json;

	TRY(round_show(&r->ctx, &json));
	reply_header(r, "Cache-Control", "no-store");
	return reply_json(r, 200, JSON(&r->ctx, "last", json_raw(json)));
}
