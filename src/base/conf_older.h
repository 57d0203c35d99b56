#ifndef CONF_OLDER_H
#define CONF_OLDER_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Names of older systems' environment files whose values are of other units or words
 * than ours: the setting "section.key", and how it reads. A name may stand for several.
 */
struct conf_older {
	const char *name, *section, *key;
	const char *only; /* the value that it is for; NULL: any */
	/* Into out, "" for a value that sets nothing; false: not as `expected` says.
	 * NULL: the setting becomes true. */
	bool (*convert)(const char *value, char *out, size_t size);
	const char *expected;
};

extern const struct conf_older conf_older[];
extern const size_t conf_older_count;

#endif
