/* Business cards and subscriptions to them: docs/openapi/messenger.yaml. */
#include "messenger/card.h"
#include "base/json_out.h"
#include "messenger/card_page.h"

#include <strings.h>

#include "base/str.h"
#include "db/db.h"
#include "messenger/files.h"
#include "messenger/messenger.h"
#include "messenger/rights.h"
#include "messenger/upload.h"
#include "reply.h"

#define NAME_MOST 128
#define DATA_MOST 65536

struct messenger_card_in {
	const char *name, *data, *private;
};

INPUT(messenger_card_in, struct messenger_card_in,
	FIELD(struct messenger_card_in, name, .must = true, .min = 1, .max = NAME_MOST),
	FIELD(struct messenger_card_in, data, .must = true, .min = 1, .max = DATA_MOST,
		.json = true),
	FIELD(struct messenger_card_in, private, .rule = messenger_bool_rule));

struct messenger_card_change_in {
	const char *name, *data, *private;
};

INPUT(messenger_card_change_in, struct messenger_card_change_in,
	FIELD(struct messenger_card_change_in, name, .min = 1, .max = NAME_MOST),
	FIELD(struct messenger_card_change_in, data, .min = 1, .max = DATA_MOST,
		.json = true),
	FIELD(struct messenger_card_change_in, private, .rule = messenger_bool_rule));

static struct viewer
viewer_of(struct req *r)
{
	const struct messenger_caller *caller = messenger_caller(r);

	return (struct viewer){r->ctx.actor, caller->profile, caller->is_admin};
}

static enum err
reply_list(struct req *r, const char *cards)
{
	if (cards == NULL)
		return fail(&r->ctx, E_MISSING, NULL);
	return messenger_reply_list(r, "cards", cards);
}

/* GET /cards: 200 {cards} of one's own, of the acting profile only if there is one. */
enum err
messenger_get_cards(struct req *r)
{
	const char *cards;

	TRY(card_list_own(&r->ctx, r->ctx.actor, messenger_caller(r)->profile, &cards));
	return reply_list(r, cards);
}

/* GET /profiles/{id}/cards: 200 {cards} that the caller may see. */
enum err
messenger_get_profile_cards(struct req *r)
{
	const struct viewer who = viewer_of(r);
	const char *cards;

	TRY(card_list_of(&r->ctx, r->id[0], &who, &cards));
	return reply_list(r, cards);
}

static enum err
reply_card(struct req *r, int status, const char *sub_code, int64_t id)
{
	struct card_shown card;

	TRY(card_show(&r->ctx, id, &card));
	reply_header(r, "ETag", card.commit_id);
	return messenger_reply(
		r, status, sub_code, JSON(&r->ctx, "card", json_raw(card.json)));
}

static enum err
add_card(struct req *r, const struct card_new *card)
{
	struct ctx *c = &r->ctx;
	struct card_id id;

	enum err e = card_add(c, card, &id);
	if (e == E_PREVIEW) {
		ctx_clear_error(c);
		return messenger_field_error(r, "data", "image is no upload of yours");
	}
	TRY(e);
	return reply_card(r, 201, "resource.created", id.id);
}

/* The form's file is the picture. */
static enum err
add_with_picture(
	struct req *r, const struct upload_stored *stored, struct card_new *card)
{
	struct upload u = {0};

	TRY(upload_keep(&r->ctx, stored, &u));
	card->preview_url = arena_fmt(&r->ctx.arena, "/uploads/%s", u.filename);
	return add_card(r, card);
}

static enum err
add_with_file(struct req *r, struct card_new *card)
{
	struct ctx *c = &r->ctx;
	struct upload_stored stored = {0};

	TRY(messenger_take_file(r, false, NULL, &stored));
	TRY(db_begin(c));
	return db_end(c, add_with_picture(r, &stored, card));
}

bool
messenger_is_form(const struct req *r)
{
	return strncasecmp(req_param(r, "CONTENT_TYPE"), "multipart/form-data", 19) ==
	       0;
}

/*
 * POST /cards {name, data, private}: 201 {card}. The picture is an upload of one's own
 * that data name as `image`, or the part "file" of a form.
 */
enum err
messenger_post_card(struct req *r)
{
	const struct messenger_card_in *in = r->in;
	struct ctx *c = &r->ctx;
	struct card_new card = {.profile = messenger_caller(r)->profile,
		.account = c->actor,
		.name = in->name,
		.data = in->data,
		.private = !str_eq(in->private, "false")};

	TRY(rights_act(c, c->actor, card.profile));
	card.preview_url = card_picture(c, in->data);
	if (card.preview_url == NULL && messenger_is_form(r))
		return add_with_file(r, &card);
	if (card.preview_url == NULL)
		return fail(c, E_BODY_EMPTY, NULL);
	TRY(db_begin(c));
	return db_end(c, add_card(r, &card));
}

