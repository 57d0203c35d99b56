#ifndef FCGI_USERS_H
#define FCGI_USERS_H

#include "storage/storage.h"

/* The accounts of the file store: docs/openapi/users.yaml. Checks and errors are the
 * storage face's; /auth/api/v1 is another name of /users/api/v1. */
extern const struct manners users_manners;

/* The handlers of routes.def and what they read; what each answers is said where it is
 * defined. */
#define ROUTE(...) ROUTE_DECLARE(__VA_ARGS__)
#include "users/routes.def"
#undef ROUTE

#endif
