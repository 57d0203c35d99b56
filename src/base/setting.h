#ifndef SETTING_H
#define SETTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/conf.h"

/* Inside of conf*.c: the rows of settings.def, and how a value is read. */

enum type { TEXT, INT, BOOL, SECONDS, LIFETIME, BYTES, PORT, HOUR };
enum flag { SECRET = 1, RELOAD = 2 };

struct setting {
	const char *section, *key;
	enum type type;
	const char *def;
	const char *env; /* further names, blank-separated */
	int flags;
	const char *unit;
	size_t offset;
	const char *meaning;
	/* What it may be, where that is less than its type allows. */
	int64_t least, most; /* 0: any */
	const char *words;   /* one of these, blank-separated; NULL: any */
};

enum {
	SETTINGS = 0
#define SETTING(...) +1
#include "base/settings.def"
#undef SETTING
};

extern const struct setting settings[SETTINGS];

/* Values and where they came from, by index in the table. They live as long as the
 * process. */
struct setting_sources {
	const char *value[SETTINGS];
	const char *from[SETTINGS];
	const char
		*below[SETTINGS]; /* where the console's file has another one; NULL */
};

/* Those that conf holds. */
extern struct setting_sources conf_in_force;

/* Reads a value into its member of *out. False: *why says what is wrong; it lives as
 * long as the process. */
bool setting_read(
	struct conf *out, const struct setting *s, const char *value, const char **why);

/* What a setting may be, in words; "" for any that its type allows. */
const char *setting_bounds(const struct setting *s);

/* "20", "64k", "10m": as one would write it. */
#define SETTING_NUMBER 24
const char *setting_number(char out[SETTING_NUMBER], enum type type, int64_t n);

/* May the console set it? Where its file is, is said by the others. */
bool setting_is_own(const struct setting *s);

/* SAMOVAR_SECTION_KEY. */
void setting_env_name(const struct setting *s, char *out, size_t size);

/* Without white space at both ends; in place. */
char *setting_trimmed(char *s);

#endif
