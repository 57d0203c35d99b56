#include "face.h"

extern const struct face store_face, users_face, storage_face, hooks_face,
	catalogue_face, programme_face, ops_face;

/* The last takes what no other takes. */
const struct face *const faces[] = {&store_face, &users_face, &storage_face,
	&hooks_face, &catalogue_face, &programme_face, &ops_face, NULL};
