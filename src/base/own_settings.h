#ifndef OWN_SETTINGS_H
#define OWN_SETTINGS_H

#include "base/ctx.h"

/*
 * The file that the console writes (console.settings_file): "[section]" and "key =
 * value", as in samovar.conf. The one before it stands beside it (".before").
 * E_CONFLICT where there is to be no such file.
 */
struct own_setting {
	const char *name; /* "section.key" */
	const char *value;
};

struct own_settings {
	struct own_setting *list;
	size_t count;
	int64_t version; /* of what stands there; never 0 */
	bool can_undo;   /* there is a file of before */
};

/* Reads it; one that is not there is empty. E_CONFLICT. */
enum err own_settings_read(struct ctx *c, struct own_settings *out);

/* The same of the one before it; E_MISSING where there is none. E_CONFLICT. */
enum err own_settings_before(struct ctx *c, struct own_settings *out);

/* Sets one, or takes it out (value NULL). The whole file is replaced at once.
 * E_CONFLICT. */
enum err own_settings_set(struct ctx *c, const struct own_settings *now,
	const char *name, const char *value);

/* The file and the one before it change places. E_CONFLICT, E_MISSING. */
enum err own_settings_undo(struct ctx *c);

#endif
