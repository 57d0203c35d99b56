/* Small pictures of people for lists: docs/openapi/people.yaml. */
#include <sodium.h>
#include <string.h>

#include "base/conf.h"
#include "base/str.h"
#include "base/unicode.h"
#include "condition.h"
#include "db/db.h"
#include "people/people.h"
#include "people/shown.h"
#include "reply.h"

#include "people/avatar.sql.h"

#define SIDE 96

struct avatar_query {
	int64_t s;
	const char *d;
	const char *expires, *signature;
};

INPUT(people_avatar_in, struct avatar_query,
	FIELD(struct avatar_query, s, .min = 16, .max = 1024),
	FIELD(struct avatar_query, d, .one_of = "initials 404"),
	FIELD(struct avatar_query, expires, .max = 20),
	FIELD(struct avatar_query, signature, .max = 100));

struct named {
	const char *uuid, *name, *surname, *username, *visibility;
	const char *picture_id; /* NULL: none is shown */
	int64_t id;
};

static FIELDS(named_fields, FIELD(struct named, uuid), FIELD(struct named, name),
	FIELD(struct named, surname), FIELD(struct named, username),
	FIELD(struct named, visibility), FIELD(struct named, picture_id),
	FIELD(struct named, id));

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

/* The smallest stored square that is not smaller; beyond all, the largest. */
static const char *
square_for(int64_t side)
{
	const char *found = NULL;

	for (int i = 0; i < PERSON_VARIANTS; i++)
		if (person_variants[i].square &&
			(found == NULL || person_variants[i].side >= side))
			found = person_variants[i].name;
	return found;
}

/* Does the caller say that WebP may come? */
static bool
takes_webp(const struct req *r)
{
	const char *accept = req_header(r, "Accept");

	return accept != NULL && strstr(accept, "image/webp") != NULL;
}

/* The picture itself. *sent is false where the caller may not see it. */
static enum err
send_picture(struct req *r, const struct named *who, bool *sent)
{
	const struct avatar_query *in = r->in;
	struct picture p = {.visibility = who->visibility, .account_id = who->id};
	struct ctx *c = &r->ctx;
	struct picture_file f;

	*sent = people_sees(r, &p) ||
		picture_signature_holds(c, arena_fmt(&c->arena, "avatar/%s", who->uuid),
			in->expires, in->signature);
	if (!*sent)
		return OK;
	TRY(picture_file(c, who->picture_id, square_for(in->s == 0 ? SIDE : in->s),
		takes_webp(r) ? "webp" : "jpg", &p, &f));
	return people_send_object(r, &f,
		str_eq(who->visibility, "everyone") ? "public, max-age=300"
						    : "private, max-age=300");
}

static enum err
send_initials(struct req *r, const struct named *who)
{
	const struct avatar_query *in = r->in;
	const char *known = req_header(r, "If-None-Match");
	struct ctx *c = &r->ctx;
	const char *svg = svg_of(c, who, in->s == 0 ? SIDE : in->s);
	const char *tag = people_tag(c, svg);

	reply_header_fmt(r, "ETag", "\"%s\"", tag);
	reply_header(r, "Cache-Control", "public, max-age=300");
	if (known != NULL && etag_listed(known, tag))
		return reply_empty(r, 304);
	reply_header(r, "Content-Disposition", "inline");
	reply_header(r, "Content-Security-Policy", "default-src 'none'; sandbox");
	return reply_text(r, 200, "image/svg+xml", svg, strlen(svg));
}

/*
 * GET /avatars/{uuid}?s=&d=: 200 the person's picture, a stored square, for who may see
 * it; else initials on the person's colour or, with d=404, E_MISSING.
 * E_ACCOUNT_NOT_FOUND.
 */
enum err
people_get_avatar(struct req *r)
{
	const struct avatar_query *in = r->in;
	struct ctx *c = &r->ctx;
	struct named who = {0};
	bool sent = false;

	TRY(db_one(c, &AVATAR_NAMED, named_fields, &who,
		ARGS(c, r->word[0], conf.people_picture_visibility)));
	reply_header(r, "Vary", "Accept, Authorization, Cookie");
	if (who.picture_id != NULL)
		TRY(send_picture(r, &who, &sent));
	if (sent)
		return OK;
	if (str_eq(in->d, "404"))
		return fail(c, E_MISSING, "there is no picture");
	return send_initials(r, &who);
}
