#ifndef FCGI_VERIFY_H
#define FCGI_VERIFY_H

#include "face.h"

/*
 * What anybody may ask of a card by its code: docs/openapi/verify.yaml. The page says
 * whether it is valid, without a script; SITE/c/CODE.jpg is its picture.
 */
extern const struct manners verify_manners;

#define ROUTE(...) ROUTE_DECLARE(__VA_ARGS__)
#include "verify/routes.def"
#undef ROUTE

/* What may be told of a card. */
enum verify_state {
	VERIFY_VALID,
	VERIFY_EXPIRED,
	VERIFY_WITHDRAWN,
	VERIFY_SPECIMEN,
	VERIFY_UNKNOWN
};

struct verified {
	enum verify_state state;
	const char *uuid, *code, *name, *role;
	int64_t level;
	struct date issued, valid_until, withdrawn; /* year 0: none */
	const char *version_id, *key, *etag; /* of the file asked for; NULL: none */
	bool hides_preview;
};

/* The page, or JSON where that is asked for, of a card of this code, as it was typed.
 * E_LIMIT. */
enum err verify_answer(struct req *r, const char *code);

/* page.c: the page. language: of verify_language(). */
const char *verify_page(struct req *r, const struct verified *v, size_t language);

/* Which of the page's languages the caller reads, by ?lang= or Accept-Language. */
size_t verify_language(struct req *r, const char *asked);

/* What is known of a code as it was typed, and of one of its files (NULL: of none).
 * Unknown ones cost the same statement. */
enum err verify_look_up(
	struct ctx *c, const char *typed, const char *form, struct verified *out);

/* Who issues the cards. */
const char *verify_issuer(struct ctx *c);

extern const char *const verify_states[];

#endif
