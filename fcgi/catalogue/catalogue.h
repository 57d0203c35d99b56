#ifndef FCGI_CATALOGUE_H
#define FCGI_CATALOGUE_H

#include "face.h"

/* The film catalogue: docs/openapi/catalogue.yaml. Everybody may read it. */
extern const struct face catalogue_face;

#endif