/* The card, if it is there for the caller: 404, or 403. */
static enum err
look(struct req *r, struct rights *rights)
{
	const struct viewer who = viewer_of(r);
	struct ctx *c = &r->ctx;

	TRY(rights_card(c, &who, r->id[0], rights));
	return rights->exists ? OK : fail(c, E_MISSING, NULL);
}

/* GET /cards/{id}: 200 {card}. */
enum err
messenger_get_card(struct req *r)
{
	struct rights rights;

	TRY(look(r, &rights));
	if (!rights.sees)
		return fail(&r->ctx, E_DENIED, NULL);
	return reply_card(r, 200, "resource.result", r->id[0]);
}

/* PATCH /cards/{id} {name, data, private} with If-Match, by its owner: 201. */
enum err
messenger_patch_card(struct req *r)
{
	const struct messenger_card_change_in *in = r->in;
	struct ctx *c = &r->ctx;
	struct card_change change = {in->name, in->data, in->private, NULL};
	struct card_id id;
	struct rights rights;

	TRY(look(r, &rights));
	if (!rights.own || rights.deleted)
		return fail(c, E_MISSING, NULL);
	if (!str_eq(messenger_if_match(r), rights.commit_id))
		return fail(c, E_OTHER_COMMIT, NULL);
	if (in->name == NULL && in->data == NULL && in->private == NULL)
		return fail(c, E_BODY_EMPTY, NULL);
	if (in->data != NULL)
		change.preview_url = card_picture(c, in->data);
	enum err e = card_change(c, (struct card_id){r->id[0], messenger_if_match(r)},
		c->actor, &change, &id);
	if (e == E_PREVIEW) {
		ctx_clear_error(c);
		return messenger_field_error(r, "data", "image is no upload of yours");
	}
	TRY(e);
	reply_header(r, "ETag", id.commit_id);
	return messenger_reply(r, 201, "resource.modified", NULL);
}

/* DELETE /cards/{id} with If-Match, by its owner or an administrator: 204. */
enum err
messenger_delete_card(struct req *r)
{
	struct ctx *c = &r->ctx;
	struct rights rights;

	TRY(look(r, &rights));
	if (!rights.own && !messenger_caller(r)->is_admin)
		return fail(c, E_DENIED, NULL);
	if (rights.deleted)
		return fail(c, E_MISSING, NULL);
	TRY(card_drop(c, (struct card_id){r->id[0], messenger_if_match(r)}, c->actor));
	return messenger_reply(r, 204, "resource.deleted", NULL);
}

/* -- subscriptions */

static enum err
relate(struct req *r, struct card_relation *out)
{
	return card_relation(
		&r->ctx, r->id[0], messenger_caller(r)->profile, r->ctx.actor, out);
}

static enum err
no_card(struct req *r)
{
	return messenger_fail_list(r, E_MISSING, "resource_name", "card");
}

/* GET /cards/{id}/subscribe: 200 if the acting profile has it, else 404. A browser
 * gets a page. */
enum err
messenger_get_subscription(struct req *r)
{
	struct card_relation card;

	if (messenger_is_visit(r))
		return messenger_card_page(r);
	TRY(relate(r, &card));
	if (!card.exists)
		return no_card(r);
	if (card.subscribed)
		return messenger_reply(r, 200, "card.already_subscribed", NULL);
	return fail(&r->ctx, card.live ? E_NOT_SUBSCRIBED : E_MISSING, NULL);
}

/* PUT /cards/{id}/subscribe: 201, or 200 if it has it already. */
enum err
messenger_put_subscription(struct req *r)
{
	struct ctx *c = &r->ctx;
	struct messenger_caller *caller = messenger_caller(r);
	struct card_relation card;
	bool new;

	TRY(relate(r, &card));
	TRY(rights_act(c, c->actor, caller->profile));
	if (card.own && card.exists)
		return messenger_fail_list(
			r, E_CONFLICT, "conflict_reason", "the card is your own");
	if (!card.exists || !card.live || card.private)
		return no_card(r);
	if (card.blocked)
		return fail(c, E_DENIED, NULL);
	TRY(card_subscribe(c, r->id[0], &card, caller->profile, c->actor, &new));
	return new ? messenger_reply(r, 201, "card.subscribed", NULL)
		   : messenger_reply(r, 200, "card.already_subscribed", NULL);
}

/* DELETE /cards/{id}/subscribe: 204. */
enum err
messenger_delete_subscription(struct req *r)
{
	TRY(card_unsubscribe(&r->ctx, r->id[0], messenger_caller(r)->profile));
	return messenger_reply(r, 204, "card.unsubscribed", NULL);
}
