/* Cards: docs/openapi/cards.yaml. */
#include <string.h>

#include "account/account.h"
#include "base/json.h"
#include "base/str.h"
#include "cards/cards.h"
#include "cards/drawing.h"
#include "cards/place.h"
#include "db/db.h"
#include "people/caller.h"
#include "reply.h"
#include "verify/verify.h"

#include "cards/card.sql.h"

#define PAGE 50
#define PAGE_MOST 200

/* What staff says of a card. Numbers are one more than they were said, so that 0 is
 * "not said". */
struct card_body {
	const char *user_id, *name, *surname, *latin_name, *role, *replaces;
	int64_t number, level;
	const char *card_issued_date, *valid_until;
};

static enum err
flaw_form(struct ctx *c, const struct field *f, const char *place, const char *words)
{
	return flaw_add(c, (struct flaw){.place = place,
				   .field = f->name,
				   .kind = FLAW_FORM,
				   .words = words});
}

static enum err
role_rule(struct ctx *c, const struct field *f, const char *place, void *member)
{
	const char *name = *(const char **)member;

	if (name[0] >= 'a' && name[0] <= 'z' && strlen(name) <= 32 &&
		name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_")] == '\0')
		return OK;
	return flaw_form(c, f, place,
		"must be a small letter and up to 31 small letters, digits and _");
}

static enum err
said_rule(struct ctx *c, const struct field *f, const char *place, void *member)
{
	(void)c;
	(void)f;
	(void)place;
	++*(int64_t *)member;
	return OK;
}

/* A day, or a moment, of which the day in the zone of the programme counts. */
static bool
day_read(const char *text, struct date *out)
{
	struct utc moment;

	if (date_parse(text, out))
		return true;
	if (!utc_parse(text, &moment))
		return false;
	*out = utc_date(moment);
	return true;
}

static enum err
day_rule(struct ctx *c, const struct field *f, const char *place, void *member)
{
	struct date day;

	return day_read(*(const char **)member, &day)
		       ? OK
		       : flaw_form(c, f, place, "must be a date YYYY-MM-DD");
}

INPUT(cards_card_in, struct card_body,
	FIELD(struct card_body, user_id, .rule = uuid_rule),
	FIELD(struct card_body, name, .max = 100, .rule = plain_title_rule),
	FIELD(struct card_body, surname, .max = 100, .rule = plain_title_rule),
	FIELD(struct card_body, latin_name, .max = 200, .rule = plain_title_rule),
	FIELD(struct card_body, role, .rule = role_rule),
	FIELD(struct card_body, replaces, .rule = uuid_rule),
	FIELD(struct card_body, number, .max = 999999999, .rule = said_rule),
	FIELD(struct card_body, level, .max = 999999, .rule = said_rule),
	FIELD(struct card_body, card_issued_date, .rule = day_rule),
	FIELD(struct card_body, valid_until, .rule = day_rule));

static struct card_data
data_of(const struct card_body *in)
{
	struct card_data d = {.user_id = in->user_id,
		.name = in->name,
		.surname = in->surname,
		.latin_name = in->latin_name,
		.number = in->number - 1,
		.role = in->role,
		.level = in->level - 1};

	if (in->card_issued_date != NULL)
		day_read(in->card_issued_date, &d.issued);
	if (in->valid_until != NULL)
		day_read(in->valid_until, &d.valid_until);
	return d;
}

/* POST /cards: 201 Card. E_CARD_NUMBER. */
enum err
cards_post_card(struct req *r)
{
	const struct card_body *in = r->in;
	struct card_data d = data_of(in);
	struct card_shown card = {0};

	if (in->user_id == NULL && in->name == NULL && in->surname == NULL)
		return flaw_add(&r->ctx, (struct flaw){.place = "body",
						 .field = "user_id",
						 .kind = FLAW_MISSING});
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
	struct card_data d = data_of(r->in);
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
	FIELD(struct list_query, role, .rule = role_rule),
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
	const char *status, *drawing, *servers;
};

static FIELDS(pictures_fields, FIELD(struct pictures, status),
	FIELD(struct pictures, drawing), FIELD(struct pictures, servers));

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
		ARGS(c, r->word[0], cards_owner(r))));
	if (str_eq(p.status, "withdrawn"))
		return fail(c, E_CARD_WITHDRAWN, NULL);
	if (!str_eq(p.status, "drawn") || p.drawing == NULL)
		return fail(c, E_CARD_NOT_DRAWN, NULL);
	enum err e = place_address(c, p.servers,
		drawing_key(c, r->word[0], p.drawing, file), true, &address);
	if (e == E_MISSING)
		return fail(c, E_BUSY, NULL);
	TRY(e);
	reply_header(r, "Cache-Control", "no-store");
	return reply_redirect(r, 302, address);
}

/* GET /cards/verify/{code}: what SITE/c/CODE answers. */
enum err
cards_get_verify(struct req *r)
{
	return verify_answer(r, r->word[0]);
}
