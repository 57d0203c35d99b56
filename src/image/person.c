#include "image/person.h"

const struct person_variant person_variants[PERSON_VARIANTS] = {{"w1000", 1000, false},
	{"w500", 500, false}, {"w200", 200, false}, {"s512", 512, true},
	{"s256", 256, true}, {"s128", 128, true}, {"s64", 64, true}};

const struct person_format person_formats[PERSON_FORMATS] = {
	{"webp", "image/webp"}, {"jpg", "image/jpeg"}};
