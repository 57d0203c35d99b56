#include "face.h"

#include "ops/ops.h"
#include "programme/programme.h"
#include "storage/storage.h"

/* The last takes what no other takes. */
const struct face *const faces[] = {
	&users_face, &storage_face, &programme_face, &ops_face, NULL};
