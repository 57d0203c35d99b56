/* Roles and their layouts: docs/openapi/cards.yaml. */
#include <string.h>

#include "base/json.h"
#include "account/account.h"
#include "base/str.h"
#include "cards/artefact.h"
#include "cards/card_said.h"
#include "cards/cards.h"
#include "cards/drawing.h"
#include "cards/layout.h"
#include "db/db.h"
#include "people/caller.h"
#include "reply.h"

#include "cards/role.sql.h"

/* GET /roles: 200 {"data": [...]}. */
enum err
cards_get_roles(struct req *r)
{
	const char *json;

	TRY(db_json(&r->ctx, &CARDS_ROLES, &json, ARGS(&r->ctx)));
	return reply_json(r, 200, json);
}

struct shown_layout {
	const char *json;
	int64_t version;
};

static FIELDS(layout_fields, FIELD(struct shown_layout, json),
	FIELD(struct shown_layout, version));

static enum err
reply_layout(struct req *r, int status)
{
	struct shown_layout shown = {0};

	TRY(db_one(&r->ctx, &CARDS_LAYOUT_GET, layout_fields, &shown,
		ARGS(&r->ctx, r->word[0])));
	reply_header_fmt(r, "ETag", "\"%lld\"", (long long)shown.version);
	reply_header(r, "Cache-Control", "no-store");
	return reply_json(r, status, shown.json);
}

/* GET /roles/{role}/layout: 200 Layout with its version as ETag. E_CARD_ROLE_GONE. */
enum err
cards_get_layout(struct req *r)
{
	return reply_layout(r, 200);
}

/* The whole body is the layout; its own reader says what is wrong with it. */
struct layout_body {
	bool unused;
};

INPUT(cards_layout_in, struct layout_body, FIELD(struct layout_body, unused));

struct canvas {
	int64_t width, height, version;
};

static FIELDS(canvas_fields, FIELD(struct canvas, width), FIELD(struct canvas, height),
	FIELD(struct canvas, version));

/* PUT /roles/{role}/layout, If-Match where there is one: 200 Layout; the role's cards
 * are drawn again. E_CARD_ROLE_GONE, E_LAYOUT, E_CHANGED. */
enum err
cards_put_layout(struct req *r)
{
	struct ctx *c = &r->ctx;
	struct json_object *json = NULL;
	struct canvas canvas = {0};
	struct layout layout;
	int64_t seen = 0, version = 0;

	TRY(db_one(c, &CARDS_ROLE_SEEN, canvas_fields, &canvas, ARGS(c, r->word[0])));
	if (canvas.version > 0)
		TRY(people_seen_version(r, &seen));
	if (seen != 0 && seen != canvas.version)
		return fail(c, E_CHANGED, NULL);
	TRY(json_read(c, r->body, r->body_size, &json));
	TRY(layout_read(
		c, json, (struct layout_canvas){canvas.width, canvas.height}, &layout));
	TRY(artefact_put_layout(c, r->word[0],
		arena_str(&c->arena,
			json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN)),
		true, &version));
	return reply_layout(r, 200);
}

struct background_query {
	const char *title;
};

INPUT(cards_background_in, struct background_query,
	FIELD(struct background_query, title, .min = 1, .max = 100,
		.rule = plain_title_rule));

/* PUT /roles/{role}/background?title=, image/png: 200 list of roles; the role is made
 * if it is not there, its cards are drawn again. E_PICTURE..., E_SERVER_DOWN. */
enum err
cards_put_background(struct req *r)
{
	static const struct field name = {.name = "role"};
	const struct background_query *in = r->in;
	struct ctx *c = &r->ctx;
	const char *bytes, *sha256, *role = r->word[0];
	size_t size;

	TRY(card_role_rule(c, &name, "path", &role));
	TRY(cards_body(r, &bytes, &size));
	TRY(artefact_keep(c, bytes, size, &sha256));
	TRY(db_begin(c));
	TRY(db_end(c, artefact_put_background(c, role, sha256, in->title)));
	return cards_get_roles(r);
}

/* -- a try */

static enum err
card_of(struct ctx *c, struct json_object *json, const char *role,
	struct card_drawn *out)
{
	struct card_said said = {0};
	struct json_object *card = NULL;

	if (!json_object_object_get_ex(json, "card", &card))
		card = NULL;
	if (json_object_is_type(card, json_type_string))
		return drawing_find(c, json_object_get_string(card), out);
	if (!json_object_is_type(card, json_type_object))
		return field_error_add(c, (struct field_error){.place = "body",
						  .field = "card",
						  .kind = FIELD_ERROR_MISSING});
	TRY(fields_from_json(c, card, card_said_fields, false, &said));
	struct card_data d = card_said_data(&said);
	*out = (struct card_drawn){.code = "00000000000000000000000000",
		.role = role,
		.name = d.name == NULL ? "" : d.name,
		.surname = d.surname == NULL ? "" : d.surname,
		.latin_name = d.latin_name,
		.number = d.number < 0 ? 0 : d.number,
		.level = d.level < 0 ? 0 : d.level,
		.issued = d.issued.year == 0 ? utc_date(c->now) : d.issued};
	return OK;
}

/* The role's layout and background, and the layout that is tried in its place. */
static enum err
dress(struct ctx *c, const char *role, struct json_object *json,
	struct card_drawn *card)
{
	struct json_object *layout = json_member(json, "layout", json_type_object);
	struct layout checked;

	TRY(drawing_dress(c, role, card));
	if (layout == NULL)
		return OK;
	TRY(layout_read(c, layout, (struct layout_canvas){card->width, card->height},
		&checked));
	card->layout = arena_str(&c->arena,
		json_object_to_json_string_ext(layout, JSON_C_TO_STRING_PLAIN));
	return OK;
}

/* POST /roles/{role}/preview {"layout"?, "card": uuid or what is drawn}: 200 a JPEG,
 * 600 pixels wide. Nothing is kept. E_CARD_ROLE_GONE, E_CARD_GONE, E_LAYOUT. */
enum err
cards_post_preview(struct req *r)
{
	struct ctx *c = &r->ctx;
	struct json_object *json = NULL;
	struct card_drawn card = {0};
	struct card_pictures pictures;

	TRY(json_read(c, r->body, r->body_size, &json));
	TRY(card_of(c, json, r->word[0], &card));
	TRY(dress(c, r->word[0], json, &card));
	enum err e = drawing_make(c, &card, &pictures);
	artefact_forget();
	TRY(e);
	const struct image_blob *small = &pictures.file[CARD_PREVIEW_JPEG];
	reply_header(r, "Cache-Control", "no-store");
	return reply_text(r, 200, "image/jpeg", small->bytes, small->size);
}
