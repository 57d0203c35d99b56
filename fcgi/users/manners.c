/* Accounts of the file store: docs/openapi/users.yaml. */
#include "users/users.h"

#include "base/conf.h"
#include "cors.h"
#include "storage/storage.h"

#define FACE_ROUTES "users/routes.def"
#define FACE_CASES "storage/cases.def"
#include "face_tables.h"

const struct manners users_manners = {
	FACE_TABLES,
	.enter = storage_enter,
	.refuse = storage_refuse,
	.last_slash = SLASH_REDIRECTS,
	.cors = &cors_site,
};
