#ifndef FCGI_PEOPLE_CALLER_H
#define FCGI_PEOPLE_CALLER_H

#include "face.h"

/* How the face of people knows its callers and speaks to them; others do it likewise.
 */

/*
 * Who calls, by an access token of this face, or by the refresh token that a handler is
 * going to exchange: a spent one may have its grace, so its row is not looked up here.
 * Without a token by the console's cookie (console/caller.h), from the site's own
 * pages.
 */
enum err people_authenticate(struct req *r, const char *kind);

/* Was it the cookie? */
bool people_by_cookie(const struct req *r);

/* The version that If-Match names, 0 for *. E_CHANGED without one. */
enum err people_seen_version(struct req *r, int64_t *version);

/* Does the caller's token have this permission? A superuser's has all. */
bool people_may(const struct req *r, const char *permission);

#endif
