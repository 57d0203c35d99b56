#ifndef FACE_TESTS_H
#define FACE_TESTS_H

#include "edge.h"

/* What a face of tests/faces tests of itself. */
struct face_tests {
	const struct CMUnitTest *list;
	size_t count;
};

#endif
