#include "face.h"

#include "ops/ops.h"

/* The last takes what no other takes. */
const struct face *const faces[] = {&ops_face, NULL};
