#include "face.h"

#include "catalogue/catalogue.h"
#include "ops/ops.h"
#include "programme/programme.h"
#include "storage/storage.h"
#include "store/store.h"

/* The last takes what no other takes. */
const struct face *const faces[] = {&store_face, &users_face, &storage_face,
	&hooks_face, &catalogue_face, &programme_face, &ops_face, NULL};
