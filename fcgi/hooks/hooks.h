#ifndef FCGI_HOOKS_H
#define FCGI_HOOKS_H

#include "storage/storage.h"

/* What S3 servers call: docs/openapi/hooks.yaml. Checks and errors are the storage
 * face's. */
extern const struct manners hooks_manners;

/* The handlers of routes.def and what they read; what each answers is said where it is
 * defined. */
#define ROUTE(...) ROUTE_DECLARE(__VA_ARGS__)
#include "hooks/routes.def"
#undef ROUTE

#endif
