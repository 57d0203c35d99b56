/* Webhooks of S3 servers. */
#include "hooks/hooks.h"

#define FACE_ROUTES "hooks/routes.def"
#define FACE_CASES "storage/cases.def"
#include "face_tables.h"

const struct manners hooks_manners = {
	FACE_TABLES,
	.enter = storage_enter,
	.refuse = storage_refuse,
};
