#ifndef OPS_H
#define OPS_H

#include "face.h"

/* For operators and their monitoring: /healthz, /readyz, /metrics. It also answers
 * whatever no other face takes with 404. Errors are {"error": "<sentence>"}. */
extern const struct manners ops_manners;

/* The handlers of routes.def and what they read; what each answers is said where it is
 * defined. */
#define ROUTE(...) ROUTE_DECLARE(__VA_ARGS__)
#include "ops/routes.def"
#undef ROUTE

#endif
