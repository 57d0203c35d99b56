#ifndef FCGI_PROGRAMME_H
#define FCGI_PROGRAMME_H

#include "face.h"

/*
 * The programme's API for its staff's single-page app: docs/openapi/programme.yaml.
 * Checks in the order header, input, token, account and role. Errors are {"detail":
 * "<Russian sentence>"}, wrong input is 422 with a list. Null members are left out or
 * kept, as each route's contract says.
 */
extern const struct manners programme_manners;

/* Who may call a route: section 2 of the contract. */
enum programme_who {
	ANYONE_AT_ALL,
	ANY_STAFF,     /* a good token; an account that is gone or not staff is 403 */
	ACTIVE_STAFF,  /* the same, an account that is gone is 404 */
	ADMINISTRATOR, /* and the role */
	TELEGRAM       /* the webhook's secret in its header */
};

/* The handlers of routes.def and what they read; what each answers is said where it is
 * defined. */
#define ROUTE(...) ROUTE_DECLARE(__VA_ARGS__)
#include "programme/routes.def"
#undef ROUTE

/* What is wrong with a piece of input, for staff to read. */
const char *programme_field_error_words(struct ctx *c, const struct field_error *f);

#endif
