#ifndef INPUT_H
#define INPUT_H

#include "face.h"

/*
 * What a request brings: for the enter() of a face, each in its place among the checks.
 * All field errors are noted, not just the first.
 */

/*
 * The headers that the route's row needs, then those in `more` (blank-separated, NULL:
 * none). E_INPUT with a field error FIELD_ERROR_MISSING at "header" for each that is
 * not there.
 */
enum err input_needs(struct req *r, const char *more);

/* A header as the face reads it (clean_headers); NULL if it is not there. */
const char *input_header(struct req *r, const char *name);

/*
 * Ids of the path, and the query or the body, as the row says, into r->in. The face has
 * said before by r->trusted whether the caller's token is one of ours. E_INPUT,
 * E_TOO_LARGE, or the error of a field's rule.
 */
enum err input_read(struct req *r);

#endif
