#include "face.h"

#define FACE(name, ...) extern const struct manners name##_manners;
#include "faces.def"
#undef FACE

const struct face faces[] = {
#define FACE(name, prefixes, area, body, errors)                                       \
	{#name, prefixes, area, body, errors, &name##_manners},
#include "faces.def"
#undef FACE
	{0}};
