#include "face.h"

/* Tests have further ones. */
#define FACE(name, ...) extern const struct manners name##_manners;
#include "faces.def"
#ifdef MORE_FACES
#include MORE_FACES
#endif
#undef FACE

#define FACE(name, prefixes, area, body, errors)                                       \
	{#name, prefixes, area, body, errors, &name##_manners},

const struct face faces[] = {
#ifdef MORE_FACES
#include MORE_FACES
#endif
#include "faces.def"
	{0}};
