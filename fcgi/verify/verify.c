#include "verify/verify.h"

#include <string.h>

#include "account/limit.h"
#include "base/conf.h"
#include "base/json_out.h"
#include "base/str.h"
#include "cards/drawing.h"
#include "cards/sign.h"
#include "db/db.h"
#include "object.h"
#include "reply.h"

#include "verify/verify.sql.h"

#define PICTURE_AGE "public, max-age=300"
#define PICTURE_SECONDS 90 /* of an address outside: a card may be withdrawn */

struct look_query {
	const char *w, *lang;
};

INPUT(verify_look_in, struct look_query, FIELD(struct look_query, w, .max = 10),
	FIELD(struct look_query, lang, .max = 10));

/* -- pictures */

/* A grey rectangle of 60 x 38 pixels. */
static const unsigned char grey[] = {0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a,
	0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52, 0x00, 0x00, 0x00, 0x3c, 0x00,
	0x00, 0x00, 0x26, 0x08, 0x00, 0x00, 0x00, 0x00, 0xbd, 0xda, 0xa7, 0x53, 0x00,
	0x00, 0x00, 0x20, 0x49, 0x44, 0x41, 0x54, 0x78, 0xda, 0x63, 0xd8, 0x41, 0x01,
	0x60, 0x18, 0xd5, 0x3c, 0xaa, 0x79, 0x54, 0xf3, 0xa8, 0xe6, 0x51, 0xcd, 0xa3,
	0x9a, 0x47, 0x35, 0x8f, 0x6a, 0x1e, 0xea, 0x9a, 0x01, 0xeb, 0x12, 0x67, 0x1b,
	0xfb, 0x5b, 0xd1, 0xc6, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae,
	0x42, 0x60, 0x82};

static enum err
answer_gone(struct req *r, int status)
{
	reply_header(r, "Cache-Control", "public, max-age=60");
	return reply_text(r, status, "image/png", (const char *)grey, sizeof(grey));
}

/* Which file it is, by ending and ?w=; CARD_FILES for none. */
static enum card_file
file_of(const char *ending, const char *width, const char **type)
{
	bool small = width != NULL && width[0] != '\0';

	*type = "image/jpeg";
	if (str_eq(ending, "webp")) {
		*type = "image/webp";
		return CARD_PREVIEW_WEBP;
	}
	if (str_eq(ending, "jpg"))
		return small ? CARD_PREVIEW_JPEG : CARD_JPEG;
	if (!str_eq(ending, "png"))
		return CARD_FILES;
	if (small)
		return CARD_PREVIEW_JPEG;
	*type = "image/png";
	return CARD_PNG;
}

/* The bytes are nginx's to fetch, from the server that has them. A picture that its
 * member hides is as if there were none. */
static enum err
answer_picture(struct req *r, const char *code, const char *ending)
{
	const struct look_query *in = r->in;
	struct ctx *c = &r->ctx;
	const char *type;
	enum card_file file = file_of(ending, in->w, &type);
	struct verified v;

	if (file == CARD_FILES)
		return fail(c, E_NO_ROUTE, NULL);
	TRY(verify_look_up(c, code, drawing_form(file), &v));
	if (v.state == VERIFY_WITHDRAWN)
		return answer_gone(r, 410);
	if (v.state == VERIFY_UNKNOWN || v.hides_preview)
		return answer_gone(r, 404);
	if (v.version_id == NULL)
		return fail(c, E_BUSY, NULL); /* it is being drawn once more */
	reply_header(r, "Content-Type", type);
	return object_send(r, &(struct object_sent){.version_id = v.version_id,
				      .key = v.key,
				      .etag = v.etag,
				      .type = type,
				      .cache = PICTURE_AGE,
				      .seconds = PICTURE_SECONDS});
}

/* -- what is said */

/* NULL: none. */
static const char *
day_text(struct ctx *c, struct date day)
{
	return day.year == 0 ? NULL : date_iso(&c->arena, day);
}

/* Members sorted by name, no blanks: what is signed. Of a card that is withdrawn or
 * unknown nothing is told but that. */
static const char *
said(struct ctx *c, const struct verified *v, const char *signature)
{
	struct buf b = {.arena = &c->arena};
	bool tells = v->state != VERIFY_WITHDRAWN && v->state != VERIFY_UNKNOWN;

	json_put(&b, "code", v->code);
	if (tells)
		json_put(&b, "issued", day_text(c, v->issued));
	json_put(&b, "issuer", verify_issuer(c));
	if (tells) {
		json_put(&b, "level", v->level);
		json_put(&b, "name", v->name);
		json_put(&b, "role", v->role);
	}
	if (signature != NULL)
		json_put(&b, "signature", signature);
	json_put(&b, "state", verify_states[v->state]);
	if (tells)
		json_put(&b, "valid_until", day_text(c, v->valid_until));
	json_put(&b, "verified_at", utc_iso(&c->arena, c->now));
	if (v->state == VERIFY_WITHDRAWN)
		json_put(&b, "withdrawn", day_text(c, v->withdrawn));
	return json_end(&b);
}

static bool
wants_json(struct req *r)
{
	const char *accept = req_header(r, "Accept");

	return accept != NULL && strstr(accept, "application/json") != NULL &&
	       strstr(accept, "text/html") == NULL;
}

enum err
verify_answer(struct req *r, const char *code)
{
	const struct look_query *in = r->in;
	struct ctx *c = &r->ctx;
	const char *asked = r->route->in == &verify_look_in ? in->lang : NULL;
	struct verified v;

	TRY(limit_address(c, "card look", conf.cards_looks_per_minute));
	TRY(verify_look_up(c, code, NULL, &v));
	if (v.code == NULL)
		v.code = arena_strn(&c->arena, code, strnlen(code, 40));
	TRY(db_do(
		c, &VERIFY_LOOKED, ARGS(c, utc_date(c->now), verify_states[v.state])));
	int status = v.state == VERIFY_UNKNOWN ? 404 : 200;
	reply_header(r, "Cache-Control", "no-store");
	reply_header(r, "X-Robots-Tag", "noindex");
	reply_header(r, "Vary", "Accept, Accept-Language");
	if (wants_json(r)) {
		const char *signature = sign_text(&c->arena, said(c, &v, NULL));

		return reply_json(r, status, said(c, &v, signature));
	}
	const char *page = verify_page(r, &v, verify_language(r, asked));
	return reply_text(r, status, "text/html; charset=utf-8", page, strlen(page));
}

/* GET /c/{code}: 200 the page, or JSON; 404 of an unknown code. GET /c/{code}.jpg,
 * .png, .webp: 200 the picture, 410 of a card that is withdrawn. */
enum err
verify_get_card(struct req *r)
{
	const char *word = r->word[0], *dot = strchr(word, '.');

	if (dot == NULL)
		return verify_answer(r, word);
	return answer_picture(
		r, arena_strn(&r->ctx.arena, word, (size_t)(dot - word)), dot + 1);
}
