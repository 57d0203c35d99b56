#ifndef FCGI_CONSOLE_CALLER_H
#define FCGI_CONSOLE_CALLER_H

#include "base/field.h"
#include "req.h"

/*
 * Who is signed in at the console, by the cookie that its pages have: the console's own
 * requests, and those that take it in place of a token.
 */

/* Who is signed in, and what they may: r->own of every route but those of ANYONE. */
struct console_caller {
	const char *jti;
	const char *role; /* in the programme, NULL: none */
	bool is_superuser, has_factor;
	struct texts permissions; /* their own and those of their roles */
};

/* Has the request the console's cookie, good or not? */
bool console_has_cookie(struct req *r);

/*
 * The cookie alone would let a page of somebody else change things in a person's name:
 * E_ORIGIN for whatever changes something and comes from another site, port or
 * subdomain.
 */
enum err console_check_origin(struct req *r);

/*
 * For faces that other origins may call (cors.h): there the cookie would let a page of
 * another subdomain read what its owner sees. E_ORIGIN for whatever comes from another
 * origin, a GET as well.
 */
enum err console_check_reader(struct req *r);

/*
 * The session of the request's cookie. E_TOKEN_MISSING, E_TOKEN_EXPIRED. What the
 * caller may is kept by the host and by Redis under the session, for some seconds:
 * whoever takes something away ends the session.
 */
enum err console_session(struct req *r, struct console_caller *out);

/* Has the caller (r->own) given the password or a one-time code within console.fresh?
 * E_PROOF_NEEDED. */
enum err console_check_fresh(struct req *r);

#endif
