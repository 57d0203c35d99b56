#ifndef FORGIVING_H
#define FORGIVING_H

#include "base/json.h"
#include "req.h"

/* Bodies as BODY_FORGIVING has them (face.h), and their texts. */

/*
 * The body as one JSON object, of which the caller keeps nothing: it ends with the ctx.
 * What is neither JSON nor a form is an empty object. E_INPUT for more values than the
 * caller may send (r->trusted), and for half a surrogate pair.
 */
enum err forgiving_body(
	struct req *r, const struct field *fields, struct json_object **out);

/* Trimmed and in normal form C; NULL if nothing is left, or it is no text. */
const char *forgiving_text(struct arena *a, const char *text);

#endif
