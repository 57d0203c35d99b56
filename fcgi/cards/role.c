/* Roles and their layouts: docs/openapi/cards.yaml. */
#include "base/json.h"
#include "base/str.h"
#include "cards/artefact.h"
#include "cards/cards.h"
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
