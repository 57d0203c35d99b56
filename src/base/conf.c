#include "base/conf.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/conf_older.h"
#include "base/log.h"
#include "base/setting.h"

struct conf conf;

struct setting_sources conf_in_force;
static const char *conf_path, *env_path;
static const char *unknown_names; /* of the .env file, each behind a blank */

/* Texts of the settings live as long as the program. */
static struct arena kept;

static char *
copy(const char *s, size_t n)
{
	return arena_strn(&kept, s, n);
}

/* "SECRET_KEY" -> the setting, by its own name or one of the further names. */
static const struct setting *
by_env_name(const char *name, size_t n)
{
	char own[80];

	for (const struct setting *s = settings; s < settings + SETTINGS; s++) {
		setting_env_name(s, own, sizeof(own));
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
take(struct setting_sources *sources, const struct setting *s, const char *value,
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
	for (const struct setting *s = settings; s < settings + SETTINGS; s++)
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
file_line(struct setting_sources *sources, struct reading *at, char *line)
{
	char *end, *key = setting_trimmed(line), *value;

	if (*key == '\0' || *key == '#' || *key == ';')
		return true;
	if (*key == '[' && (end = strchr(key, ']')) != NULL) {
		*end = '\0';
		snprintf(at->section, sizeof(at->section), "%s",
			setting_trimmed(key + 1));
		return true;
	}
	value = strchr(key, '=');
	if (value == NULL) {
		log_error("conf: %s:%d: not \"key = value\"", at->path, at->line);
		return false;
	}
	*value++ = '\0';
	key = setting_trimmed(key);
	const struct setting *s = by_section_key(at->section, key);
	if (s == NULL) {
		log_error("conf: %s:%d: unknown setting %s.%s", at->path, at->line,
			at->section, key);
		return false;
	}
	value = setting_trimmed(value);
	return take(sources, s, copy(value, strlen(value)), joined("file ", at->path),
		"none");
}

static bool
read_file(struct setting_sources *sources, const char *path)
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
take_converted(struct setting_sources *sources, const char *name, size_t n,
	const char *value, const char *from, const char *source, bool *known)
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
env_file_line(struct setting_sources *sources, char *line)
{
	char *name = setting_trimmed(line), *value = strchr(name, '=');

	if (*name == '#' || value == NULL)
		return true;
	*value++ = '\0';
	if (strncmp(name, "export ", 7) == 0)
		name += 7;
	name = setting_trimmed(name);
	value = setting_trimmed(value);
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
read_env_file(struct setting_sources *sources)
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
read_environment(struct setting_sources *sources)
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

static bool
apply_one(
	struct conf *out, const struct setting *s, const char *value, const char *from)
{
	const char *why;
	bool good = setting_read(out, s, value, &why);

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

/* What cannot be read, or is not the console's to set, is left out: a file that a
 * program writes keeps no program from starting. *changed: of what was read. */
static void
read_own(struct setting_sources *sources, struct timespec *changed)
{
	size_t place = (size_t)(by_section_key("console", "settings_file") - settings);
	const char *path = sources->value[place];
	struct setting_sources own = {0};
	struct conf scratch = {0};

	if (path == NULL)
		path = settings[place].def;
	*changed = changed_at(path);
	if (changed->tv_sec == 0)
		return;
	read_file(&own, path);
	for (size_t i = 0; i < SETTINGS; i++) {
		if (own.value[i] == NULL)
			continue;
		if (!setting_is_own(&settings[i]) ||
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
load(struct setting_sources *sources, struct conf *out)
{
	struct timespec changed = {0};
	bool good = true;

	if (conf_path != NULL)
		good = read_file(sources, conf_path) && good;
	if (env_path != NULL)
		good = read_env_file(sources) && good;
	good = read_environment(sources) && good;
	read_own(sources, &changed);
	for (size_t i = 0; i < SETTINGS; i++) {
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
	conf_in_force = (struct setting_sources){0};
	conf_path = file;
	env_path = env_file != NULL ? env_file : env_beside(file);
	return load(&conf_in_force, &conf);
}

bool
conf_reload(void)
{
	struct setting_sources sources = {0};
	struct conf fresh = conf;

	if (!load(&sources, &fresh))
		return false;
	for (size_t i = 0; i < SETTINGS; i++) {
		const struct setting *s = &settings[i];

		if ((s->flags & RELOAD) == 0)
			continue;
		conf_in_force.value[i] = sources.value[i];
		conf_in_force.from[i] = sources.from[i];
		conf_in_force.below[i] = sources.below[i];
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
