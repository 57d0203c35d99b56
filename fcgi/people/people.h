#ifndef FCGI_PEOPLE_H
#define FCGI_PEOPLE_H

#include "account/account.h"
#include "face.h"
#include "people/caller.h"

/*
 * People and what they may: docs/openapi/people.yaml. Checks in the order token,
 * permission, input. Errors are {"error", "detail", "field", "reasons"}; a slash at the
 * end of a path means nothing.
 */
extern const struct manners people_manners;

/* Who may call a route. */
enum people_who {
	ANYONE, /* no token is looked at */
	SOFT, /* the same; but a token that comes must be good; a cookie that is past or
		 comes with a page of another origin is as none */
	SIGNED_IN,    /* any good access token */
	WITH_REFRESH, /* a refresh token, which the handler exchanges itself, or a
			 cookie */
	MODERATOR,    /* can_moderate or can_manage_people */
	MANAGER       /* can_manage_people */
};

/* The handlers of routes.def and what they read; what each answers is said where it is
 * defined. */
#define ROUTE(...) ROUTE_DECLARE(__VA_ARGS__)
#include "people/routes.def"
#undef ROUTE

/* The account of a sign-in by address or by name, of which one must be there. */
enum err people_sign_in(struct req *r, const char *email, const char *username,
	const char *password, struct account *out);

/* Person as JSON. E_ACCOUNT_NOT_FOUND. */
enum err people_show(struct ctx *c, int64_t id, const char **out);

/* May the caller do what moderators do? */
bool people_is_moderator(const struct req *r);

#endif
