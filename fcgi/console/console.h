#ifndef FCGI_CONSOLE_H
#define FCGI_CONSOLE_H

#include "console/caller.h"
#include "face.h"

/*
 * What the pages of web/console ask: docs/openapi/console.yaml. Checks in the order
 * origin, session, rights, input. Errors are {"error", "detail", "field", "reasons"}; a
 * slash at the end of a path means nothing.
 */
extern const struct manners console_manners;

/* Who may call a route: who.def. */
enum console_who {
#define WHO(name, ...) name,
#include "console/who.def"
#undef WHO
};

/* The handlers of routes.def and what they read; what each answers is said where it is
 * defined. */
#define ROUTE(...) ROUTE_DECLARE(__VA_ARGS__)
#include "console/routes.def"
#undef ROUTE

/* What the caller may has just changed: the next request of this session asks anew. */
void console_forget_rights(struct ctx *c, const struct console_caller *caller);

/* Does a row of who.def hold for the caller? */
bool console_may(const struct console_caller *caller, enum console_who who);

/* The names of those that do, in small letters, as a JSON list. */
const char *console_may_list(struct ctx *c, const struct console_caller *caller);

/*
 * 200 with JSON and an ETag made from it, or 304 when If-None-Match has that one. Not
 * to be kept by anybody on the way.
 */
enum err console_reply(struct req *r, const char *json);

/* How full the fullest disk of this host is, in percent. */
int64_t console_fullest_disk(struct ctx *c);

/* A text as a QR code, a picture in SVG. */
enum err console_qr(struct ctx *c, const char *text, const char **svg);

#endif
