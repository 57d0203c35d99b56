/* Cards: docs/openapi/cards.yaml. */
#include <string.h>

#include "account/account.h"
#include "base/json.h"
#include "base/str.h"
#include "cards/card_said.h"
#include "cards/cards.h"
#include "cards/drawing.h"
#include "cards/place.h"
#include "cards/publish.h"
#include "db/db.h"
#include "people/caller.h"
#include "reply.h"
#include "verify/verify.h"

#include "cards/card.sql.h"

#define PAGE 50
#define PAGE_MOST 200

const struct input cards_card_in = {sizeof(struct card_said), card_said_fields};

/* POST /cards: 201 Card. E_CARD_NUMBER. */
enum err
cards_post_card(struct req *r)
{
	const struct card_said *in = r->in;
	struct card_data d = card_said_data(in);
	struct card_shown card = {0};

	if (in->user_id == NULL && in->name == NULL && in->surname == NULL)
		return field_error_add(&r->ctx, (struct field_error){.place = "body",
							.field = "user_id",
							.kind = FIELD_ERROR_MISSING});
	TRY(member_card_add(&r->ctx, &d, in->replaces, &card));
	return cards_reply(r, 201, &card);
}

/* Is the member there, and null? */
static bool
is_null(struct json_object *json, const char *name)
{
	struct json_object *v = NULL;

	return json_object_object_get_ex(json, name, &v) && v == NULL;
}

/* PATCH /cards/{uuid}, If-Match: 200 Card. null empties latin_name and valid_until.
 * E_CARD_GONE, E_CHANGED, E_CARD_NUMBER, E_CARD_WITHDRAWN. */
enum err
cards_patch_card(struct req *r)
{
	struct card_data d = card_said_data(r->in);
	struct card_shown card = {0};
	struct json_object *json = NULL;
	int64_t version = 0;

	TRY(member_card_show(&r->ctx, r->word[0], 0, &card));
	TRY(people_seen_version(r, &version));
	TRY(json_read(&r->ctx, r->body, r->body_size, &json));
	d.user_id = NULL;
	d.no_latin_name = is_null(json, "latin_name");
	d.no_valid_until = is_null(json, "valid_until");
	TRY(member_card_change(&r->ctx, r->word[0], &d, version, &card));
	return cards_reply(r, 200, &card);
}

/* GET /cards/{uuid}: 200 Card. E_CARD_GONE. */
enum err
cards_get_card(struct req *r)
{
	struct card_shown card = {0};

	TRY(member_card_show(&r->ctx, r->word[0], cards_owner(r), &card));
	return cards_reply(r, 200, &card);
}

struct list_query {
	const char *role, *status, *q, *after;
	int64_t limit;
	bool total;
};

INPUT(cards_list_in, struct list_query,
	FIELD(struct list_query, role, .rule = card_role_rule),
	FIELD(struct list_query, status,
		.one_of = "incomplete due drawing drawn failed withdrawn expired"),
	FIELD(struct list_query, q, .max = 100),
	FIELD(struct list_query, after, .rule = uuid_rule),
	FIELD(struct list_query, limit, .min = 1, .max = PAGE_MOST),
	FIELD(struct list_query, total));

/* GET /cards: 200 {"data", "next", "total"?}; members see their own. */
enum err
cards_get_cards(struct req *r)
{
	const struct list_query *in = r->in;
	const char *json;
	const struct card_question question = {.role = in->role,
		.status = in->status,
		.q = in->q,
		.after = in->after,
		.owner = cards_owner(r),
		.limit = in->limit == 0 ? PAGE : in->limit,
		.total = in->total};

	TRY(member_card_page(&r->ctx, &question, &json));
	reply_header(r, "Cache-Control", "no-store");
	return reply_json(r, 200, json);
}

struct why_body {
	const char *why;
};

INPUT(cards_why_in, struct why_body,
	FIELD(struct why_body, why, .max = 300, .rule = plain_text_rule));

/* POST /cards/{uuid}/withdraw {"why"}: 200 Card. E_CARD_GONE. */
enum err
cards_post_withdraw(struct req *r)
{
	const struct why_body *in = r->in;
	struct card_shown card = {0};

	TRY(member_card_withdraw(&r->ctx, r->word[0], in->why, &card));
	return cards_reply(r, 200, &card);
}

/* POST /cards/{uuid}/redraw: 202 Card. E_CARD_GONE, E_CARD_WITHDRAWN, E_CONFLICT. */
enum err
cards_post_redraw(struct req *r)
{
	struct card_shown card = {0};

	TRY(member_card_redraw(&r->ctx, r->word[0], &card));
	return cards_reply(r, 202, &card);
}

/* POST /cards/{uuid}/recode: 200 Card with another code. E_CARD_GONE,
 * E_CARD_WITHDRAWN. */
enum err
cards_post_recode(struct req *r)
{
	struct card_shown card = {0};

	TRY(member_card_recode(&r->ctx, r->word[0], &card));
	return cards_reply(r, 200, &card);
}

struct image_query {
	const char *format;
};

INPUT(cards_image_in, struct image_query,
	FIELD(struct image_query, format, .one_of = "png jpg preview"));

struct pictures {
	const char *status, *file_id;
};

static FIELDS(pictures_fields, FIELD(struct pictures, status),
	FIELD(struct pictures, file_id));

/* GET /cards/{uuid}/image?format=: 302 to the bytes. E_CARD_GONE, E_CARD_NOT_DRAWN,
 * E_CARD_WITHDRAWN. */
enum err
cards_get_image(struct req *r)
{
	const struct image_query *in = r->in;
	struct ctx *c = &r->ctx;
	struct pictures p = {0};
	const char *address;
	enum card_file file = str_eq(in->format, "png")       ? CARD_PNG
			      : str_eq(in->format, "preview") ? CARD_PREVIEW_JPEG
							      : CARD_JPEG;

	TRY(db_one(c, &CARDS_PICTURES, pictures_fields, &p,
		ARGS(c, r->word[0], cards_owner(r), drawing_form(file))));
	if (str_eq(p.status, "withdrawn"))
		return fail(c, E_CARD_WITHDRAWN, NULL);
	if (!str_eq(p.status, "drawn") || p.file_id == NULL)
		return fail(c, E_CARD_NOT_DRAWN, NULL);
	TRY(place_address(c, p.file_id, &address));
	reply_header(r, "Cache-Control", "no-store");
	return reply_redirect(r, 302, address);
}

/* GET /cards/verify/{code}: what SITE/c/CODE answers. */
enum err
cards_get_verify(struct req *r)
{
	return verify_answer(r, r->word[0]);
}

struct hide_body {
	bool hidden;
};

INPUT(cards_hide_in, struct hide_body, FIELD(struct hide_body, hidden, .must = true));

/* PUT /cards/{uuid}/preview {"hidden"}: 204; whether the verification page shows the
 * pictures of the card's member. E_CARD_GONE, also for a card of somebody else's. */
enum err
cards_put_preview(struct req *r)
{
	const struct hide_body *in = r->in;
	int64_t owner = people_may(r, "can_edit_cards") ? 0 : r->ctx.actor;

	TRY(db_do(&r->ctx, &CARDS_HIDE, ARGS(&r->ctx, r->word[0], owner, in->hidden)));
	TRY(publish_order(&r->ctx));
	return reply_empty(r, 204);
}
