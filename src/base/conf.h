#ifndef CONF_H
#define CONF_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/*
 * The settings in force, one member for each line of settings.def: conf.db_host,
 * conf.bot_token. Set before the first fork; SIGHUP replaces only what is marked
 * RELOAD.
 */
typedef const char *conf_TEXT;
typedef int64_t conf_INT;
typedef bool conf_BOOL;
typedef int64_t conf_SECONDS;
typedef int64_t conf_LIFETIME; /* seconds, one at least */
typedef int64_t conf_BYTES;
typedef int64_t conf_PORT;
typedef int64_t conf_HOUR; /* of the day */

struct conf {
#define SETTING(section, key, type, ...) conf_##type section##_##key;
#include "base/settings.def"
#undef SETTING
};

extern struct conf conf;

/*
 * Reads defaults, then file (may be NULL), then env_file (a .env; NULL: the one
 * beside file, x/samovar.env beside x/samovar.conf, if there is one), then the
 * environment. A later source wins. False, with every complaint in the log, if a
 * value cannot be read or is out of its bounds, a key of file is unknown, or two
 * names of one setting contradict each other.
 */
bool conf_load(const char *file, const char *env_file);

/* Reads the same sources anew and takes over what is marked RELOAD. False: nothing was
 * changed. */
bool conf_reload(void);

/* Do those that hang together fit? False, with the complaint in the log. */
bool conf_fits(void);

/* Warns of the names of the .env file that no setting has. */
void conf_tell_unknown(void);

/* Checks what a server must not start with: short or sample secrets outside debug, and
 * settings that do not fit. */
bool conf_check_server(void);

/* The .env file that is read, whether or not it is there; NULL: none. */
const char *conf_env_file(void);

/* The value of the TEXT setting "section.key", whose name has n bytes; "" if there is
 * none. */
const char *conf_text(const char *name, size_t n);

/* Is the setting "section.key" as it is when nobody has set it? */
bool conf_is_default(const char *name);

/* Prints "section.key = value  # from where", secrets masked. */
void conf_print(FILE *out);

/* A setting as it is now. value, def, below are NULL for a secret. */
struct conf_entry {
	const char *section, *key;
	const char *value, *def;
	const char *below; /* what it would be without the console's file, if that sets
			      it */
	const char *from;  /* "default", "file /etc/samovar/samovar.conf", ... */
	const char *unit, *meaning;
	const char *least, *most; /* as one would write them, for the call; NULL: any */
	const char *words;        /* one of these, blank-separated; NULL: any */
	bool is_secret, is_set;   /* not empty */
	bool is_own;              /* the console's file sets it */
	bool restarts;            /* a change needs one: the console cannot make it */
};

/* All of them, in the order of settings.def. */
void conf_each(void (*each)(void *to, const struct conf_entry *e), void *to);

/*
 * The console's own file (console.settings_file), read last, sets what is marked
 * RELOAD. Is it another one than that in force? Every program looks once a second and
 * then does what it does at SIGHUP.
 */
bool conf_own_changed(void);

/* Why this value will not do for that setting in the console's file; NULL: it will. The
 * text lives as long as the process. */
const char *conf_refuse(const char *name, const char *value);

/* Prints a sample .env: every setting with its names, default, unit and meaning. */
void conf_print_env(FILE *out);

/* The same as conf/samovar.conf. */
void conf_print_file(FILE *out);

#endif
