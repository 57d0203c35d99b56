#ifndef ROUTER_H
#define ROUTER_H

#include "face.h"
#include "metrics.h"

/* The way of a request through the table of faces and the tables of their routes. */

/* Finds face and route of a request that req_read() has filled. Only once. */
void router_find(struct req *r);

/* Is it one that others should not wait for? After router_find(). */
bool router_is_long(const struct req *r);

/* Serves a request that router_find() has seen (read_err is what req_read() returned).
 */
void router_serve(struct req *r, enum err read_err);

/* All rows of all tables, in their order; they live as long as the arena. What
 * metrics_open() takes. */
const struct metrics_series *router_all_series(struct arena *a, size_t *count);

/* Which of them counts this request: rows of one handler count as one, the first. */
size_t router_series(const struct req *r);

#endif
