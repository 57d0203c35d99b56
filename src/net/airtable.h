#ifndef NET_AIRTABLE_H
#define NET_AIRTABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/ctx.h"

struct json_object;

/*
 * The Web API of Airtable (airtable.com/developers/web/api): records of one base. The
 * settings airtable.* say which; without a key it is off. A base takes five requests a
 * second, so each call waits for its turn; calls are one process's at a time (the job
 * card.round). For jobs: a call may take 30 s.
 */
#define AIRTABLE_BATCH 10 /* records of one change, at most */
#define AIRTABLE_IDS 50   /* records of one formula, so that the address stays short */

bool airtable_is_on(void);

/*
 * A page of the records of a table that fit a formula, as the answer's JSON, which
 * lives as long as the ctx. *offset: NULL for the first page; then the next page's,
 * NULL at the end. E_LIMIT: the base wants a pause of airtable.pause seconds. E_INPUT:
 * Airtable refuses the question, in its words (a column that is not there, above all).
 * E_PEER: it is out of order, or refuses the key (401, 403). E_BUSY.
 */
enum err airtable_list(struct ctx *c, const char *table, const char *formula,
	const char **offset, struct json_object **page);

/* Changes up to AIRTABLE_BATCH records; body is the request's JSON. The same errors.
 * E_INPUT, E_LIMIT, E_PEER. */
enum err airtable_change(struct ctx *c, const char *table, const char *body);

/* Is it an id of a record ("rec" and letters and digits), so that it may stand in a
 * formula as it is? */
bool airtable_id_valid(const char *id);

#endif
