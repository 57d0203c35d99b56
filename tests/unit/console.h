#ifndef UNIT_CONSOLE_H
#define UNIT_CONSOLE_H

/* What tests of the console have in common. */
#include "edge.h"

#define API "/console/api/v1"

/* A request with this cookie, or NULL; a change comes from a page of the site itself.
 */
const struct answer *get(const char *path, const char *cookie);
const struct answer *post(const char *path, const char *body, const char *cookie);

/* The answer is an error of this code. */
void is_error(const struct answer *a, int status, const char *code);

/* Whom given_console() has just made. */
const char *last_name(void);

/* A sign-in, from a browser that has this cookie, or NULL; and the cookie that it
 * gives: "Cookie: ...". */
const struct answer *sign_in(
	const char *name, const char *password, const char *cookie);
const char *cookie_of(const struct answer *a);

#endif
