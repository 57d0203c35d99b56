#ifndef PROGRAMME_REQUEST_H
#define PROGRAMME_REQUEST_H

#include "base/ctx.h"

/*
 * Applications to a shift: docs/programme.md. The caller's transaction; `out`
 * gets the request as JSON. E_REQUEST_NOT_FOUND, E_REQUEST_REVIEWED.
 */

/*
 * Admits: the person is verified and a member; in a running shift the days that have
 * passed become not_participate. E_SHIFT_STATE for a shift that is over,
 * E_MEMBER_EXISTS. E_REQUEST_NOT_FOUND, E_REQUEST_REVIEWED.
 */
enum err request_approve(struct ctx *c, const char *id, const char **out);

/* Refuses, with staff's words or the usual ones (NULL). E_REQUEST_NOT_FOUND,
 * E_REQUEST_REVIEWED. */
enum err request_decline(
	struct ctx *c, const char *id, const char *words, const char **out);

#endif
