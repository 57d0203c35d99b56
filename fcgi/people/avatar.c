/* Small pictures of people for lists: docs/openapi/people.yaml. */
#include <sodium.h>
#include <string.h>

#include "base/str.h"
#include "base/unicode.h"
#include "condition.h"
#include "db/db.h"
#include "people/people.h"
#include "reply.h"

#include "people/avatar.sql.h"

#define SIDE 96
#define TAG_BYTES 12

struct avatar_query {
	int64_t s;
	const char *d;
};

INPUT(people_avatar_in, struct avatar_query,
	FIELD(struct avatar_query, s, .min = 16, .max = 1024),
	FIELD(struct avatar_query, d, .one_of = "initials 404"));

struct named {
	const char *uuid, *name, *surname, *username;
};

static FIELDS(named_fields, FIELD(struct named, uuid), FIELD(struct named, name),
	FIELD(struct named, surname), FIELD(struct named, username));

/* White letters on each have a contrast of 4.5 or more (WCAG 2.1, 1.4.3); a test
 * computes it. */
static const char *const colours[] = {"#1d5a9e", "#2e6b34", "#7a3e9d", "#9c3d2a",
	"#0f6674", "#7a5310", "#a3265c", "#4b5563", "#5a4fcf", "#376d1f", "#8a3b12",
	"#155e75", "#6d28d9", "#9d174d", "#1f5f8b", "#5b5b1a"};

static uint32_t
latin_capital(uint32_t u)
{
	return u >= 'a' && u <= 'z' ? u - 'a' + 'A' : u;
}

/* A letter that may stand for somebody: Latin, Cyrillic or a syllable of Hangul; else
 * 0. */
static uint32_t
initial(const char *text)
{
	uint32_t u = latin_capital(utf8_next(&text));

	if (unicode_is_cyrillic_small(u))
		u = unicode_capital(u);
	return (u >= 'A' && u <= 'Z') || unicode_is_cyrillic_capital(u) ||
			       (u >= 0xAC00 && u <= 0xD7A3)
		       ? u
		       : 0;
}

/* Two letters at most: of name and surname, else of the user name. */
static const char *
initials(struct ctx *c, const struct named *who)
{
	char *out = arena_new(&c->arena, 16), *at = out;
	uint32_t of_name = initial(who->name), of_surname = initial(who->surname);

	if (of_name == 0 && of_surname == 0 && who->username != NULL)
		of_name = initial(who->username);
	if (of_name != 0)
		at += utf8_put(at, of_name);
	if (of_surname != 0)
		at += utf8_put(at, of_surname);
	*at = '\0';
	return out;
}

/* Which colour is somebody's: the same everywhere. */
static const char *
colour_of(const char *uuid)
{
	unsigned char hash[crypto_generichash_BYTES_MIN];

	crypto_generichash(
		hash, sizeof(hash), (const unsigned char *)uuid, strlen(uuid), NULL, 0);
	return colours[hash[0] % (sizeof(colours) / sizeof(*colours))];
}

static const char *
svg_of(struct ctx *c, const struct named *who, int64_t side)
{
	struct buf b = {.arena = &c->arena};

	buf_fmt(&b,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%lld\" "
		"height=\"%lld\" viewBox=\"0 0 96 96\"><rect width=\"96\" "
		"height=\"96\" fill=\"%s\"/><text x=\"48\" y=\"50\" fill=\"#fff\" "
		"font-family=\"sans-serif\" font-size=\"40\" text-anchor=\"middle\" "
		"dominant-baseline=\"central\">%s</text></svg>",
		(long long)side, (long long)side, colour_of(who->uuid),
		initials(c, who));
	return buf_text(&b);
}

static const char *
tag_of(struct ctx *c, const char *text)
{
	unsigned char hash[crypto_generichash_BYTES_MIN];

	crypto_generichash(
		hash, sizeof(hash), (const unsigned char *)text, strlen(text), NULL, 0);
	return hex_text(&c->arena, hash, TAG_BYTES);
}

/*
 * GET /avatars/{uuid}?s=&d=: 200 a picture of initials on the person's colour; with
 * d=404 E_MISSING, as long as there is no picture of the person. E_ACCOUNT_NOT_FOUND.
 */
enum err
people_get_avatar(struct req *r)
{
	const struct avatar_query *in = r->in;
	struct ctx *c = &r->ctx;
	struct named who = {0};
	const char *known = req_header(r, "If-None-Match");

	TRY(db_one(c, &AVATAR_NAMED, named_fields, &who, ARGS(c, r->word[0])));
	if (str_eq(in->d, "404"))
		return fail(c, E_MISSING, "there is no picture");
	const char *svg = svg_of(c, &who, in->s == 0 ? SIDE : in->s);
	const char *tag = tag_of(c, svg);
	reply_header_fmt(r, "ETag", "\"%s\"", tag);
	reply_header(r, "Cache-Control", "public, max-age=300");
	if (known != NULL && etag_listed(known, tag))
		return reply_empty(r, 304);
	reply_header(r, "Content-Disposition", "inline");
	reply_header(r, "Content-Security-Policy", "default-src 'none'; sandbox");
	return reply_text(r, 200, "image/svg+xml", svg, strlen(svg));
}
