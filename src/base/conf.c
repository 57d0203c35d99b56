#include "base/conf.h"

#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/conf_older.h"
#include "base/log.h"
#include "base/str.h"

enum type { TEXT, INT, BOOL, SECONDS, LIFETIME, BYTES, PORT, HOUR };
enum flag { SECRET = 1, RELOAD = 2 };

#define VALUE_MOST 3000 /* bytes of a value that the console sets */

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

static const struct setting settings[] = {
#define SETTING(s, k, t, d, e, f, u, ...)                                              \
	{.section = #s,                                                                \
		.key = #k,                                                             \
		.type = t,                                                             \
		.def = d,                                                              \
		.env = e,                                                              \
		.flags = f,                                                            \
		.unit = u,                                                             \
		.offset = offsetof(struct conf, s##_##k),                              \
		.meaning = __VA_ARGS__},
#include "base/settings.def"
#undef SETTING
};

#define COUNT (sizeof(settings) / sizeof(*settings))

struct conf conf;

/* Values and where they came from, by index in the table. They live as long as the
 * process. */
struct sources {
	const char *value[COUNT];
	const char *from[COUNT];
	const char *below[COUNT]; /* where the console's file has another one; NULL */
};

static struct sources in_force;
static const char *conf_path, *env_path;
static const char *unknown_names; /* of the .env file, each behind a blank */

/* Texts of the settings live as long as the program. */
static struct arena kept;

static char *
copy(const char *s, size_t n)
{
	return arena_strn(&kept, s, n);
}

static char *
trimmed(char *s)
{
	while (isspace((unsigned char)*s))
		s++;
	for (size_t n = strlen(s); n > 0 && isspace((unsigned char)s[n - 1]);)
		s[--n] = '\0';
	return s;
}

static void
own_env_name(const struct setting *s, char *out, size_t size)
{
	snprintf(out, size, "SAMOVAR_%s_%s", s->section, s->key);
	for (; *out != '\0'; out++)
		*out = (char)toupper((unsigned char)*out);
}

/* "SECRET_KEY" -> the setting, by its own name or one of the further names. */
static const struct setting *
by_env_name(const char *name, size_t n)
{
	char own[80];

	for (const struct setting *s = settings; s < settings + COUNT; s++) {
		own_env_name(s, own, sizeof(own));
		if (strlen(own) == n && strncmp(own, name, n) == 0)
			return s;
		for (const char *e = s->env; *e != '\0';) {
			size_t length = strcspn(e, " ");
			if (length == n && strncmp(e, name, n) == 0)
				return s;
			e += length + (e[length] == ' ');
		}
	}
	return NULL;
}

/* Takes one value of one source; two names that contradict each other in it are an
 * error. */
static bool
take(struct sources *sources, const struct setting *s, const char *value,
	const char *from, const char *source)
{
	size_t i = (size_t)(s - settings);
	const char *before = sources->from[i];

	if (before != NULL && strncmp(before, source, strlen(source)) == 0 &&
		strcmp(sources->value[i], value) != 0) {
		log_error("conf: %s and %s are one setting (%s.%s) and differ", before,
			from, s->section, s->key);
		return false;
	}
	sources->value[i] = value;
	sources->from[i] = from;
	return true;
}

static char *
joined(const char *a, const char *b)
{
	return arena_fmt(&kept, "%s%s", a, b);
}

static const struct setting *
by_section_key(const char *section, const char *key)
{
	for (const struct setting *s = settings; s < settings + COUNT; s++)
		if (strcmp(s->section, section) == 0 && strcmp(s->key, key) == 0)
			return s;
	return NULL;
}

/* A file, and how much of it has been read. */
struct reading {
	const char *path;
	char section[64];
	int line;
};

static bool
file_line(struct sources *sources, struct reading *at, char *line)
{
	char *end, *key = trimmed(line), *value;

	if (*key == '\0' || *key == '#' || *key == ';')
		return true;
	if (*key == '[' && (end = strchr(key, ']')) != NULL) {
		*end = '\0';
		snprintf(at->section, sizeof(at->section), "%s", trimmed(key + 1));
		return true;
	}
	value = strchr(key, '=');
	if (value == NULL) {
		log_error("conf: %s:%d: not \"key = value\"", at->path, at->line);
		return false;
	}
	*value++ = '\0';
	key = trimmed(key);
	const struct setting *s = by_section_key(at->section, key);
	if (s == NULL) {
		log_error("conf: %s:%d: unknown setting %s.%s", at->path, at->line,
			at->section, key);
		return false;
	}
	value = trimmed(value);
	return take(sources, s, copy(value, strlen(value)), joined("file ", at->path),
		"none");
}

static bool
read_file(struct sources *sources, const char *path)
{
	struct reading at = {.path = path};
	char line[4096];
	FILE *f = fopen(path, "re");
	bool good = true;

	if (f == NULL) {
		log_error("conf: %s: %s", path, strerror(errno));
		return false;
	}
	for (at.line = 1; fgets(line, sizeof(line), f) != NULL; at.line++)
		good = file_line(sources, &at, line) && good;
	fclose(f);
	return good;
}

/* Takes a value under such a name. *known: it is one, whatever it says. */
static bool
take_converted(struct sources *sources, const char *name, size_t n, const char *value,
	const char *from, const char *source, bool *known)
{
	char text[512] = "true";
	bool good = true;

	*known = false;
	for (size_t i = 0; i < conf_older_count; i++) {
		const struct conf_older *v = &conf_older[i];

		if (strlen(v->name) != n || strncmp(v->name, name, n) != 0)
			continue;
		*known = true;
		if (v->only != NULL && strcmp(v->only, value) != 0)
			continue;
		if (v->convert != NULL && !v->convert(value, text, sizeof(text))) {
			log_error("conf: %s: %s", v->name, v->expected);
			return false;
		}
		if (text[0] != '\0')
			good = take(sources, by_section_key(v->section, v->key),
				       copy(text, strlen(text)), from, source) &&
			       good;
	}
	return good;
}

static void
note_unknown(const char *name)
{
	unknown_names = arena_fmt(
		&kept, "%s %s", unknown_names == NULL ? "" : unknown_names, name);
}

/* A .env may belong to other programs too: names that are not ours are left alone, and
 * told once. */
static bool
env_file_line(struct sources *sources, char *line)
{
	char *name = trimmed(line), *value = strchr(name, '=');

	if (*name == '#' || value == NULL)
		return true;
	*value++ = '\0';
	if (strncmp(name, "export ", 7) == 0)
		name += 7;
	name = trimmed(name);
	value = trimmed(value);
	size_t n = strlen(value);
	if (n >= 2 && (value[0] == '"' || value[0] == '\'') &&
		value[n - 1] == value[0]) {
		value[n - 1] = '\0';
		value++;
	}
	const struct setting *s = by_env_name(name, strlen(name));
	if (s == NULL) {
		bool known;
		bool good = take_converted(sources, name, strlen(name), value,
			joined("env file ", name), "env file", &known);

		/* Of another framework's own; nothing here may be turned on by it. */
		if (known || strcmp(name, "SAMOVAR_NOW") == 0 ||
			strncmp(name, "FLASK_", 6) == 0)
			return good;
		if (strncmp(name, "SAMOVAR_", 8) != 0) {
			note_unknown(name);
			return true;
		}
		log_error("conf: %s: unknown setting %s", env_path, name);
		return false;
	}
	return take(sources, s, copy(value, strlen(value)), joined("env file ", name),
		"env file");
}

static bool
read_env_file(struct sources *sources)
{
	char line[16384];
	FILE *f = fopen(env_path, "re");
	bool good = true;

	unknown_names = NULL;
	if (f == NULL) {
		log_error("conf: %s: %s", env_path, strerror(errno));
		return false;
	}
	while (fgets(line, sizeof(line), f) != NULL)
		good = env_file_line(sources, line) && good;
	fclose(f);
	return good;
}

static bool
read_environment(struct sources *sources)
{
	bool good = true;

	for (char **e = environ; *e != NULL; e++) {
		const char *value = strchr(*e, '=');
		const struct setting *s =
			value == NULL ? NULL : by_env_name(*e, (size_t)(value - *e));

		if (s == NULL && value != NULL) {
			bool known;
			size_t n = (size_t)(value - *e);

			good = take_converted(sources, *e, n, value + 1,
				       joined("environment ", copy(*e, n)),
				       "environment", &known) &&
			       good;
		}
		if (s != NULL)
			good = take(sources, s, value + 1,
				       joined("environment ",
					       copy(*e, (size_t)(value - *e))),
				       "environment") &&
			       good;
	}
	return good;
}

/* A secret may stand in a file of its own: "@/run/credentials/..." */
static const char *
secret_from_file(const char *value)
{
	char text[16384]; /* several PEM keys */
	FILE *f = fopen(value + 1, "re");

	if (f == NULL)
		return NULL;
	size_t n = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	text[n] = '\0';
	char *clean = trimmed(text);
	return copy(clean, strlen(clean));
}

/* A lifetime counts in seconds. */
static bool
in_range(enum type type, int64_t n)
{
	return type == PORT       ? n >= 1 && n <= 65535
	       : type == HOUR     ? n >= 0 && n <= 23
	       : type == LIFETIME ? n >= 1
				  : n >= 0;
}

static bool
number_read(const char *text, enum type type, int64_t *out)
{
	static const struct {
		enum type type;
		char letter;
		int64_t times;
	} units[] = {{SECONDS, 's', 1}, {SECONDS, 'm', 60}, {SECONDS, 'h', 3600},
		{SECONDS, 'd', 86400}, {BYTES, 'k', 1024}, {BYTES, 'm', 1048576},
		{BYTES, 'g', 1073741824}};
	char *end;

	errno = 0;
	*out = strtoll(text, &end, 10);
	if (end == text || errno != 0)
		return false;
	if (*end == '\0')
		return true;
	if (type == LIFETIME)
		type = SECONDS;
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
		if (type == units[i].type &&
			tolower((unsigned char)*end) == units[i].letter &&
			end[1] == '\0') {
			return !__builtin_mul_overflow(*out, units[i].times, out);
		}
	return false;
}

static bool
bool_read(const char *text, bool *out)
{
	static const char *const yes[] = {"true", "1", "yes", "on"};
	static const char *const no[] = {"false", "0", "no", "off", ""};

	for (size_t i = 0; i < sizeof(yes) / sizeof(*yes); i++)
		if (strcasecmp(text, yes[i]) == 0) {
			*out = true;
			return true;
		}
	for (size_t i = 0; i < sizeof(no) / sizeof(*no); i++)
		if (strcasecmp(text, no[i]) == 0) {
			*out = false;
			return true;
		}
	return false;
}

#define NUMBER_CHARACTERS 24

/* "20", "64k", "10m": as one would write it. */
static const char *
number_text(char out[NUMBER_CHARACTERS], enum type type, int64_t n)
{
	static const struct {
		enum type type;
		const char *letter;
		int64_t times;
	} units[] = {{LIFETIME, "h", 3600}, {SECONDS, "h", 3600}, {LIFETIME, "m", 60},
		{SECONDS, "m", 60}, {BYTES, "g", 1073741824}, {BYTES, "m", 1048576},
		{BYTES, "k", 1024}};

	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
		if (n != 0 && units[i].type == type && n % units[i].times == 0) {
			snprintf(out, NUMBER_CHARACTERS, "%lld%s",
				(long long)(n / units[i].times), units[i].letter);
			return out;
		}
	snprintf(out, NUMBER_CHARACTERS, "%lld", (long long)n);
	return out;
}

/* What a setting may be, in words; "" for any that its type allows. */
static const char *
bounds_text(const struct setting *s)
{
	if (s->words != NULL)
		return arena_fmt(&kept, "one of: %s", s->words);
	if (s->least == 0 && s->most == 0)
		return "";
	char least[NUMBER_CHARACTERS], most[NUMBER_CHARACTERS];
	number_text(least, s->type, s->least);
	return s->most == 0 ? arena_fmt(&kept, "%s at least", least)
			    : arena_fmt(&kept, "%s to %s", least,
				      number_text(most, s->type, s->most));
}

static bool
in_bounds(const struct setting *s, const void *member)
{
	if (s->words != NULL) {
		const char *word = *(const char *const *)member;

		return word[0] != '\0' && str_in(word, s->words);
	}
	if (s->least == 0 && s->most == 0)
		return true;
	int64_t n = *(const int64_t *)member;
	return n >= s->least && (s->most == 0 || n <= s->most);
}

/* *why: what is wrong with it. */
static bool
read_one(struct conf *out, const struct setting *s, const char *value, const char **why)
{
	void *member = (char *)out + s->offset;
	bool good = true;

	*why = "";
	if ((s->flags & SECRET) != 0 && value[0] == '@') {
		value = secret_from_file(value);
		good = value != NULL;
	} else if (s->type == BOOL) {
		good = bool_read(value, member);
	} else if (s->type != TEXT) {
		good = number_read(value, s->type, member) &&
		       in_range(s->type, *(int64_t *)member);
	}
	if (!good) {
		*why = s->unit[0] == '\0'
			       ? "cannot be read"
			       : arena_fmt(&kept, "cannot be read, expected: %s",
					 s->unit);
		return false;
	}
	if (s->type == TEXT)
		*(const char **)member = value;
	if (in_bounds(s, member))
		return true;
	*why = arena_fmt(&kept, "must be %s", bounds_text(s));
	return false;
}

static bool
apply_one(
	struct conf *out, const struct setting *s, const char *value, const char *from)
{
	const char *why;
	bool good = read_one(out, s, value, &why);

	if (!good)
		log_error("conf: %s.%s (%s): %s", s->section, s->key, from, why);
	return good;
}

/* -- the file that the console writes */

static struct timespec own_changed; /* of the one in force; 0: it was not there */

static struct timespec
changed_at(const char *path)
{
	struct stat file;

	if (path[0] == '\0' || stat(path, &file) != 0)
		return (struct timespec){0};
	return file.st_mtim;
}

/* May the console set it? Where the file is, is said by the others. */
static bool
is_own(const struct setting *s)
{
	return (s->flags & RELOAD) != 0 && (const char **)((char *)&conf + s->offset) !=
						   &conf.console_settings_file;
}

/* What cannot be read, or is not the console's to set, is left out: a file that a
 * program writes keeps no program from starting. *changed: of what was read. */
static void
read_own(struct sources *sources, struct timespec *changed)
{
	size_t place = (size_t)(by_section_key("console", "settings_file") - settings);
	const char *path = sources->value[place];
	struct sources own = {0};
	struct conf scratch = {0};

	if (path == NULL)
		path = settings[place].def;
	*changed = changed_at(path);
	if (changed->tv_sec == 0)
		return;
	read_file(&own, path);
	for (size_t i = 0; i < COUNT; i++) {
		if (own.value[i] == NULL)
			continue;
		if (!is_own(&settings[i]) ||
			!apply_one(&scratch, &settings[i], own.value[i], own.from[i]))
			continue;
		sources->below[i] =
			sources->value[i] != NULL ? sources->value[i] : settings[i].def;
		sources->value[i] = own.value[i];
		sources->from[i] = own.from[i];
	}
}

bool
conf_own_changed(void)
{
	struct timespec now = changed_at(conf.console_settings_file);

	return now.tv_sec != own_changed.tv_sec || now.tv_nsec != own_changed.tv_nsec;
}

static bool
load(struct sources *sources, struct conf *out)
{
	struct timespec changed = {0};
	bool good = true;

	if (conf_path != NULL)
		good = read_file(sources, conf_path) && good;
	if (env_path != NULL)
		good = read_env_file(sources) && good;
	good = read_environment(sources) && good;
	read_own(sources, &changed);
	for (size_t i = 0; i < COUNT; i++) {
		if (sources->value[i] == NULL) {
			sources->value[i] = settings[i].def;
			sources->from[i] = "default";
		}
		good = apply_one(out, &settings[i], sources->value[i],
			       sources->from[i]) &&
		       good;
	}
	if (good)
		own_changed = changed;
	return good;
}

/* x/samovar.env beside x/samovar.conf, NULL if there is none. */
static const char *
env_beside(const char *file)
{
	size_t n = file == NULL ? 0 : strlen(file);

	if (n < 5 || strcmp(file + n - 5, ".conf") != 0)
		return NULL;
	char *path = copy(file, n);
	memcpy(path + n - 5, ".env", 5);
	return access(path, F_OK) == 0 ? path : NULL;
}

const char *
conf_env_file(void)
{
	return env_path;
}

bool
conf_load(const char *file, const char *env_file)
{
	in_force = (struct sources){0};
	conf_path = file;
	env_path = env_file != NULL ? env_file : env_beside(file);
	return load(&in_force, &conf);
}

bool
conf_reload(void)
{
	struct sources sources = {0};
	struct conf fresh = conf;

	if (!load(&sources, &fresh))
		return false;
	for (size_t i = 0; i < COUNT; i++) {
		const struct setting *s = &settings[i];

		if ((s->flags & RELOAD) == 0)
			continue;
		in_force.value[i] = sources.value[i];
		in_force.from[i] = sources.from[i];
		in_force.below[i] = sources.below[i];
		apply_one(&conf, s, sources.value[i], sources.from[i]);
	}
	return true;
}

/* Names of the .env file that mean nothing to us, for one line at the start. */
void
conf_tell_unknown(void)
{
	if (unknown_names != NULL)
		log_warn("conf: %s: not understood:%s", env_path, unknown_names);
}

static bool
check_confirmation(void)
{
	if (strcmp(conf.account_confirm_email, "before") == 0 &&
		conf.mail_server[0] == '\0' && conf.mail_directory[0] == '\0' &&
		strcasecmp(conf.mail_provider, "AMAZON") != 0 &&
		strcasecmp(conf.mail_provider, "GOOGLE") != 0) {
		log_error("conf: account.confirm_email = before needs mail.server or "
			  "mail.directory");
		return false;
	}
	return true;
}

/* What the sender of mails needs (net/smtp_account.h). */
static bool
check_mail(void)
{
	const char *provider = conf.mail_provider;
	bool amazon = strcasecmp(provider, "AMAZON") == 0,
	     google = strcasecmp(provider, "GOOGLE") == 0;

	if (!amazon && !google && strcasecmp(provider, "SMTP") != 0 &&
		strcasecmp(provider, "FILE") != 0) {
		log_error("conf: mail.provider (MAIL_PROVIDER): SMTP, FILE, AMAZON or "
			  "GOOGLE");
		return false;
	}
	if (amazon && (conf.s3_user[0] == '\0' || conf.s3_password[0] == '\0')) {
		log_error("conf: mail.provider = AMAZON needs s3.user and s3.password "
			  "(AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY)");
		return false;
	}
	if (google && (conf.mail_google_client_id[0] == '\0' ||
			      conf.mail_google_client_secret[0] == '\0' ||
			      conf.mail_google_refresh_token[0] == '\0')) {
		log_error("conf: mail.provider = GOOGLE needs GOOGLE_CLIENT_ID, "
			  "GOOGLE_CLIENT_SECRET and GOOGLE_REFRESH_TOKEN");
		return false;
	}
	return true;
}

bool
conf_fits(void)
{
	return check_confirmation() && check_mail();
}

/* "section.key", n bytes of it -> the setting. */
static const struct setting *
by_name(const char *name, size_t n)
{
	for (const struct setting *s = settings; s < settings + COUNT; s++) {
		size_t section = strlen(s->section), key = strlen(s->key);

		if (n == section + 1 + key && strncmp(name, s->section, section) == 0 &&
			name[section] == '.' &&
			strncmp(name + section + 1, s->key, key) == 0)
			return s;
	}
	return NULL;
}

bool
conf_is_default(const char *name)
{
	const struct setting *s = by_name(name, strlen(name));

	return s != NULL && strcmp(in_force.from[s - settings], "default") == 0;
}

const char *
conf_text(const char *name, size_t n)
{
	const struct setting *s = by_name(name, n);
	const char *value = NULL;

	if (s != NULL && s->type == TEXT)
		value = *(const char *const *)((const char *)&conf + s->offset);
	return value == NULL ? "" : value;
}

void
conf_print(FILE *out)
{
	for (size_t i = 0; i < COUNT; i++) {
		const struct setting *s = &settings[i];
		const char *value = in_force.value[i];

		if ((s->flags & SECRET) != 0 && value[0] != '\0' && value[0] != '@')
			value = "********";
		fprintf(out, "%s.%s = %s  # %s\n", s->section, s->key, value,
			in_force.from[i]);
	}
}

void
conf_each(void (*each)(void *to, const struct conf_entry *e), void *to)
{
	for (size_t i = 0; i < COUNT; i++) {
		const struct setting *s = &settings[i];
		bool secret = (s->flags & SECRET) != 0;
		char least[NUMBER_CHARACTERS], most[NUMBER_CHARACTERS];
		const struct conf_entry e = {.section = s->section,
			.key = s->key,
			.value = secret ? NULL : in_force.value[i],
			.def = secret ? NULL : s->def,
			.below = secret ? NULL : in_force.below[i],
			.from = in_force.from[i],
			.unit = s->unit,
			.meaning = s->meaning,
			.least = s->words != NULL || (s->least == 0 && s->most == 0)
					 ? NULL
					 : number_text(least, s->type, s->least),
			.most = s->words != NULL || s->most == 0
					? NULL
					: number_text(most, s->type, s->most),
			.words = s->type == BOOL ? "true false" : s->words,
			.is_secret = secret,
			.is_set = in_force.value[i][0] != '\0',
			.is_own = in_force.below[i] != NULL,
			.restarts = !is_own(s)};

		each(to, &e);
	}
}

const char *
conf_refuse(const char *name, const char *value)
{
	const struct setting *s = by_name(name, strlen(name));
	struct conf saved = conf;
	const char *why;

	if (s == NULL)
		return "there is no such setting";
	if (!is_own(s))
		return "it needs a restart";
	for (const char *p = value; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 127)
			return "must be one line";
	if (strlen(value) > VALUE_MOST || value[0] == ' ' || value[0] == '@')
		return "cannot be such a text";
	if (!read_one(&conf, s, value, &why)) {
		conf = saved;
		return why;
	}
	bool good = conf_fits();
	conf = saved;
	return good ? NULL : "does not fit the others";
}

static void
print_meaning(FILE *out, const struct setting *s)
{
	const char *bounds = bounds_text(s);

	fprintf(out, "# %s%s%s%s%s%s%s\n", s->meaning, bounds[0] == '\0' ? "" : "; ",
		bounds, s->unit[0] == '\0' ? "" : " [", s->unit,
		s->unit[0] == '\0' ? "" : "]",
		(s->flags & RELOAD) != 0 ? " (SIGHUP)" : "");
}

void
conf_print_env(FILE *out)
{
	char own[80];

	fputs("# Every setting of Samovar. What stands behind # is the default.\n",
		out);
	for (size_t i = 0; i < COUNT; i++) {
		const struct setting *s = &settings[i];
		size_t n = strcspn(s->env, " ");

		own_env_name(s, own, sizeof(own));
		fputc('\n', out);
		print_meaning(out, s);
		if (s->env[0] != '\0')
			fprintf(out, "# also: %s\n",
				n == strlen(s->env) ? own : s->env);
		fprintf(out, "#%.*s=%s\n", n == 0 ? (int)sizeof(own) : (int)n,
			n == 0 ? own : s->env, s->def);
	}
}

void
conf_print_file(FILE *out)
{
	const char *section = "";

	fputs("# Every setting of Samovar. What stands behind # is the default.\n",
		out);
	for (size_t i = 0; i < COUNT; i++) {
		const struct setting *s = &settings[i];

		if (strcmp(section, s->section) != 0)
			fprintf(out, "\n[%s]\n", s->section);
		section = s->section;
		print_meaning(out, s);
		fprintf(out, "#%s = %s\n", s->key, s->def);
	}
}
