/* Faces that only tests have (tests/faces): each brings its own tests, NAME_tests. */
#include "face_tests.h"

#define FACE(name, ...) extern const struct face_tests name##_tests;
#include MORE_FACES
#undef FACE

int
main(int argc, char **argv)
{
	int failed = 0;

	(void)argc;
	edge_open(argv);
#define FACE(name, ...)                                                                \
	failed += _cmocka_run_group_tests(                                             \
		#name, name##_tests.list, name##_tests.count, NULL, NULL);
#include MORE_FACES
#undef FACE
	return failed;
}
