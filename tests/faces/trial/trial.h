#ifndef TRIAL_H
#define TRIAL_H

#include "face.h"

/*
 * A face for trying: the manners of an API for phones, as none of the real faces has
 * them. A bad id is another path, a body is JSON or a form and cleaned, headers that
 * are missing are listed, OPTIONS is answered, the prefix has a setting in it, and the
 * key of a token has the caller's own header in it.
 */
extern const struct manners trial_manners;

/* Who may call a route. */
enum trial_who { ANYONE, WITH_KEY };

/* The handlers of routes.def and what they read; what each answers is said where it is
 * defined. */
#define ROUTE(...) ROUTE_DECLARE(__VA_ARGS__)
#include "faces/trial/routes.def"
#undef ROUTE

/* The key of the caller's tokens: the server's secret and their own. */
const char *trial_key(struct req *r);

/* Answers in the envelope of this face; data is a JSON object. */
enum err trial_reply(struct req *r, int status, const char *sub_code, const char *data);

#endif
