/*
 * The tables of a face: routes[] of FACE_ROUTES and cases[] of FACE_CASES, which name
 * the files, and FACE_TABLES, the members of struct manners that they fill. For the one
 * file that defines the face's manners; no guard, as it defines what it says.
 */
#include "face.h"

static const struct route routes[] = {
#define ROUTE(...) ROUTE_ROW(__VA_ARGS__),
#include FACE_ROUTES
#undef ROUTE
};

static const struct wire_case cases[] = {
#define CASE(err, status, words) {err, status, words},
#include FACE_CASES
#undef CASE
	{0}};

#define FACE_TABLES                                                                    \
	.routes = routes, .route_count = sizeof(routes) / sizeof(*routes),             \
	.cases = cases
